"""The language model, behind one call, and JSON as language models write it."""
