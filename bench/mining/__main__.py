"""`python -m bench.mining`: how well question papers are read, and how fast."""

import argparse
import sys
from pathlib import Path

from bench.mining.measure import Totals, read_papers
from bench.mining.score import Score


def main() -> int:
    """Run the benchmark and print its report."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--papers", type=int, default=64)
    arguments.add_argument("--questions", type=int, default=90)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--show", type=int, default=0, help="differences to print for each paper")
    arguments.add_argument("--keep", type=Path, help="folder to write the papers to")
    given = arguments.parse_args()
    totals = Totals()
    for number, read in enumerate(read_papers(given.papers, given.questions, given.seed)):
        totals.add(read)
        if given.keep:
            given.keep.mkdir(parents=True, exist_ok=True)
            (given.keep / f"{number:02d}.pdf").write_bytes(read.data)
        if given.show and read.differences:
            print(f"--- {number}: {read.layout}\n    {read.score}", *read.differences[: given.show], sep="\n")
    _report(totals)
    return 0 if _passes(totals.all) else 1


def _report(totals: Totals) -> None:
    rates = ("recall", "precis.", "stems", "options", "types", "right", "unknown", "wrong")
    print(f"{'family':<26}" + "".join(f"{name:>8}" for name in rates) + f"{'ms/page':>9}")
    for (factor, value), score in sorted(totals.families.items()):
        print(_line(f"{factor} {value}", score))
    print(_line("all", totals.all))
    print(f"40 pages: {40 * totals.milliseconds_per_page:.0f} ms of processor time")


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
