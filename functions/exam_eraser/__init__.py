"""Deletes what deleted exams left."""
