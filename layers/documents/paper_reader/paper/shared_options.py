"""Options given once, in the directions above several questions, such as those about an assertion and a reason."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from paper_reader.layout.latex import plain
from paper_reader.layout.line import Line
from paper_reader.paper import headings, option_texts, options
from paper_reader.paper.draft import Draft
from paper_reader.paper.options import Marker
from paper_reader.paper.span import is_foreign

_FEWEST = 3
_STATEMENTS: Final = re.compile(r"\b(?:assertion|reason|statement)s?\b|अभिकथन|कथन|कारण", re.IGNORECASE)
_WORDS: Final = re.compile(r"[^\W\d_]{2,}|[\u0900-\u0963]{2,}")
_FEWEST_WORDS = 3


@dataclass(frozen=True, slots=True)
class _Shared:
    """The options of a range of questions; without `numbers`, of those up to the next heading."""

    series: list[Marker]
    style: str
    texts: list[list[str]]
    numbers: range | None


def give(lines: Sequence[Line], drafts: Sequence[Draft], styles: Sequence[str]) -> None:
    """Give questions without options the options above them."""
    shared: _Shared | None = None
    before: Sequence[Line] = lines[: drafts[0].first] if drafts else []
    for draft in drafts:
        found = _in_directions(before, styles)
        if found is not None:
            shared = found
        elif shared is not None and shared.numbers is None and any(map(headings.begins_anew, before)):
            shared = None
        if shared is not None and not draft.series and _is_for(shared, draft):
            draft.series, draft.style = shared.series, shared.style
            draft.parts.options = [list(pieces) for pieces in shared.texts]
            draft.has_lost_options = False
            draft.shares_options = True
        before = draft.parts.after


def _is_for(shared: _Shared, draft: Draft) -> bool:
    if shared.numbers is not None:
        return draft.start.number in shared.numbers
    return _STATEMENTS.search(" ".join(map(plain, draft.parts.stem))) is not None


def _in_directions(lines: Sequence[Line], styles: Sequence[str]) -> _Shared | None:
    """Options among the lines before a question."""
    begun = next((index for index, line in enumerate(lines) if headings.is_directions(line)), None)
    if begun is None:
        return None
    directions = list(lines[begun:])
    table = options.find_markers(directions)
    for style in styles:
        own_lines = [marker for marker in table.get(style, []) if marker.weight >= options.AT_START]
        series = options.best_series(own_lines, directions)
        if len(series) < _FEWEST:
            continue
        texts = option_texts.collect(directions, 0, series, is_foreign)
        numbers = _announced(directions[: series[0].line + 1])
        told = " ".join(plain(line.text) for line in directions[: texts.end])
        sentences = all(len(_WORDS.findall(" ".join(pieces))) >= _FEWEST_WORDS for pieces in texts.pieces)
        if sentences and (numbers is not None or len(_STATEMENTS.findall(told)) >= _FEWEST):
            return _Shared(series, style, texts.pieces, numbers)
    return None


def _announced(lines: Sequence[Line]) -> range | None:
    for line in lines:
        found = headings.announced(plain(line.text))
        if found is not None:
            return range(found[0], found[1] + 1)
    return None
