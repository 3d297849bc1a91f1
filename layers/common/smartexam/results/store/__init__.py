"""Tallies, counters, rankings and lists of results in the attempts table."""
