"""Counts results and attempts as they come and go."""
