"""Scans: their pages drawn, and the words on them recognised by Tesseract."""
