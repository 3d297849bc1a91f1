"""Sitting an exam: attempts, saved answers, grading, and how an attempt ends.

answers      what a student's answer is, and the compact draft that holds a paper's answers
grading      grading a draft, and the question-by-question account of a graded attempt
ending       closing an attempt, grading it and storing the result
in_progress  what a student is sitting now
"""
