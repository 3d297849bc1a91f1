"""Decodes uploaded images and encodes them again."""
