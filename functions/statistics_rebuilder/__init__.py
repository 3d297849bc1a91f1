"""Counts all results anew."""
