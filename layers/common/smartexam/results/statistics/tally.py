"""A student's tally: the summary of the student's counted results and sittings."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

import msgspec

from smartexam.catalog.marks import letter_grade

CountedT = TypeVar("CountedT")


class CountedResult(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A counted result; marks in units, `completed_at` in epoch seconds.

    `sections` are the id, score and maximum of each section.
    """

    exam_id: int
    completed_at: int
    score: int
    max_score: int
    questions: int
    sections: tuple[tuple[int, int, int], ...] = ()

    @property
    def is_pass(self) -> bool:
        """Whether it reaches `PASS_PERCENT`."""
        return reaches(self.score, self.max_score, PASS_PERCENT)

    @property
    def grade(self) -> str:
        """The letter grade."""
        return letter_grade(self.score, self.max_score)


class CountedSitting(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A student's counted attempts at an exam: those that count, including a running one, and those granted."""

    used: int
    allowance: int

    @property
    def spent(self) -> int:
        """The attempts used less those granted, which is compared with the exam's `max_attempts`."""
        return self.used - self.allowance


class Tally(msgspec.Struct, frozen=True):
    """What is counted of a student.

    Attributes:
        username: by which administrators find the student's sittings.
        results: by result id.
        sittings: by exam id.
    """

    username: str = ""
    results: Mapping[int, CountedResult] = {}
    sittings: Mapping[int, CountedSitting] = {}

    @property
    def is_empty(self) -> bool:
        """Whether nothing is counted."""
        return not self.results and not self.sittings


PASS_PERCENT = 40
# The lower limits of the bands in which scores are shown, in percent; the last band has the rest.
BANDS = (90, 75, 60)


def reaches(score: int, maximum: int, percent: int) -> bool:
    """Whether a score is at least this percentage, before rounding."""
    return maximum > 0 and score * 100 >= percent * maximum


def band(score: int, maximum: int) -> int:
    """The band of a score, 0 for the highest."""
    return next((at for at, edge in enumerate(BANDS) if reaches(score, maximum, edge)), len(BANDS))


def steps(before: Tally, after: Tally, *, most: int) -> Iterator[Tally]:
    """Tallies between two, each with at most `most` results or sittings changed since the one before; the last is
    `after`.


    Transactions are limited in size, and a whole account may be erased at once.
    """
    results, sittings = dict(before.results), dict(before.sittings)
    changed = 0
    for result_id in sorted({*results, *after.results}):
        changed += _take_over(results, after.results, result_id)
        if changed == most:
            changed = 0
            yield Tally(after.username, dict(results), dict(sittings))
    for exam_id in sorted({*sittings, *after.sittings}):
        changed += _take_over(sittings, after.sittings, exam_id)
        if changed == most:
            changed = 0
            yield Tally(after.username, dict(results), dict(sittings))
    yield after


def encode(tally: Tally) -> str:
    """A tally as stored."""
    in_order = Tally(tally.username, dict(sorted(tally.results.items())), dict(sorted(tally.sittings.items())))
    return msgspec.json.encode(in_order).decode()


def decode(text: str) -> Tally:
    """A tally from what is stored."""
    return msgspec.json.decode(text, type=Tally)


def _take_over(own: dict[int, CountedT], wanted: Mapping[int, CountedT], key: int) -> bool:
    """Set one entry to its value in another mapping; returns whether it differed."""
    if own.get(key) == wanted.get(key):
        return False
    if key in wanted:
        own[key] = wanted[key]
    else:
        del own[key]
    return True
