"""Ends attempts that their students left open, and grades those that a crash left closed."""
