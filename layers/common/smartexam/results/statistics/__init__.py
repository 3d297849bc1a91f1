"""What is counted about attempts and results, so that lists and analytics never read them all.

A student's *tally* is one item: what of theirs has been counted, in brief. Everything else follows from tallies by the
pure function `smartexam.results.statistics.projection.project`: counters by day, month and exam, rows of lists, rows of
rankings. Whatever happens to a result or a sitting, the student's tally is brought up to what is stored, and in the
same transaction every counter and row by what the projection of the new tally differs from that of the old.

So a record of the stream that comes twice, late or in another order changes nothing that it should not: it only says
where to look. A deletion is the same step the other way. Rebuilding is the same step again, from empty tallies, into
rows of a new generation that take over when they are complete.
"""
