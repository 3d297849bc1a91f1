"""Exams for students: listing and sitting them."""
