"""Rebuilds the statistics."""
