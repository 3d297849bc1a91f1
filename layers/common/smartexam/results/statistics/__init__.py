"""Counts of attempts and results, so that lists and analytics never read all of them.

A student's *tally* is one item with a summary of the student's counted results and sittings. Everything else follows
from tallies by the pure function `smartexam.results.statistics.projection.project`: counters by day, month and exam,
rows of lists, rows of rankings. When a result or a sitting changes, one transaction updates the student's tally from
what is stored, and all counters and rows by the difference between the projections of the new and the old tally.

A stream record only says which student to look at, so records may arrive twice, late or in another order. A deletion is
the same step. A rebuild is the same step too, from empty tallies into items of a new generation, which takes over when
it is complete.
"""
