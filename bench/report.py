"""Reports of benchmarks: tables as text and as JSON, and whether the budgets hold.

A part of the benchmark is a package of `bench/` with a function `run(options: Options) -> Section` in its
`__init__.py`, which `python -m bench` finds.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, TypeAlias

Cell: TypeAlias = str | int | float | None


@dataclass(frozen=True, slots=True)
class Options:
    """How thoroughly to measure.

    Attributes:
        quick: few samples and small tables, to see that everything runs; such numbers prove nothing.
    """

    quick: bool = False

    def samples(self, thorough: int, quick: int) -> int:
        """One of two numbers of repetitions or sizes."""
        return quick if self.quick else thorough


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of measurements, each with one cell per column.

    Attributes:
        columns: with their units, e.g. "CPU ms".
        note: what a reader must know to read the numbers correctly.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Budget:
    """A budget and its measured value: at most `limit`.

    Attributes:
        is_ratio: whether both numbers come from the same run, so that they hold on any machine. Other budgets are
            shown,
            but cannot fail.
    """

    what: str
    measured: float
    limit: float
    unit: str = ""
    is_ratio: bool = True

    @property
    def holds(self) -> bool:
        """Whether it is kept."""
        return self.measured <= self.limit


@dataclass(frozen=True, slots=True)
class Section:
    """The report of one part."""

    title: str
    tables: Sequence[Table] = ()
    budgets: Sequence[Budget] = field(default=())


Part: TypeAlias = Callable[[Options], Section]


def as_text(section: Section) -> str:
    """A section as it is printed."""
    lines = [section.title, "=" * len(section.title)]
    for table in section.tables:
        lines += ["", *_table_lines(table)]
    if section.budgets:
        rows = [
            ["holds" if each.holds else "BROKEN", each.what, each.measured, each.limit, each.unit]
            for each in section.budgets
        ]
        lines += ["", *_table_lines(Table("Budgets", ["", "what", "measured", "at most", "unit"], rows))]
    return "\n".join(lines)


def as_json(section: Section) -> dict[str, Any]:
    """A section as it is written to a file; tables' rows are objects by column."""
    return {
        "title": section.title,
        "tables": [
            {
                "title": table.title,
                "note": table.note,
                "rows": [dict(zip(table.columns, row, strict=True)) for row in table.rows],
            }
            for table in section.tables
        ],
        "budgets": [{**asdict(budget), "holds": budget.holds} for budget in section.budgets],
    }


def _table_lines(table: Table) -> Iterator[str]:
    texts = [list(table.columns), *([_text(cell) for cell in row] for row in table.rows)]
    widths = [max(len(row[at]) for row in texts) for at in range(len(table.columns))]
    # A column is set to the right if there is a number in it.
    right = [any(isinstance(row[at], int | float) for row in table.rows) for at in range(len(table.columns))]
    yield table.title
    yield "-" * len(table.title)
    for row in texts:
        cells = zip(row, widths, right, strict=True)
        yield "  ".join(text.rjust(width) if by else text.ljust(width) for text, width, by in cells).rstrip()
    if table.note:
        yield table.note


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float):
        # Three digits that mean something; what is large needs no fraction.
        return f"{cell:,.0f}" if abs(cell) >= 100 else f"{cell:,.3g}"
    return f"{cell:,}" if isinstance(cell, int) else cell
