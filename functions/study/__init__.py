"""The study assistant."""
