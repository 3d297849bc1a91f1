"""A student's results as PDF files."""
