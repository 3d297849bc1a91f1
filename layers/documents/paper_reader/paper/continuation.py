"""Decides whether a line after the last option still belongs to it.

Nothing marks the end of an option. But its text continues on another line only if the line above had no room for the
next word, within the column or up to the next option.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from paper_reader.layout.latex import plain
from paper_reader.layout.line import GAP, Line, words
from paper_reader.paper.options import Marker

_NEARLY_FULL = 0.75  # of a column's width
_HANGING = 6.0  # points
_MARKED = 16.0  # points that text may begin left of its option's label, below a tick in front of it
_INDENT = 30.0  # points that text may begin right of its option's marker
_SAME_PLACE, _SAME_END = 1.5, 0.5  # points
_LEADING, _MOST_BETWEEN = 1.6, 2  # em; lines
_MARKS = re.compile(r"^\W*+\d{1,2}(?:\s*+[,/]\s*+[-−–]\s*+\d(?:\.\d+)?)?\s*+(?:marks?|अंक)\W*+$", re.IGNORECASE)


def goes_on(lines: Sequence[Line], index: int, series: Sequence[Marker], offset: int) -> bool:
    """Whether the line at `index` continues the one above it, which belongs to an option.

    Args:
        lines: of the question.
        index: in them.
        series: the question's options.
        offset: index of the question's first line in the document, to which markers refer.
    """
    line = lines[index]
    above = _above(lines, index)
    lowest = [marker for marker in series if marker.line == max(other.line for other in series)]
    last = lines[lowest[0].line - offset]
    row = [marker.x for marker in series if _are_level(lines[marker.line - offset], last)]
    if plain(last.text[: min(marker.start for marker in lowest)]).strip():
        row.append(last.x0 - last.left)  # options in running text, whose lines begin left of them
    left = min(row) - (_MARKED if above.x1 + _first_word(line) > above.right else _HANGING)
    if _MARKS.match(plain(line.text)) or not _may_follow(above, line, left):
        return False
    if lowest[0].line - offset == index - 1 and not above.text[max(marker.end for marker in lowest) :].strip():
        return True  # a marker on its own line has its text below
    if abs(line.size - above.size) > 0.16 * above.size or (line.is_bold and not above.is_bold):
        return False
    columns = sorted({marker.x for marker in series})
    needed = _first_word(line)
    return (
        _stands_in_column(line, columns)
        or above.x1 + needed > above.right
        or _fills_question(lines, index)
        or _follows_closely(lines, index)
        or _fills_cell(above, line, columns, needed)
        or _is_like_others(lines, index, series, offset)
    )


def _is_like_others(lines: Sequence[Line], index: int, series: Sequence[Marker], offset: int) -> bool:
    """Whether every other option has as many lines below its first one, as far in, such as one for each language."""
    firsts = [marker.line - offset for marker in series]
    if any(b <= a for a, b in pairwise(firsts)):
        return False
    below = index - firsts[-1]
    return all(b - a > below and abs(lines[a + below].x0 - lines[index].x0) < _SAME_PLACE for a, b in pairwise(firsts))


def _fills_question(lines: Sequence[Line], index: int) -> bool:
    """Whether the line above ends where other lines of the question end exactly, as justified text beside a figure."""
    above = lines[index - 1]
    ends = [line.x1 for line in lines[:index] if line.page == above.page and line.column == above.column]
    return above.x1 > max(ends) - _SAME_END and sum(abs(end - above.x1) < _SAME_END for end in ends) > 1


def _are_level(one: Line, other: Line) -> bool:
    """Whether two lines are of one row, in whose cells the text may be higher or lower."""
    return one.page == other.page and one.column == other.column and abs(one.y - other.y) < other.size


def _above(lines: Sequence[Line], index: int) -> Line:
    """The line above, or the one below which a line begins, if the cells of a row differ in height."""
    line = lines[index]
    for other in lines[index - 1 : max(0, index - 1 - _MOST_BETWEEN) : -1]:
        if other.page != line.page or other.column != line.column or other.y - line.y > _LEADING * line.size:
            break
        if abs(other.x0 - line.x0) <= _SAME_PLACE:
            return other
    return lines[index - 1]


def _may_follow(above: Line, line: Line, left: float) -> bool:
    if line.page != above.page or line.column != above.column:
        return True
    drop = above.y - line.y
    return 0 <= drop <= 1.9 * max(above.size, line.size) and line.x0 - line.left >= left


def _first_word(line: Line) -> float:
    """The width of the line's first word, in points."""
    word = plain(line.text.split(GAP)[0].split(" ")[0])
    return (0.4 + 0.6 * len(word)) * line.size


def _stands_in_column(line: Line, columns: Sequence[float]) -> bool:
    """Whether the line is below one of several columns of options, left of the last."""
    x0, x1 = line.x0 - line.left, line.x1 - line.left
    return any(x - 3 <= x0 <= x + _INDENT for x in columns[:-1]) and x1 < columns[-1]


def _follows_closely(lines: Sequence[Line], index: int) -> bool:
    """Whether it follows a rather full line as closely as others of this question, so that no new paragraph begins."""
    above, line = lines[index - 1], lines[index]
    drops = [a.y - b.y for a, b in pairwise(lines[:index]) if a.page == b.page and a.column == b.column and a.y > b.y]
    if not drops or line.page != above.page or above.y - line.y > 1.05 * min(drops):
        return False
    return above.x1 > above.left + _NEARLY_FULL * (above.right - above.left)


def _fills_cell(above: Line, line: Line, columns: Sequence[float], needed: float) -> bool:
    """Whether the line above had no room before the next column of options."""
    edges = [x for x in columns if x > line.x0 - line.left + _HANGING]
    if not edges or line.x1 - line.left >= edges[0] + _HANGING:
        return False
    ends = [word.x1 - above.left for word in words(above) if word.x0 - above.left < edges[0]]
    return bool(ends) and max(ends) + needed > edges[0]
