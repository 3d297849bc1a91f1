"""Runs of one column as rows of text, with superscripts and subscripts found from size and height."""

from collections import Counter
from collections.abc import Iterable, Sequence
from operator import itemgetter

from smartpaper.layout.line import END, GAP, SUB, SUPER, UNREADABLE, with_few_spaces
from smartpaper.pdf.runs import LEGACY, Run

_SAME_ROW = 0.3  # em
_SMALL = 0.86  # of the size beside it: what scripts are set in
_RAISED = 0.12  # em above the baseline
_HIGHEST = 0.95
_LOWERED = 0.04
_LOWEST = 0.6
_TOUCHING = 0.45  # em between a script and what it belongs to
_SPACE = 0.16  # em
_GAP = 1.15  # em
_THIN_WORDS = 2
_COORDINATES = itemgetter(2, 0)


class Row:
    """Runs on one baseline, and the scripts attached to them."""

    __slots__ = ("runs", "scripts", "size", "y")

    def __init__(self, run: Run) -> None:
        self.y = run.y
        self.size = run.size
        self.runs = [run]
        self.scripts: list[tuple[Run, str]] = []

    @property
    def x0(self) -> float:
        """Where it begins."""
        return min(run.x0 for run in self.runs)

    @property
    def x1(self) -> float:
        """Where it ends."""
        return max(run.x1 for run in self.runs)


def rows_of(runs: Iterable[Run]) -> list[Row]:
    """Rows from the top down."""
    ordered = sorted(runs, key=_COORDINATES, reverse=True)
    rows: list[Row] = []
    current: Row | None = None
    for run in ordered:
        if current is not None and current.y - run.y <= _SAME_ROW * min(current.size, run.size):
            current.runs.append(run)
            current.size = max(current.size, run.size)
        else:
            current = Row(run)
            rows.append(current)
    sizes = {run.size for run in ordered}
    if sizes and min(sizes) < _SMALL * max(sizes):
        rows = _with_scripts(rows)
    return rows


def _with_scripts(rows: list[Row]) -> list[Row]:  # noqa: C901 - called for every row of every page
    """Small runs beside a larger run, somewhat above or below its baseline, move into its row."""
    kept: list[Row] = []
    for row in rows:
        if len(row.runs) > 1 and min(run.size for run in row.runs) < _SMALL * row.size:
            _scripts_within(row)
    sizes = [row.size for row in rows]
    for index, row in enumerate(rows):
        if min(run.size for run in row.runs) >= _SMALL * max(sizes[max(0, index - 3) : index + 4]):
            kept.append(row)
            continue
        left_over: list[Run] = []
        for group in _touching(row.runs):
            base = _base_of(group, rows, index)
            if base is None:
                left_over += group
            else:
                base.scripts += [(run, SUPER if run.y > base.y else SUB) for run in group]
        if left_over:
            row.runs = left_over
            row.size = max(run.size for run in left_over)
            row.y = Counter(run.y for run in left_over if run.size >= _SMALL * row.size).most_common(1)[0][0]
            kept.append(row)
        elif row.scripts:
            # Scripts of scripts: they follow their base.
            for run, script in row.scripts:
                base = _base_of([run], rows, index)
                if base is not None:
                    base.scripts.append((run, script))
    return kept


def _touching(runs: list[Run]) -> list[list[Run]]:
    """Runs in groups without a gap: a script of several glyphs belongs together to what its first glyph touches."""
    if len(runs) == 1:
        return [runs]
    groups: list[list[Run]] = []
    for run in sorted(runs):
        last = groups[-1][-1] if groups else None
        if last is not None and abs(run.x0 - last.x1) <= 0.3 * run.size and abs(run.size - last.size) < 0.1 * run.size:
            groups[-1].append(run)
        else:
            groups.append([run])
    return groups


def _scripts_within(row: Row) -> None:
    """A script whose shift is smaller than what tells rows apart lies in the row of its base already."""
    largest = max(run.size for run in row.runs)
    normal = [run for run in row.runs if run.size >= _SMALL * largest]
    y = Counter(run.y for run in normal).most_common(1)[0][0]
    stay = []
    for run in row.runs:
        shift = (run.y - y) / largest
        is_script = run.size < _SMALL * largest and (shift > _RAISED or shift < -_LOWERED)
        if is_script and any(
            -0.3 <= (run.x0 - other.x1) / largest <= _TOUCHING for other in row.runs if other is not run
        ):
            row.scripts.append((run, SUPER if shift > 0 else SUB))
        else:
            stay.append(run)
    row.runs = stay
    row.y, row.size = y, largest


def _base_of(group: Sequence[Run], rows: Sequence[Row], index: int) -> Row | None:
    """The row that a group of small runs is a script in, None if it is a row of its own."""
    run, end = group[0], group[-1].x1
    best: tuple[float, Row] | None = None
    for at in range(max(0, index - 3), min(len(rows), index + 4)):
        row = rows[at]
        size = row.size
        if at == index or run.size >= _SMALL * size:
            continue
        shift = (run.y - row.y) / size
        if not (_RAISED < shift < _HIGHEST or -_LOWEST < shift < -_LOWERED):
            continue
        gaps = [
            min(abs(run.x0 - other.x1), abs(other.x0 - end) + 0.2 * size)
            for other in row.runs
            if other.size >= run.size / _SMALL and not other.x0 < run.x0 < other.x1 - 0.3 * size
        ]
        gaps += [abs(run.x0 - script.x1) for script, _ in row.scripts]
        gap = min(gaps, default=size)
        if gap <= _TOUCHING * size:
            distance = abs(shift) + gap / size
            if best is None or distance < best[0]:
                best = (distance, row)
    return None if best is None else best[1]


def text_of(row: Row) -> str:
    """The row's text from left to right."""
    return text_and_cells(row)[0]


def text_and_cells(row: Row) -> tuple[str, tuple[float, ...]]:  # noqa: C901 - so is this
    """The row's text, and where each of its stretches between gaps begins."""
    if not row.scripts:
        runs = row.runs if len(row.runs) == 1 else sorted(row.runs)
        items = [(run, "") for run in runs]
    else:
        items = [(run, "") for run in row.runs] + row.scripts
        items.sort(key=lambda item: item[0])
    size = row.size or 1.0
    pieces: list[str] = []
    end = items[0][0].x0
    cells = [end]
    previous = ""
    opened = ""
    drawn: Run | None = None
    for run, script in items:
        text = UNREADABLE if run.flags & LEGACY and not _is_structure(run.text) else run.text
        gap = (run.x0 - end) / size
        if drawn is not None and run.text == drawn.text and abs(run.x0 - drawn.x0) < 0.12 * size:
            continue  # bold by drawing twice
        if script != opened:
            if opened:
                pieces.append(END)
            if gap > _GAP:
                pieces.append(GAP)
                cells.append(run.x0)
            elif gap > _SPACE and not script and not previous.endswith(" "):
                pieces.append(" ")
            if script:
                pieces.append(script)
            opened = script
        elif gap > _GAP:
            pieces.append(GAP)
            cells.append(run.x0)
        elif gap > _SPACE and not previous.endswith(" ") and not text.startswith(" "):
            pieces.append(" ")
        pieces.append(text)
        previous = text
        drawn = run
        end = max(end, run.x1) if not opened else run.x1
    if opened:
        pieces.append(END)
    return with_few_spaces("".join(pieces)), tuple(cells)


def _is_structure(text: str) -> bool:
    """Digits and brackets, which number questions and options in such fonts too."""
    return all(character.isdigit() or character in "().[]- " for character in text)
