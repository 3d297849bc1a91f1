"""Reads question papers in PDFs: from a file to questions.

pdf/      the file: pages as runs of text with positions layout/   runs as lines in reading order: columns, furniture,
superscripts and fractions paper/    lines as questions: numbering, options, answer keys
"""
