"""Deletes what deleted accounts left."""
