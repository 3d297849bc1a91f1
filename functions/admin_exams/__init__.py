"""Exams as admins keep them."""
