"""A student's client for the exam platform, in the standard library only; `sit_exam.py` drives it."""
