"""The exam domain: what a question, an answer, a paper and a score are.

Everything here is pure: values in, values out. No AWS, no clock, no randomness; only the standard library and msgspec.

    numeric     the decimal numbers that a NUMERIC question knows
    marks       exact marks, percentages and letter grades
    questions   what a consistent question is
    answers     what a student's answer is, and the compact draft that holds a paper's answers
    answer_key  what the answers are graded against
    paper       the paper as students see it, compiled together with its key
    packing     papers and keys as compressed bytes, in parts that fit database items
    marking     grading, and the answer-by-answer account of a graded attempt
"""
