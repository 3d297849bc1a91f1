"""Decoding uploaded images and encoding them again."""
