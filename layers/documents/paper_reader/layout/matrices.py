"""Assembles matrices, determinants and definitions by cases: rows between tall brackets or bars.

A tall bracket is one sign, a stack of pieces, or a sign in larger print. Several rows between two of them are a matrix;
a small sign at the upper right of the second one is its exponent.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from paper_reader.layout.line import CELL, END, MATRIX, ROW, SUB, SUPER
from paper_reader.layout.rows import Row, rows_of, text_of
from paper_reader.pdf.runs import PageContent, Run

_PIECES: Final = {
    **dict.fromkeys("⎛⎜⎝", "("), **dict.fromkeys("⎡⎢⎣", "["), **dict.fromkeys("⎧⎨⎩", "{"),
    **dict.fromkeys("⎞⎟⎠", ")"), **dict.fromkeys("⎤⎥⎦", "]"), **dict.fromkeys("⎫⎬⎭", "}"),
    "⎪": "{", "∣": "|", "⏐": "|", "│": "|", "|": "|", "∥": "‖", "‖": "‖",
}  # fmt: skip
_PAIRS: Final = {"(": ")", "[": "]", "{": "}", "|": "|", "‖": "‖"}
_KINDS: Final = {"(": "p", "[": "b", "{": "B", "|": "v", "‖": "V"}
_CASES: Final = "c"
_BARS: Final = "|‖"  # stacked, they may be the lines of a table
_TALL = 1.5  # times the size of most of the text
_SAME_PLACE = 1.5  # points
_CELL_GAP = 0.6  # em
_ROW_GAP = 0.75  # em
_WIDEST_CASES = 20.0  # em
_PLAIN: Final = frozenset("()[]{}|‖∣∥")
_SIGNS: Final = _PLAIN | set(_PIECES)
_TALLEST = 4.0  # em above and below its line, at most, of such a bracket
_LINE = 1.75  # em from row to row
_MOST_BRACKETS = 200  # on a page
_CLEAR = 0.4  # em beside a bracket without text


@dataclass(slots=True)
class _Bracket:
    """A tall bracket: its sign, where it stands and what it is made of."""

    sign: str
    x0: float
    x1: float
    top: float
    bottom: float
    runs: list[Run]


def join_matrices(page: PageContent) -> None:
    """Replace several rows between tall brackets by one run, with its exponent."""
    if not page.runs:
        return
    sizes = Counter[float]()
    for run in page.runs:
        sizes[run.size] += len(run.text)
    body = sizes.most_common(1)[0][0]
    brackets = _brackets(page.runs, body)
    pairs = [(left, _partner(left, brackets[at + 1 :])) for at, left in enumerate(brackets)]
    pairs += _plain_pairs(page.runs, body)
    gone: set[int] = set()
    added: list[Run] = []
    for left, right in pairs:
        if gone.isdisjoint(map(id, (*left.runs, *(right.runs if right else ())))):
            added += _between(left, right, page.runs, gone, body)
    for bracket in brackets:
        if gone.isdisjoint(map(id, bracket.runs)):
            _level(bracket, page.runs, gone, added, body)
    if gone:
        page.runs = [run for run in page.runs if id(run) not in gone] + added


def _between(left: _Bracket, right: _Bracket | None, runs: Sequence[Run], gone: set[int], body: float) -> list[Run]:
    if right is not None:
        found = _matrix(left, right, runs, gone, body)
    else:
        found = _cases(left, runs, gone, body) if left.sign == "{" else None
    return [] if found is None else [found]


def _brackets(runs: Sequence[Run], body: float) -> list[_Bracket]:
    found: list[_Bracket] = []
    stacks: list[_Bracket] = []
    signs = [run for run in runs if len(run.text) < 4 and run.text.strip() in _SIGNS]
    for run in sorted(signs, key=lambda run: (run.x0, -run.y)):
        text = run.text.strip()
        if run.height and text in "()[]{}":
            reach = run.height * run.size / 2
            axis = run.y + 0.25 * run.size
            found.append(_Bracket(text, run.x0, run.x1, axis + reach, axis - reach, [run]))
        elif text in _PLAIN and run.size > _TALL * body:
            found.append(
                _Bracket(_PIECES.get(text, text), run.x0, run.x1, run.y + 0.8 * run.size, run.y - 0.3 * run.size, [run])
            )
        elif (sign := _PIECES.get(text)) is not None:
            _pile(stacks, sign, run)
    found += [stack for stack in stacks if len(stack.runs) > 1]
    return sorted(found, key=lambda bracket: bracket.x0)


def _plain_pairs(runs: Sequence[Run], body: float) -> list[tuple[_Bracket, _Bracket | None]]:
    """Brackets whose height is unknown, because their fonts draw tall ones under the names of low ones.

    They are recognised by the enclosed rows above and below their own line, which nothing outside continues.
    """
    alone = sorted([run for run in runs if run.text in _PLAIN and run.size <= _TALL * body])
    found: list[tuple[_Bracket, _Bracket | None]] = []
    if len(alone) > _MOST_BRACKETS:
        return found
    for at, left in enumerate(alone):
        for right in alone[at + 1 :]:
            if abs(right.y - left.y) < _SAME_PLACE and right.x0 >= left.x1:
                if right.text == _PAIRS.get(left.text) and (reach := _reach(left, right, runs, body)) is not None:
                    found.append((_plain(left, reach), _plain(right, reach)))
                break
    return found


def _plain(run: Run, reach: tuple[float, float]) -> _Bracket:
    return _Bracket(run.text, run.x0, run.x1, reach[1], reach[0], [run])


def _reach(left: Run, right: Run, runs: Sequence[Run], body: float) -> tuple[float, float] | None:
    """How far the rows between two brackets extend down and up; None if they are not rows of a matrix."""
    beside = [run for run in runs if abs(run.y - left.y) < _TALLEST * body]
    content = [run for run in beside if run.x0 >= left.x1 - 1 and run.x1 <= right.x0 + 1]
    heights: list[float] = []
    for y in sorted({run.y for run in content}):
        if heights and y - heights[-1] < _ROW_GAP * body:
            continue
        heights.append(y)
    rows = [y for y in heights if not _goes_on(y, left, right, beside, body)]
    if len(rows) < 2 or max(after - before for before, after in pairwise(rows)) > _LINE * body:
        return None
    if abs((rows[0] + rows[-1]) / 2 - left.y) > 0.3 * body:
        return None
    return rows[0] - 0.3 * body, rows[-1] + 0.8 * body


def _goes_on(y: float, left: Run, right: Run, runs: Sequence[Run], body: float) -> bool:
    """Whether a row between two brackets belongs to a line of text above or below them."""
    return abs(y - left.y) > _SAME_PLACE and any(
        abs(run.y - y) < 0.3 * body
        and run.x1 > left.x0 - _CLEAR * body
        and run.x0 < right.x1 + _CLEAR * body
        and not (run.x0 >= left.x1 - 1 and run.x1 <= right.x0 + 1)
        for run in runs
    )


def _pile(stacks: list[_Bracket], sign: str, run: Run) -> None:
    """Add a piece to the stacks that it continues."""
    reach = 0.9 * run.size
    for stack in stacks[-12:]:
        is_near = stack.bottom - reach < run.y < stack.top + reach
        if stack.sign == sign and abs(stack.x0 - run.x0) < _SAME_PLACE and is_near:
            stack.runs.append(run)
            stack.top, stack.bottom = max(stack.top, run.y + reach), min(stack.bottom, run.y - reach)
            return
    stacks.append(_Bracket(sign, run.x0, run.x1, run.y + reach, run.y - reach, [run]))


def _partner(left: _Bracket, others: Sequence[_Bracket]) -> _Bracket | None:
    wanted = _PAIRS.get(left.sign)
    for other in others:
        overlap = min(left.top, other.top) - max(left.bottom, other.bottom)
        if other.sign == wanted and other.x0 >= left.x1 - 1 and overlap > 0.5 * (left.top - left.bottom):
            return other
    return None


def _inside(runs: Sequence[Run], x0: float, x1: float, bracket: _Bracket, gone: set[int]) -> list[Run]:
    return [
        run
        for run in runs
        if run.x0 >= x0 - 1 and run.x1 <= x1 + 1 and bracket.bottom <= run.y <= bracket.top and id(run) not in gone
    ]


def _rows(runs: Sequence[Run], body: float) -> list[Row]:
    """Rows at least a line's distance apart; closer ones belong to one row."""
    rows = rows_of(runs)
    kept: list[Row] = []
    for row in rows:
        if kept and kept[-1].y - row.y < _ROW_GAP * body:
            kept[-1].runs += row.runs
            kept[-1].scripts += row.scripts
        else:
            kept.append(row)
    return kept


def _matrix(left: _Bracket, right: _Bracket, runs: Sequence[Run], gone: set[int], body: float) -> Run | None:
    own = {id(run) for run in (*left.runs, *right.runs)}
    content = [run for run in _inside(runs, left.x1, right.x0, left, gone) if id(run) not in own]
    rows = _rows(content, body)
    if len(rows) < 2:
        return None
    text = _written(_KINDS[left.sign], rows, body)
    y = _line_of(left.x0, right.x1, sum(row.y for row in rows) / len(rows), runs, own | set(map(id, content)), body)
    gone |= own | set(map(id, content))
    text += _exponent(right, runs, gone, y, body)
    return Run(left.x0, right.x1, y, body, text, 0)


def _cases(left: _Bracket, runs: Sequence[Run], gone: set[int], body: float) -> Run | None:
    """A definition by cases: rows after a brace without a closing one, none of them on the line of what follows."""
    own = set(map(id, left.runs))
    reach = left.x1 + _WIDEST_CASES * body
    near = [run for run in _inside(runs, left.x1, reach, left, gone) if id(run) not in own]
    y = _line_of(left.x0, left.x0, (left.top + left.bottom) / 2 - 0.25 * body, runs, own, body)
    content = [run for run in near if abs(run.y - y) > 0.4 * body]
    rows = _rows(content, body)
    if len(rows) < 2 or min(row.x0 for row in rows) - left.x1 > 2 * body:
        return None
    gone |= own | set(map(id, content))
    return Run(left.x0, max(row.x1 for row in rows), y, body, _written(_CASES, rows, body), 0)


def _written(kind: str, rows: Sequence[Row], body: float) -> str:
    cells = [_cells(row, body) for row in rows]
    return f"{MATRIX}{kind}{ROW.join(CELL.join(row) for row in cells)}{END}"


def _cells(row: Row, body: float) -> list[str]:
    """The cells of a row, divided where the gap is wider than a space."""
    runs = sorted([(run, "") for run in row.runs] + row.scripts, key=lambda item: item[0])
    groups: list[Row] = []
    end = 0.0
    for run, script in runs:
        if not script and (not groups or run.x0 - end > _CELL_GAP * body):
            groups.append(Row(run))
        elif script and groups:
            groups[-1].scripts.append((run, script))
        elif groups:
            groups[-1].runs.append(run)
        end = max(end, run.x1)
    return [text_of(group).strip() for group in groups]


def _line_of(x0: float, x1: float, middle: float, runs: Sequence[Run], own: set[int], body: float) -> float:
    """The line of a formula, judged by the text beside it."""
    beside = [
        (max(run.x0 - x1, x0 - run.x1, 0.0), run.y)
        for run in runs
        if id(run) not in own and abs(run.y - middle) < 0.5 * body and run.size > 0.85 * body
    ]
    near = [item for item in beside if item[0] < 3 * body]
    return min(near)[1] if near else middle


def _exponent(right: _Bracket, runs: Sequence[Run], gone: set[int], y: float, body: float) -> str:
    """The small text at the upper or lower right of the second bracket, marked."""
    text = ""
    for run in runs:
        if id(run) in gone or run.size > 0.86 * body or not -0.3 * body < run.x0 - right.x1 < 0.45 * body:
            continue
        if not right.bottom - 0.3 * body < run.y < right.top + 0.3 * body or abs(run.y - y) < 0.2 * body:
            continue
        text += f"{SUPER if run.y > y else SUB}{run.text.strip()}{END}"
        gone.add(id(run))
    return text


def _level(bracket: _Bracket, runs: Sequence[Run], gone: set[int], added: list[Run], body: float) -> None:
    """Put a tall bracket around one row on its line, with its exponent, which is higher than a letter's."""
    middle = (bracket.top + bracket.bottom) / 2 - 0.25 * body
    y = _line_of(bracket.x0, bracket.x1, middle, runs, set(map(id, bracket.runs)), body)
    text = _exponent(bracket, runs, gone, y, body) if bracket.sign in _PAIRS.values() else ""
    is_pile = len(bracket.runs) > 1 and bracket.sign not in _BARS
    if text or is_pile or bracket.runs[0].size > _TALL * body:
        gone.update(map(id, bracket.runs))
        added.append(Run(bracket.x0, bracket.x1, y, body, bracket.sign + text, 0))
