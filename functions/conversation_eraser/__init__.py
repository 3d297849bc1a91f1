"""Deletes what ended conversations left."""
