"""The benchmark's targets hold on papers of its own making; `python -m bench.mining` runs it in full."""

import io
import time
from collections.abc import Callable

from pypdf import PdfReader

from bench.mining.measure import layouts
from bench.mining.score import Score, compare
from bench.mining.typeset import set_paper
from paper_reader.extract import extract

# Of what pypdf takes for the text alone.
_SLOWEST = 0.55
_MOST_SAMPLES = 24


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


def test_reading_takes_less_than_pypdfs_text_alone() -> None:
    layout = next(layout for layout in layouts(40, seed=5) if layout.stream == "lines")
    paper = set_paper(layout)

    def seconds(read: Callable[[], object]) -> float:
        started = time.process_time()
        read()
        return time.process_time() - started

    def by_pypdf() -> list[str]:
        return [page.extract_text() for page in PdfReader(io.BytesIO(paper.data)).pages]

    # Measured: 0.43 to 0.51, on a paper in two languages. In turn, and the quickest of each; a busy machine gets more.
    ours = theirs = float("inf")
    for _ in range(_MOST_SAMPLES):
        ours, theirs = min(ours, seconds(lambda: extract(paper.data))), min(theirs, seconds(by_pypdf))
        if ours < _SLOWEST * theirs:
            break

    assert ours < _SLOWEST * theirs
