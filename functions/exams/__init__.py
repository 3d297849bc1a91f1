"""Exams as students meet them: what there is to sit, and sitting it."""
