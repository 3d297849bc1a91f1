"""Questions printed twice, in two languages: side by side, page by page or booklet after booklet."""

import re
from collections.abc import Sequence
from typing import Final

from paper_reader.paper import languages
from paper_reader.paper.draft import Draft

_NUMBERS: Final = re.compile(r"\d{1,9}")
_FEWEST_PAIRS: Final = 2
_PAIRED: Final = 0.6  # of the numbers
_SAME_NUMBERS: Final = 0.5


def paired(drafts: list[Draft]) -> list[Draft]:
    """Questions printed twice in two languages, side by side or page by page, as one each."""
    by_number: dict[int, list[Draft]] = {}
    for draft in drafts:
        by_number.setdefault(draft.start.number, []).append(draft)
    pairs = [pair for found in by_number.values() if len(found) > 1 for pair in _pairs(found)]
    if len(pairs) < max(_FEWEST_PAIRS, _PAIRED * len(by_number)) or not _say_the_same(pairs):
        return drafts
    gone: set[int] = set()
    for first, second in pairs:
        first.translation = second.parts
        first.parts.answers += second.parts.answers
        gone.add(id(second))
    return [draft for draft in drafts if id(draft) not in gone]


def _pairs(drafts: Sequence[Draft]) -> list[tuple[Draft, Draft]]:
    """The drafts of one number that are in two languages and have equally many options."""
    by_language: dict[str, list[Draft]] = {}
    for draft in drafts:
        text = " ".join([*draft.parts.stem, *(piece for pieces in draft.parts.options for piece in pieces)])
        by_language.setdefault(languages.language(text), []).append(draft)
    by_language.pop("", None)
    if len(by_language) != 2:
        return []
    few, many = sorted(by_language.values(), key=len)
    pairs: list[tuple[Draft, Draft]] = []
    if len(few) == len(many):
        pairs = [(one, other) for one, other in zip(few, many, strict=True) if _are_alike(one, other)]
    else:
        for one in few:
            other = min(
                (other for other in many if _are_alike(one, other)),
                key=lambda other: abs(other.first - one.first),
                default=None,
            )
            if other is not None:
                many.remove(other)
                pairs.append((one, other))
    return [(one, other) if one.first < other.first else (other, one) for one, other in pairs]


def _are_alike(one: Draft, other: Draft) -> bool:
    return one.translation is other.translation is None and len(one.series) == len(other.series)


def _say_the_same(pairs: Sequence[tuple[Draft, Draft]]) -> bool:
    """Whether questions are translations of each other: they contain the same numbers."""
    same = named = 0
    for pair in pairs:
        one, other = (
            {
                int(number)
                for text in [*draft.parts.stem, *(piece for pieces in draft.parts.options for piece in pieces)]
                for number in _NUMBERS.findall(text)
            }
            for draft in pair
        )
        if one or other:
            named += 1
            same += 2 * len(one & other) >= len(one | other)
    return same >= _SAME_NUMBERS * named
