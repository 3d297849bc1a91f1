"""Matrices, determinants and definitions by cases: rows between tall brackets or bars.

A tall bracket is one sign, made of pieces that stand on each other, or drawn in larger print. What stands between two
of them in more than one row is a matrix; a small sign at the shoulder of the second one is its exponent.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from smartpaper.layout.line import CELL, END, MATRIX, ROW, SUB, SUPER
from smartpaper.layout.rows import Row, rows_of, text_of
from smartpaper.pdf.runs import PageContent, Run

_PIECES: Final = {
    **dict.fromkeys("⎛⎜⎝", "("), **dict.fromkeys("⎡⎢⎣", "["), **dict.fromkeys("⎧⎨⎩", "{"),
    **dict.fromkeys("⎞⎟⎠", ")"), **dict.fromkeys("⎤⎥⎦", "]"), **dict.fromkeys("⎫⎬⎭", "}"),
    "⎪": "{", "∣": "|", "⏐": "|", "│": "|", "|": "|", "∥": "‖", "‖": "‖",
}  # fmt: skip
_PAIRS: Final = {"(": ")", "[": "]", "{": "}", "|": "|", "‖": "‖"}
_KINDS: Final = {"(": "p", "[": "b", "{": "B", "|": "v", "‖": "V"}
_CASES: Final = "c"
_TALL = 1.5  # times the size of most of the text
_SAME_PLACE = 1.5  # points
_CELL_GAP = 0.6  # em
_ROW_GAP = 0.75  # em
_WIDEST_CASES = 20.0  # em


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
    """Replace what stands between tall brackets in several rows by one run; exponents join what they belong to."""
    if not page.runs:
        return
    sizes = Counter[float]()
    for run in page.runs:
        sizes[run.size] += len(run.text)
    body = sizes.most_common(1)[0][0]
    brackets = _brackets(page.runs, body)
    if not brackets:
        return
    gone: set[int] = set()
    added: list[Run] = []
    for at, left in enumerate(brackets):
        if any(id(run) in gone for run in left.runs):
            continue
        added += _between(left, _partner(left, brackets[at + 1 :]), page.runs, gone, body)
    for bracket in brackets:
        if not any(id(run) in gone for run in bracket.runs) and bracket.sign in _PAIRS.values():
            _raise_exponent(bracket, page.runs, gone, added, body)
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
    for run in sorted(runs, key=lambda run: (run.x0, -run.y)):
        text = run.text.strip()
        if len(text) != 1:
            continue
        if run.height and text in "()[]{}":
            reach = run.height * run.size / 2
            axis = run.y + 0.25 * run.size
            found.append(_Bracket(text, run.x0, run.x1, axis + reach, axis - reach, [run]))
        elif text in "()[]{}" and run.size > _TALL * body:
            found.append(_Bracket(text, run.x0, run.x1, run.y + 0.8 * run.size, run.y - 0.3 * run.size, [run]))
        elif (sign := _PIECES.get(text)) is not None:
            _pile(stacks, sign, run)
    found += [stack for stack in stacks if len(stack.runs) > 1]
    return sorted(found, key=lambda bracket: bracket.x0)


def _pile(stacks: list[_Bracket], sign: str, run: Run) -> None:
    """Put a piece on those that it continues."""
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
    """Rows that are as far apart as lines are; what is nearer belongs to one row."""
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
    """A definition by cases: rows behind a brace that nothing closes, none of them on the line of what follows."""
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
    """The line that a formula stands on, by what stands beside it."""
    beside = [
        (max(run.x0 - x1, x0 - run.x1, 0.0), run.y)
        for run in runs
        if id(run) not in own and abs(run.y - middle) < 0.5 * body and run.size > 0.85 * body
    ]
    near = [item for item in beside if item[0] < 3 * body]
    return min(near)[1] if near else middle


def _exponent(right: _Bracket, runs: Sequence[Run], gone: set[int], y: float, body: float) -> str:
    """What stands small at the shoulder or the foot of the second bracket, marked."""
    text = ""
    for run in runs:
        if id(run) in gone or run.size > 0.86 * body or not -0.3 * body < run.x0 - right.x1 < 0.45 * body:
            continue
        if not right.bottom - 0.3 * body < run.y < right.top + 0.3 * body or abs(run.y - y) < 0.2 * body:
            continue
        text += f"{SUPER if run.y > y else SUB}{run.text.strip()}{END}"
        gone.add(id(run))
    return text


def _raise_exponent(bracket: _Bracket, runs: Sequence[Run], gone: set[int], added: list[Run], body: float) -> None:
    """Give a tall bracket around one row its exponent, which stands higher than one of letters."""
    y = _line_of(bracket.x0, bracket.x1, (bracket.top + bracket.bottom) / 2 - 0.25 * body, runs, set(), body)
    text = _exponent(bracket, runs, gone, y, body)
    if text:
        gone.update(map(id, bracket.runs))
        added.append(Run(bracket.x0, bracket.x1, y, body, bracket.sign + text, 0))
