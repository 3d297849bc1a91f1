"""Everything that can be sat: exams, questions, papers, marking schemes and categories.

The modules here are pure rules, but for `exam_time` and `images`: values in, values out, no AWS, no clock. `store`
reads and writes.

    exam        an exam's settings and what follows from them
    numeric     decimal numbers of NUMERIC questions
    marks       exact marks, percentages and letter grades
    questions   what a consistent question is
    answer_key  what answers are graded against
    paper       the paper as students see it, compiled together with its key
    exam_time   the moment of a request, with the grace and the time zone
    packing     papers and keys as compressed bytes, in parts that fit database items
    formulas    finds the formulas of a text
"""
