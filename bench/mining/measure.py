"""Reads generated papers of known content, and measures correctness and time."""

import gc
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from bench.mining.pdf import STREAMS
from bench.mining.score import Score, compare
from bench.mining.truth import LANGUAGES, MATHS
from bench.mining.typeset import ARRANGEMENTS, KEYS, NUMBERINGS, OPTION_STYLES, Layout, set_paper
from paper_reader.extract import extract

FACTORS = ("numbering", "options", "arrangement", "columns", "stream", "key", "language", "maths")


def layouts(count: int, seed: int) -> Iterator[Layout]:
    """Layouts in which every value of every factor occurs about equally often, in varying combinations."""
    values: list[tuple[object, ...]] = [
        NUMBERINGS, OPTION_STYLES, ARRANGEMENTS, (1, 2), STREAMS, KEYS, LANGUAGES, MATHS,
    ]  # fmt: skip
    pick = random.Random(seed)
    decks: list[list[object]] = [[] for _ in values]
    for number in range(count):
        chosen = []
        for deck, choices in zip(decks, values, strict=True):
            if not deck:
                deck.extend(choices)
                pick.shuffle(deck)
            chosen.append(deck.pop())
        numbering, options = str(chosen[0]), str(chosen[1])
        # Nobody numbers questions and options alike.
        if numbering.strip("()[]. ") in {"1", "१"} and "1" in options and numbering[-1] == options[-1]:
            chosen[0] = "Q.1"
        yield Layout(*chosen, seed=seed * 1000 + number)  # type: ignore[arg-type, misc]


@dataclass(slots=True)
class Read:
    """A paper that was read.

    Attributes:
        data: the file.
        differences: between its content and what was read, in words.
    """

    layout: Layout
    data: bytes
    score: Score
    differences: list[str]


@dataclass(slots=True)
class Totals:
    """The scores of many papers, all together and by each value of each factor."""

    all: Score = field(default_factory=Score)
    families: dict[tuple[str, str], Score] = field(default_factory=dict)

    def add(self, read: Read) -> None:
        """Count a paper in."""
        self.all.add(read.score)
        for factor in FACTORS:
            self.families.setdefault((factor, str(getattr(read.layout, factor))), Score()).add(read.score)

    @property
    def milliseconds_per_page(self) -> float:
        """Processor time."""
        return self.all.seconds / max(1, self.all.pages) * 1000


def read_papers(count: int, questions: int, seed: int) -> Iterator[Read]:
    """Set this many papers of this many questions, and read them."""
    for layout in layouts(count, seed):
        paper = set_paper(layout, questions)
        gc.collect()
        started = time.process_time()
        found = extract(paper.data)
        seconds = time.process_time() - started
        score, differences = compare(paper.expected, found.questions, has_key=layout.key != "none")
        score.pages, score.seconds = paper.pages, seconds
        yield Read(layout, paper.data, score, differences)
