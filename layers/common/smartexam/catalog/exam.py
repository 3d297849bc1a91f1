"""What an exam is: its settings, and the rules that follow from them."""

from collections.abc import Collection
from datetime import datetime
from fractions import Fraction

import msgspec

from smartexam.catalog.marks import UNITS
from smartexam.catalog.structure import PLAIN, MarkingScheme, Structure, Totals
from smartexam.platform.times import zone


class Exam(msgspec.Struct, frozen=True):
    """An exam.

    Attributes:
        date: `YYYY-MM-DD`, with `start_time` `HH:MM` in the institute's time zone.
        duration: minutes.
        status: `upcoming`, `ongoing` or `completed`.
        positive_marks: marks of a correct answer to a question to which no others apply.
        negative_marks: marks subtracted for a wrong one.
        max_attempts: 0 is unlimited.
        result_mode: `instant`, `delayed` (by `result_delay` minutes), `manual` (until `is_released`) or `after_close`.
        closes_at: epoch seconds from which on nobody starts and every attempt ends; None for never.
        latest_grant: the latest end, in epoch seconds, that somebody was granted beyond `closes_at`; 0 for none.
        audience: `everyone`, or `batches`: the students of `batch_ids`.
        access_code: the hash of the code that starting asks for; "" for none.
        counted_attempt: `best`, `last` or `first`: the attempt that ranks and exports count.
        discussion: `after_attempt`, `open` or `off`; see `smartexam.talk.access`.
        allow_chat: whether students may chat while they sit it.
        grants_version: incremented whenever the end of a running attempt may have changed.
        has_overrides: whether any student or batch was ever granted something.
        question_count: how many questions the exam has, including those that an attempt may not get.
        own_marks: units of 1/300, the sum over questions with positive marks of their own.
        without_own_marks: number of questions without.
        structure: sections, marking, order, languages.
        totals: the totals of one attempt; None for a plain exam, where the counts above give them.
        content_version: incremented by every change of the paper.
        compiled_version: the content version whose paper is compiled.
        edit_version: incremented by every edit of the exam's own fields; edits compare it.
        batches: how many batches of questions were begun; see `question_batches`.
        open_batches: batches that are not part of the exam: still arriving, or never completed.
    """

    id: int
    name: str
    date: str
    start_time: str
    duration: int
    status: str
    instructions: str
    positive_marks: Fraction
    negative_marks: Fraction
    max_attempts: int
    result_mode: str
    result_delay: int
    category_id: int | None
    created_at: float
    allow_assistant: bool = False
    is_released: bool = False
    edit_version: int = 1
    question_count: int = 0
    own_marks: int = 0
    without_own_marks: int = 0
    content_version: int = 1
    compiled_version: int = 0
    batches: int = 0
    open_batches: frozenset[str] = frozenset()
    structure: Structure = PLAIN
    totals: Totals | None = None
    closes_at: int | None = None
    latest_grant: int = 0
    audience: str = "everyone"
    batch_ids: tuple[int, ...] = ()
    access_code: str = ""
    counted_attempt: str = "best"
    discussion: str = "after_attempt"
    allow_chat: bool = False
    grants_version: int = 0
    has_overrides: bool = False

    @property
    def place(self) -> str:
        """Its sort key in lists, by date and time."""
        return f"{self.date} {self.start_time}#{self.id:016d}"

    @property
    def total_questions(self) -> int:
        """How many questions count in one attempt."""
        return self.question_count if self.totals is None else self.totals.questions

    @property
    def max_marks(self) -> Fraction:
        """The highest possible score, in marks."""
        if self.totals is not None:
            return Fraction(self.totals.max_marks)
        return Fraction(self.own_marks, UNITS) + self.without_own_marks * self.positive_marks

    @property
    def scheme(self) -> MarkingScheme:
        """The marks of its questions."""
        return MarkingScheme(self.structure, self.positive_marks, self.negative_marks)

    def shows(self, batch: int | None) -> bool:
        """Whether the questions of this batch (None: added in one transaction) are part of the exam."""
        if batch is None:
            return True
        return batch <= self.batches and all(not entry.startswith(f"{batch}@") for entry in self.open_batches)

    def opens_at(self, timezone: str) -> float:
        """The exam's date and start time in the institute's time zone, as epoch seconds."""
        return opens_at(self.place, timezone)

    def admits(self, batch_ids: Collection[int]) -> bool:
        """Whether a student of these batches is in the audience."""
        return self.audience == "everyone" or not set(self.batch_ids).isdisjoint(batch_ids)

    def shows_result(self, completed_at: float, now: float) -> bool:
        """Whether students may see a result that was completed then."""
        if self.result_mode in {"instant", "manual"}:
            return self.result_mode == "instant" or self.is_released
        available_at = self.result_available_at(completed_at)
        return available_at is not None and available_at <= now

    def result_available_at(self, completed_at: float) -> float | None:
        """When a result becomes visible, epoch seconds; None while that depends on its release."""
        if self.result_mode == "delayed":
            return completed_at + self.result_delay * 60
        if self.result_mode == "after_close":
            return None if self.closes_at is None else max(self.closes_at, self.latest_grant)
        if self.result_mode == "manual" and not self.is_released:
            return None
        return completed_at


def opens_at(place: str, timezone: str) -> float:
    """The date and start time of an exam with this sort key in lists, as epoch seconds."""
    return datetime.fromisoformat(place[:16]).replace(tzinfo=zone(timezone)).timestamp()
