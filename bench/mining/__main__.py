"""`python -m bench.mining`: how well question papers are read, and how fast."""

import argparse
import gc
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.mining.pdf import STREAMS
from bench.mining.score import Score, compare
from bench.mining.truth import LANGUAGES, MATHS
from bench.mining.typeset import ARRANGEMENTS, KEYS, NUMBERINGS, OPTION_STYLES, Layout, set_paper

FACTORS = ("numbering", "options", "arrangement", "columns", "stream", "key", "language", "maths")


def layouts(count: int, seed: int) -> Iterator[Layout]:
    """Layouts in which every value of every factor comes up about equally often, in ever new company."""
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


def main() -> int:
    """Run the benchmark and print its report."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--papers", type=int, default=64)
    arguments.add_argument("--questions", type=int, default=90)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--show", type=int, default=0, help="differences to print for each paper")
    arguments.add_argument("--keep", type=Path, help="folder to write the papers to")
    given = arguments.parse_args()
    from smartpaper.extract import extract  # noqa: PLC0415 - after the arguments, for a quick --help

    total = Score()
    families: dict[tuple[str, str], Score] = {}
    for number, layout in enumerate(layouts(given.papers, given.seed)):
        paper = set_paper(layout, given.questions)
        if given.keep:
            given.keep.mkdir(parents=True, exist_ok=True)
            (given.keep / f"{number:02d}.pdf").write_bytes(paper.data)
        gc.collect()
        started = time.process_time()
        found = extract(paper.data)
        seconds = time.process_time() - started
        score, differences = compare(paper.expected, found.questions, has_key=layout.key != "none")
        score.pages, score.seconds = paper.pages, seconds
        total.add(score)
        for factor in FACTORS:
            families.setdefault((factor, str(getattr(layout, factor))), Score()).add(score)
        if given.show and differences:
            print(f"--- {number}: {layout}\n    {score}", *differences[: given.show], sep="\n")
    _report(total, families)
    return 0 if _passes(total) else 1


def _report(total: Score, families: dict[tuple[str, str], Score]) -> None:
    rates = ("recall", "precis.", "stems", "options", "types", "right", "unknown", "wrong")
    print(f"{'family':<26}" + "".join(f"{name:>8}" for name in rates) + f"{'ms/page':>9}")
    for (factor, value), score in sorted(families.items()):
        print(_line(f"{factor} {value}", score))
    print(_line("all", total))
    print(f"40 pages: {40 * total.seconds / max(1, total.pages) * 1000:.0f} ms of processor time")


def _line(name: str, score: Score) -> str:
    rates = (
        score.matched / max(1, score.expected),
        score.matched / max(1, score.found),
        score.stems / max(1, score.expected),
        score.option_sets / max(1, score.with_options),
        score.types / max(1, score.matched),
        score.right / max(1, score.keyed),
        score.unknown / max(1, score.keyed),
        score.wrong / max(1, score.expected),
    )
    return (
        f"{name:<26}"
        + "".join(f"{rate:>8.4f}" for rate in rates)
        + f"{score.seconds / max(1, score.pages) * 1000:>9.2f}"
    )


def _passes(total: Score) -> bool:
    return (
        total.matched >= 0.99 * total.expected
        and total.matched >= 0.99 * total.found
        and total.option_sets >= 0.98 * total.with_options
        and total.wrong <= 0.001 * total.expected
    )


if __name__ == "__main__":
    sys.exit(main())
