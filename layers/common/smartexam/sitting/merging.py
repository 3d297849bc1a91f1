"""Merges a sync into the saved draft, where the result depends on it.

    closed sections   an answer that equals the saved one is accepted, others are rejected as `section_closed`
    choose            clears come first, then changes of what is answered, then new answers until the section is full;
                      one more is rejected as `section_full`
    drawn questions   any other question of the pool is `unknown_question`
    visited, seconds  only grow

A pure function: from a sitting and a sync it makes the whole new draft, which is written on condition that the sitting
is unchanged.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from smartexam.catalog.layout import Layout, layout_of
from smartexam.catalog.paper import ExamPaper
from smartexam.sitting import answers
from smartexam.sitting.answers import SECTION_CLOSED, SECTION_FULL, Rejected
from smartexam.sitting.sections import Place, current
from smartexam.sitting.store.sitting_items import Sitting

_CLOSED = "The section of this question is closed."
_UPCOMING = "The section of this question has not begun."
_FULL = "The section takes {} answers: clear another one first."


class Given(msgspec.Struct, frozen=True):
    """A sync after it was read.

    Attributes:
        answers: canonical texts by position, in the client's order; None without answers.
        rejected: invalid answers and marks.
        kept: positions of rejected answers, which keep their saved values.
        replaces: answers that are not named are cleared.
        marked: positions marked for review; None without marks.
        visited: ids, as sent; invalid ones are ignored.
        seconds: seconds by id, as sent; likewise.
    """

    answers: Mapping[int, str] | None
    rejected: list[Rejected]
    kept: frozenset[int]
    replaces: bool
    marked: list[int] | None
    visited: Any = None
    seconds: Any = None


class Merged(msgspec.Struct, frozen=True):
    """A whole draft, the number of accepted answers, the rejected ones, and the open section if sections are timed."""

    answers: str
    marked: str
    visited: str
    seconds: str
    saved: int
    rejected: list[Rejected]
    place: Place | None


def needs_state(paper: ExamPaper) -> bool:
    """Whether all syncs depend on the saved state; those with `visited` or `seconds` do with any paper."""
    return paper.is_timed or paper.has_choice or paper.draws


def merge(paper: ExamPaper, sitting: Sitting, given: Given, now: float) -> Merged:
    """The draft of a sitting after a sync."""
    layout = layout_of(paper, sitting.seed)
    place = current(paper, sitting, now) if paper.is_timed else None
    state = _Answers(paper, sitting, layout, place)
    rejected = list(given.rejected)
    if given.answers is not None:
        rejected += state.take(given.answers, given.kept, replaces=given.replaces)
    marked = sitting.marked
    if given.marked is not None:
        strange = sorted(layout.drawn.symmetric_difference(given.marked) - layout.drawn)
        rejected += [answers.unknown(paper.questions[at].id) for at in strange]
        marked = answers.encode_marked(layout.drawn.intersection(given.marked))
    return Merged(
        answers.encode(state.texts),
        marked,
        _visited(paper, layout, sitting.visited, given.visited),
        _seconds(paper, layout, sitting, given.seconds, now),
        state.saved,
        rejected,
        place,
    )


class _Answers:
    """The answers of a draft while a sync is merged into them."""

    def __init__(self, paper: ExamPaper, sitting: Sitting, layout: Layout, place: Place | None) -> None:
        self.texts = answers.decode(sitting.answers, len(paper), sitting.changes)
        self.saved = 0
        self._paper = paper
        self._drawn = layout.drawn
        self._place = place
        section = None if place is None else paper.sections[place.index]
        self._open = range(len(paper)) if section is None else range(section.start, section.stop)

    def take(self, given: Mapping[int, str], kept: frozenset[int], *, replaces: bool) -> list[Rejected]:
        """Take the valid answers; returns the rejected ones."""
        texts, drawn, is_open = self.texts, self._drawn, self._open
        if replaces:
            for at in drawn.difference(given, kept).intersection(is_open):
                texts[at] = ""
        rejected: list[Rejected] = []
        fresh: list[int] = []
        for at, text in given.items():
            before = texts[at]
            if at not in drawn:
                rejected.append(answers.unknown(self._paper.questions[at].id))
            elif text == before:
                self.saved += 1
            elif at not in is_open:
                rejected.append(self._closed(at))
            elif before or not text:
                texts[at] = text
                self.saved += 1
            else:
                fresh.append(at)
        for at in fresh:
            most = self._is_full(at)
            if most is None:
                texts[at] = given[at]
                self.saved += 1
            else:
                rejected.append(self._rejected(at, SECTION_FULL, _FULL.format(most)))
        return rejected

    def _is_full(self, position: int) -> int | None:
        """The limit of a position's section if it is full, otherwise None."""
        if not self._paper.has_choice:
            return None
        section = self._paper.sections[self._paper.section_at(position)]
        if section.choose is None:
            return None
        answered = sum(map(bool, self.texts[section.start : section.stop]))
        return section.choose if answered >= section.choose else None

    def _closed(self, position: int) -> Rejected:
        upcoming = self._place is not None and self._paper.section_at(position) > self._place.index
        return self._rejected(position, SECTION_CLOSED, _UPCOMING if upcoming else _CLOSED)

    def _rejected(self, position: int, code: str, message: str) -> Rejected:
        return Rejected(str(self._paper.questions[position].id), code, message)


def _visited(paper: ExamPaper, layout: Layout, before: str, given: Any) -> str:
    if not isinstance(given, list):
        return before
    return answers.encode_marked(layout.drawn.intersection(answers.positions_of(paper, given)), before)


def _seconds(paper: ExamPaper, layout: Layout, sitting: Sitting, given: Any, now: float) -> str:
    if not isinstance(given, dict):
        return sitting.seconds
    passed = max(0, int(min(now, sitting.deadline) - sitting.started_at))
    return answers.grown_seconds(sitting.seconds, paper.positions, given, among=layout.drawn, most=passed)
