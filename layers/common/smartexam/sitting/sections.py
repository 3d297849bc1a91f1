"""Timed sections: which one is open, and when the others begin and end.

A sitting stores the last entered section, its beginning and its end. No write is needed when a section ends: the next
one begins at that moment. The time up to the attempt's deadline is divided between the entered section and those after
it in proportion to their minutes, so extra time is spread over them, and the last section always ends with the attempt.
"""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from smartexam.catalog.paper import ExamPaper, PaperSection
from smartexam.sitting.store.sitting_items import Sitting

OPEN, UPCOMING, CLOSED = "open", "upcoming", "closed"
# The last section has no end of its own: it ends with the attempt, including the grace period.
WITH_THE_ATTEMPT = 2**40


class Place(msgspec.Struct, frozen=True):
    """The open section: its index, beginning and end, epoch seconds."""

    index: int
    begun: int
    ends: int


class SectionState(msgspec.Struct, frozen=True):
    """A section in the shape of `GET /exam/:id`. Sections that are not timed are open until the attempt ends.

    Attributes:
        state: `open` takes answers, `upcoming` opens later, `closed` is over; sections that are not timed are
            open.
        question_ids: ids of its questions, in the order of this attempt.
        instructions: what students read before the section; empty without any.
    """

    id: int
    name: str
    instructions: str
    state: Annotated[str, msgspec.Meta(extra_json_schema={"enum": ["open", "upcoming", "closed"]})]
    remaining_seconds: int
    choose: int | None
    question_ids: list[int]


def entered(paper: ExamPaper, index: int, begun: int, deadline: int) -> Place:
    """The place of a section that is entered at a given time."""
    minutes = _minutes(paper.sections)[index:]
    if len(minutes) == 1:
        return Place(index, begun, WITH_THE_ATTEMPT)
    return Place(index, begun, begun + (deadline - begun) * minutes[0] // sum(minutes))


def current(paper: ExamPaper, sitting: Sitting, now: float) -> Place:
    """The section that is open at a given time."""
    place = Place(sitting.section, sitting.section_from, sitting.section_ends)
    while place.ends <= now and place.index < len(paper.sections) - 1:
        place = entered(paper, place.index + 1, place.ends, sitting.deadline)
    return place


def stretched(paper: ExamPaper, sitting: Sitting, extra: int, now: float) -> tuple[Place, int]:
    """The open section and the deadline after a running attempt got `extra` seconds.

    The extra time is spread over the open section and those after it in proportion to their minutes; a section that
    has closed stays closed.
    """
    place = current(paper, sitting, now)
    deadline = sitting.deadline + extra
    return entered(paper, place.index, place.begun, deadline), deadline


def after(paper: ExamPaper, place: Place, now: float, deadline: int) -> tuple[Place, int]:
    """The next section when it is entered early, and the attempt's deadline, which loses the unused time."""
    ends = min(place.ends, deadline)
    saved = max(0, ends - int(now))
    return entered(paper, place.index + 1, min(int(now), ends), deadline - saved), deadline - saved


def states(paper: ExamPaper, sitting: Sitting, order: Sequence[int], now: float) -> list[SectionState]:
    """The sections of an attempt with its questions, in its order."""
    place = current(paper, sitting, now) if paper.is_timed else None
    minutes = _minutes(paper.sections)
    found = []
    for index, section in enumerate(paper.sections):
        state, remaining = OPEN, sitting.remaining_seconds(now)
        if place is not None and index < place.index:
            state, remaining = CLOSED, 0
        elif place is not None and index == place.index:
            remaining = max(0, int(min(place.ends, sitting.deadline) - now))
        elif place is not None:
            left = sitting.deadline - place.begun
            state, remaining = UPCOMING, left * minutes[index] // sum(minutes[place.index :])
        ids = [paper.questions[at].id for at in order if section.start <= at < section.stop]
        found.append(
            SectionState(section.id, section.name, section.instructions, state, remaining, section.choose, ids)
        )
    return found


def _minutes(sections: Sequence[PaperSection]) -> list[int]:
    return [section.minutes or 0 for section in sections]
