"""Removes what deleted exams left."""
