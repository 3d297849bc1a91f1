"""Converts the runs of one column to rows of text, with superscripts and subscripts by size and height."""

from collections import Counter
from collections.abc import Iterable, Sequence
from math import inf
from operator import itemgetter
from typing import NamedTuple

from paper_reader.layout.line import END, FRACTION, GAP, MATRIX, SUB, SUPER, UNREADABLE, with_few_spaces
from paper_reader.pdf.runs import LEGACY, Run

_SAME_ROW, _SAME_ROW_OF_EQUALS = 0.3, 0.4  # em
_SMALL = 0.86  # of the size beside it, in which scripts are set
_RAISED = 0.12  # em above the baseline
_HIGHEST = 0.95
_HIGHEST_OF_ALL = 1.8  # at the upper right of a tall bracket
_CLOSING = (")", "]", "}", "|")
_LOWERED = 0.04
_LOWEST = 0.6
_TOUCHING = 0.45  # em between a script and its base
_SPACE = 0.155  # em
_GAP = 1.15  # em
_LONGEST_SCRIPT, _LONGEST_SCRIPTS = 6, 40  # characters
_COORDINATES = itemgetter(2, 0)


# A row's text in pieces, where each of its stretches between gaps begins, and where runs begin: pairs of a piece's
# index and a place.
Text = tuple[list[str], tuple[float, ...], list[tuple[int, float]]]


class Stretch(NamedTuple):
    """A part of a row without gaps, and its first text."""

    x0: float
    x1: float
    text: str


class Row:
    """Runs on one baseline, and the scripts attached to them."""

    __slots__ = ("cached", "runs", "scripts", "size", "stretches", "y")

    def __init__(self, run: Run) -> None:
        self.y = run.y
        self.size = run.size
        self.runs = [run]
        self.scripts: list[tuple[Run, str]] = []
        self.cached: Text | None = None
        self.stretches: Sequence[Stretch] | None = None

    @property
    def x0(self) -> float:
        """Where it begins."""
        return self.runs[0].x0 if len(self.runs) == 1 else min([run.x0 for run in self.runs])

    @property
    def x1(self) -> float:
        """Where it ends."""
        return self.runs[0].x1 if len(self.runs) == 1 else max([run.x1 for run in self.runs])


def rows_of(runs: Iterable[Run]) -> list[Row]:
    """Rows from the top down."""
    ordered = sorted(runs, key=_COORDINATES, reverse=True)
    rows: list[Row] = []
    current: Row | None = None
    size = 0.0
    for run in ordered:
        own = run.size
        if current is not None:
            if own == size:
                reach = _SAME_ROW_OF_EQUALS * size
            else:
                smaller, larger = (size, own) if size < own else (own, size)
                # Of a script the baseline may not be as far off.
                reach = (_SAME_ROW if smaller < _SMALL * larger else _SAME_ROW_OF_EQUALS) * smaller
            if current.y - run.y <= reach:
                current.runs.append(run)
                if own > size:
                    size = current.size = own
                continue
        current = Row(run)
        size = own
        rows.append(current)
    sizes = {run.size for run in ordered}
    if len(sizes) > 1:
        if min(sizes) < _SMALL * max(sizes):
            rows = _with_scripts(rows)
        count = len(rows) + 1
        while len(rows) < count:  # a script may follow another one, which is found first
            count = len(rows)
            rows = _with_interposed(rows)
    return rows


def _with_interposed(rows: list[Row]) -> list[Row]:
    """Scripts hardly smaller than their base: runs half a line off, in a gap of the line."""
    gone: set[int] = set()
    reach = 0.7 * max([row.size for row in rows])
    heights = [inf, *[row.y for row in rows], -inf]
    for index, row in enumerate(rows):
        if abs(heights[index] - row.y) >= reach and abs(row.y - heights[index + 2]) >= reach:
            continue
        beside = [
            other
            for other in rows[max(0, index - 1) : index + 2]
            if other is not row and 0.2 < abs(row.y - other.y) / other.size < 0.7 and id(other) not in gone
        ]
        if not beside or sum(len(run.text) for run in row.runs) > _LONGEST_SCRIPTS:
            continue
        left_over: list[Run] = []
        for run in row.runs:
            base = _interposing(run, row, beside)
            if base is None:
                left_over.append(run)
            else:
                base.scripts.append((run, SUPER if run.y > base.y else SUB))
        row.runs = left_over
        if not left_over:
            gone.add(id(row))
    return [row for row in rows if id(row) not in gone] if gone else rows


def _interposing(run: Run, row: Row, beside: Sequence[Row]) -> Row | None:
    """The row in whose gap a run is a script; None if there is none."""
    if len(run.text) > _LONGEST_SCRIPT:
        return None
    for base in beside:
        shift = abs(run.y - base.y) / base.size
        if not 0.2 < shift < 0.7 or run.size >= base.size:
            continue
        if any(-0.1 < (run.x0 - other.x1) / base.size < 0.6 for other in row.runs):
            continue
        ends = [other.x1 for other in base.runs if other.size > run.size] + [script.x1 for script, _ in base.scripts]
        touches = any(-0.1 < (run.x0 - end) / base.size < 0.2 for end in ends)
        covered = any(other.x0 < run.x1 - 1 and run.x0 + 1 < other.x1 for other in base.runs)
        if touches and not covered:
            return base
    return None


def _with_scripts(rows: list[Row]) -> list[Row]:
    """Small runs beside a larger run, somewhat above or below its baseline, move into its row."""
    smallest: list[float] = []
    for row in rows:
        least = row.runs[0].size if len(row.runs) == 1 else min([run.size for run in row.runs])
        if least < _SMALL * row.size:
            _scripts_within(row)
            least = min([run.size for run in row.runs])
        smallest.append(least)
    sizes = [row.size for row in rows]
    below = _SMALL * max(sizes)
    small = [
        index
        for index, least in enumerate(smallest)
        if least < below and least < _SMALL * max(sizes[max(0, index - 3) : index + 4])
    ]
    gone: set[int] = set()
    # The smallest first, because scripts of scripts move with their base.
    for index in sorted(small, key=sizes.__getitem__):
        row = rows[index]
        left_over: list[Run] = []
        for group in _touching(row.runs):
            base = _base_of(group, rows, index)
            if base is None:
                left_over += group
            else:
                base.scripts += [(_with_own(run, row), SUPER if run.y > base.y else SUB) for run in group]
        if left_over:
            row.runs = left_over
            row.size = max(run.size for run in left_over)
            row.y = Counter(run.y for run in left_over if run.size >= _SMALL * row.size).most_common(1)[0][0]
        else:
            gone.add(index)
    return [row for index, row in enumerate(rows) if index not in gone]


def _with_own(run: Run, row: Row) -> Run:
    """A run that becomes a script, with its own scripts."""
    for item in sorted(row.scripts):
        script, mark = item
        if abs(script.x0 - run.x1) <= _TOUCHING * run.size:
            row.scripts.remove(item)
            run = run._replace(text=f"{run.text}{mark}{script.text}{END}", x1=max(run.x1, script.x1), breaks=())
    return run


def _touching(runs: list[Run]) -> list[list[Run]]:
    """Groups of runs without gaps: a script of several glyphs belongs to the base of its first glyph."""
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
    """A script whose shift is smaller than the distance of rows is already in its base's row."""
    largest = max(run.size for run in row.runs)
    normal = [run for run in row.runs if run.size >= _SMALL * largest]
    y = Counter(run.y for run in normal).most_common(1)[0][0]
    stay = []
    ends = [run.x1 for run in normal]
    for run in sorted(row.runs):
        shift = (run.y - y) / largest
        is_script = run.size < _SMALL * largest and (shift > _RAISED or shift < -_LOWERED)
        if is_script and any(-0.3 <= (run.x0 - end) / largest <= _TOUCHING for end in ends):
            row.scripts.append((run, SUPER if shift > 0 else SUB))
            ends.append(run.x1)
        else:
            stay.append(run)
    row.runs = stay
    row.y, row.size = y, largest


def _base_of(group: Sequence[Run], rows: Sequence[Row], index: int) -> Row | None:
    """The row in which a group of small runs is a script, None if it is its own row."""
    run, end = group[0], group[-1].x1
    best: tuple[float, Row] | None = None
    for at in range(max(0, index - 3), min(len(rows), index + 4)):
        row = rows[at]
        size = row.size
        if at == index or run.size >= _SMALL * size:
            continue
        shift = (run.y - row.y) / size
        if not (_RAISED < shift < _HIGHEST or -_LOWEST < shift < -_LOWERED):
            if _RAISED < abs(shift) < _HIGHEST_OF_ALL and _is_at_shoulder(group, row) and best is None:
                best = (abs(shift), row)
            continue
        start, least = run.x0, run.size / _SMALL
        gaps = [
            min(abs(start - x1), abs(x0 - end) + 0.2 * size)
            for x0, x1, _, own, *_ in row.runs
            if own >= least and not x0 < start < x1 - 0.3 * size
        ]
        gaps += [abs(start - script.x1) for script, _ in row.scripts]
        gap = min(gaps, default=size)
        if gap <= _TOUCHING * size:
            distance = abs(shift) + gap / size
            if best is None or distance < best[0]:
                best = (distance, row)
    return None if best is None else best[1]


def _is_at_shoulder(group: Sequence[Run], row: Row) -> bool:
    """Whether small runs are at the corner of a bracket around a formula that is taller than letters."""
    x0 = group[0].x0
    return any(
        -0.1 <= (x0 - run.x1) / row.size <= 0.2 and run.text.rstrip()[-1:] in _CLOSING for run in row.runs
    ) and any(FRACTION in run.text or MATRIX in run.text for run in row.runs)


def text_of(row: Row) -> str:
    """The row's text from left to right."""
    return with_few_spaces("".join(text_and_cells(row)[0]))


def joined(runs: Iterable[Run]) -> str:
    """The text of runs that belong together, such as one side of a fraction, in any number of rows."""
    return " ".join(text_of(row).strip() for row in rows_of(runs))


def text_and_cells(row: Row) -> Text:
    """The row's text, and where its parts begin."""
    if row.cached is None:
        row.cached = _set(row)
    return row.cached


def _set(row: Row) -> Text:
    size = row.size or 1.0
    runs = row.runs if len(row.runs) == 1 else sorted(row.runs)
    if row.scripts:
        return _with_marks(sorted([(run, "") for run in runs] + row.scripts, key=itemgetter(0)), size)
    first = runs[0]
    if len(runs) == 1 and not first.flags & LEGACY:
        return [first.text], (first.x0,), [(0, first.x0)]
    pieces: list[str] = []
    end = first.x0
    cells = [end]
    seams: list[tuple[int, float]] = []
    drawn: Run | None = None
    for run in runs:
        x0, x1, _, _, text, flags, _, _ = run
        if flags & LEGACY and not _is_structure(text):
            text = UNREADABLE
        gap = (x0 - end) / size
        if gap > _SPACE:
            if gap > _GAP:
                pieces.append(GAP)
                cells.append(x0)
            elif not (pieces[-1].endswith(" ") or text.startswith(" ")):
                pieces.append(" ")
        elif drawn is not None and _is_drawn_again(run, drawn, size):
            continue
        seams.append((len(pieces), x0))
        pieces.append(text)
        drawn = run
        if x1 > end:  # noqa: PLR1730 - called for each word of some papers
            end = x1
    return pieces, tuple(cells), seams


def _with_marks(items: Sequence[tuple[Run, str]], size: float) -> Text:
    """The same for a row with scripts, which are enclosed in marks."""
    pieces: list[str] = []
    end = items[0][0].x0
    cells = [end]
    seams: list[tuple[int, float]] = []
    opened = previous = ""
    drawn: Run | None = None
    for at, (run, script) in enumerate(items):
        text = run.text if not run.flags & LEGACY or _is_structure(run.text) else UNREADABLE
        gap = (run.x0 - end) / size
        if drawn is not None and _is_drawn_again(run, drawn, size):
            continue
        if script != opened and opened:
            pieces.append(END)
        if gap > _GAP:
            pieces.append(GAP)
            cells.append(run.x0)
        elif (
            gap > _SPACE
            and not previous.endswith(" ")
            and (text[:1] != " " if not script else script != opened and _comes_before(items, at))
        ):
            pieces.append(" ")
        if script != opened and script:
            pieces.append(script)
        opened = script
        if not script:
            seams.append((len(pieces), run.x0))
        pieces.append(text)
        previous = text
        drawn = run
        end = run.x1 if script else max(end, run.x1)
    if opened:
        pieces.append(END)
    return pieces, tuple(cells), seams


def _comes_before(items: Sequence[tuple[Run, str]], at: int) -> bool:
    """Whether a script precedes its base, as an isotope's numbers do."""
    end = items[at][0].x1
    for run, script in items[at + 1 :]:
        if not script:
            return run.x0 - end < 0.1 * run.size and run.text[:1].isalpha()
        end = max(end, run.x1)
    return False


def _is_drawn_again(run: Run, drawn: Run, size: float) -> bool:
    """Whether text is drawn a second time over itself, to look bold."""
    return run.text == drawn.text and abs(run.x0 - drawn.x0) < 0.12 * size and abs(run.y - drawn.y) < 0.12 * size


def _is_structure(text: str) -> bool:
    """Digits and brackets, which number questions and options in such fonts too."""
    return all(character.isdigit() or character in "().[]- " for character in text)
