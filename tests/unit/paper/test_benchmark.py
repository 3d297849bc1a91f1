"""The benchmark's targets hold on papers of its own making; `python -m bench.mining` runs it in full."""

import time

from bench.mining.measure import layouts
from bench.mining.score import Score, compare
from bench.mining.typeset import set_paper
from smartpaper.extract import extract


def test_generated_papers_are_read_as_they_were_written() -> None:
    total = Score()
    for layout in layouts(18, seed=5):
        paper = set_paper(layout)
        score, _ = compare(paper.expected, extract(paper.data).questions, has_key=layout.key != "none")
        total.add(score)

    assert total.matched >= 0.99 * total.expected
    assert total.matched >= 0.99 * total.found
    assert total.option_sets >= 0.98 * total.with_options
    assert total.wrong <= 0.001 * total.expected


def test_reading_takes_milliseconds_a_page() -> None:
    layout = next(layout for layout in layouts(40, seed=5) if layout.stream == "lines")
    paper = set_paper(layout)
    best = float("inf")
    for _ in range(3):
        started = time.process_time()
        extract(paper.data)
        best = min(best, time.process_time() - started)

    # Four times the budget of 250 ms for 40 pages: shared machines are slow by as much.
    assert best / paper.pages < 0.025
