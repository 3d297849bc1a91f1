"""Keeps the statistics up to date with results and attempts."""
