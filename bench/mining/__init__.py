"""Benchmark of reading question papers: how much is read correctly, and how fast."""

from bench.report import Budget, Cell, Options, Section, Table

# Milliseconds for 40 pages, and shares of questions.
SLOWEST_PAPER = 250.0
MOST_LOST = 0.01
MOST_WRONG = 0.001


def run(options: Options) -> Section:
    """Set papers in every layout and read them."""
    from bench.mining.measure import Totals, read_papers  # noqa: PLC0415 - nobody else waits for the reader's import

    totals = Totals()
    for read in read_papers(options.samples(64, 8), 90, seed=1):
        totals.add(read)
    rows: list[list[Cell]] = [
        [
            f"{factor} {value}",
            score.matched / max(1, score.expected),
            score.matched / max(1, score.found),
            score.wrong / max(1, score.expected),
            score.seconds / max(1, score.pages) * 1000,
        ]
        for (factor, value), score in [*sorted(totals.families.items()), (("all", ""), totals.all)]
    ]
    columns = ("layout", "recall", "precision", "wrong keys", "CPU ms a page")
    found = totals.all
    return Section(
        "Reading question papers",
        [Table("By layout", columns, rows)],
        [
            Budget("40 pages", 40 * totals.milliseconds_per_page, SLOWEST_PAPER, "ms CPU", is_ratio=False),
            Budget("questions not found", 1 - found.matched / max(1, found.expected), MOST_LOST),
            Budget("questions found that are none", 1 - found.matched / max(1, found.found), MOST_LOST),
            Budget("keys that are wrong", found.wrong / max(1, found.expected), MOST_WRONG),
        ],
    )
