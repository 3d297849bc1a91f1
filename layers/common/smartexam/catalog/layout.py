"""The layout of one attempt: which questions of a paper it gets and in which order, from a secret seed that is stored
on the sitting.

    drawn    a number of questions of a section's pool, fixed when the attempt starts
    order    questions shuffled within their section; those of a passage stay together, in their order
    letters  options shuffled, except in questions with fixed options

Nothing else is stored: the same paper and seed always give the same layout, in every process. So this algorithm must
never change, because attempts in progress and results depend on it. Random numbers come from SHAKE-256 of the seed,
because its output is specified, while Python may change its own generator; they are drawn without bias.
"""

import hashlib
from collections.abc import Iterator, Mapping, MutableSequence, Sequence
from functools import lru_cache
from typing import Any

from smartexam.catalog.paper import ExamPaper
from smartexam.catalog.structure import assigned

_BYTES = 8
_BLOCK = 64
_RANGE = 1 << 8 * _BYTES


class Layout:
    """The questions of an attempt in their order.

    Attributes:
        order: positions of its questions, as the student sees them.
        letters: by position, the question's own letters in the order in which the student sees them as A, B, ...;
            positions with unshuffled options are missing.
        drawn: the positions as a set.
    """

    __slots__ = ("drawn", "letters", "order")

    def __init__(self, order: Sequence[int], letters: Mapping[int, str]) -> None:
        self.order = tuple(order)
        self.letters = letters
        self.drawn = frozenset(order)

    def own(self, position: int, shown: str) -> str:
        """A canonical answer in the exam's letters, from one in the student's."""
        letters = self.letters.get(position)
        return shown if letters is None else _mapped(shown, sorted(letters), letters)

    def shown(self, position: int, own: str) -> str:
        """A canonical answer in the student's letters, from one in the exam's own."""
        letters = self.letters.get(position)
        return own if letters is None else _mapped(own, letters, sorted(letters))


@lru_cache(maxsize=2048)
def layout_of(paper: ExamPaper, seed: str) -> Layout:
    """The layout of an attempt; an empty seed gives the paper as it is."""
    everything = range(len(paper))
    if not seed:
        return Layout(everything, {})
    shuffle = paper.exam.shuffle
    order: list[int] = []
    for section in paper.sections:
        positions: Sequence[int] = range(section.start, section.stop)
        if section.draws:
            positions = _drawn(section.draws, seed, section.id)
        order += _shuffled(paper, positions, seed, section.id) if shuffle.questions else positions
    if not paper.sections:
        order += _shuffled(paper, everything, seed, 0) if shuffle.questions else everything
    letters = _letters(paper, order, seed) if shuffle.options else {}
    return Layout(order, letters)


def _drawn(draws: Sequence[Any], seed: str, section_id: int) -> list[int]:
    numbers = _numbers(seed, f"draw {section_id}")
    members = sorted({position for draw in draws for position in draw.pool})
    _shuffle(members, numbers)
    places = {position: place for place, position in enumerate(members)}
    pools = [sorted(draw.pool, key=places.__getitem__) for draw in draws]
    found = assigned([draw.count for draw in draws], pools)
    # An attempt does not start if a pool is too small; an older paper with a small pool gives the questions that exist.
    return sorted(position for each in found for position in each) if found is not None else sorted(members)


def _shuffled(paper: ExamPaper, positions: Sequence[int], seed: str, section_id: int) -> list[int]:
    groups: dict[tuple[str, int], list[int]] = {}
    for position in positions:
        passage = paper.questions[position].passage_id
        groups.setdefault(("question", position) if passage is None else ("passage", passage), []).append(position)
    shuffled = list(groups.values())
    _shuffle(shuffled, _numbers(seed, f"order {section_id}"))
    return [position for group in shuffled for position in group]


def _letters(paper: ExamPaper, order: Sequence[int], seed: str) -> dict[int, str]:
    letters: dict[int, str] = {}
    for position in order:
        question, (_, filled) = paper.questions[position], paper.answer_rules[position]
        if filled and not question.fixed_options:
            shuffled = list(filled)
            _shuffle(shuffled, _numbers(seed, f"options {question.id}"))
            letters[position] = "".join(shuffled)
    return letters


def _mapped(answer: str, of: Sequence[str], to: Sequence[str]) -> str:
    return "".join(sorted(answer.translate(dict(zip(map(ord, of), to, strict=True)))))


def _shuffle(members: MutableSequence[Any], numbers: Iterator[int]) -> None:
    """Fisher-Yates shuffle."""
    for last in range(len(members) - 1, 0, -1):
        other = _below(last + 1, numbers)
        members[last], members[other] = members[other], members[last]


def _below(bound: int, numbers: Iterator[int]) -> int:
    """An unbiased random number below a bound."""
    limit = _RANGE - _RANGE % bound
    return next(number for number in numbers if number < limit) % bound


def _numbers(seed: str, purpose: str) -> Iterator[int]:
    block = 0
    while True:
        stream = hashlib.shake_256(f"{seed}|{purpose}|{block}".encode()).digest(_BLOCK * _BYTES)
        for at in range(0, len(stream), _BYTES):
            yield int.from_bytes(stream[at : at + _BYTES], "big")
        block += 1
