"""Calls the language model, and reads JSON as language models write it."""
