"""Exams, for administrators."""
