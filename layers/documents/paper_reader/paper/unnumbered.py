"""Questions whose numbers are missing or cannot be read, found by their options."""

import re
from collections.abc import Sequence
from typing import Final

from paper_reader.layout.line import Line
from paper_reader.paper import headings

_PARAGRAPH: Final = 1.75  # em at most between lines of one paragraph
_OTHER_SIZE: Final = 0.2  # of the size
_MOST_LINES: Final = 30
_OPTION: Final = re.compile(r"[\[(]?[A-Ha-h][\]).]\s")  # another question's last one


def begin_above(lines: Sequence[Line], block: int, least: int) -> int:
    """The line on which the question of the options at line `block` begins; not above `least`.

    A question is the paragraph above its options; without one, it is on their line.
    """
    begin = block
    while begin > max(least, block - _MOST_LINES):
        above, line = lines[begin - 1], lines[begin]
        if _OPTION.match(above.text) or headings.begins_anew(above) or headings.is_solution(above) or above.is_caption:
            break
        # Slides have larger questions than options.
        smallest = line.size * (1 - _OTHER_SIZE)
        if above.size < smallest or (begin < block and above.size > line.size * (1 + _OTHER_SIZE)):
            break
        # Options may be set off from the question, whose own lines are close.
        if begin < block and not _is_close(above, line):
            break
        begin -= 1
    return begin


def _is_close(above: Line, line: Line) -> bool:
    if above.page != line.page or above.column != line.column:
        return True
    return 0 <= above.y - line.y <= _PARAGRAPH * max(above.size, line.size)
