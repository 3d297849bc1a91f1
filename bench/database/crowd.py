"""A growing crowd: all items that do not belong to the measured users."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bench.database import bulk, rows
from bench.database.results import Cohort, ResultRows, count_cohort
from bench.database.scale import Scale
from smartexam.accounts.store.access_requests import RequestStatisticsItem
from smartexam.accounts.store.identity import UserStatisticsItem
from smartexam.platform.dynamodb import table
from smartexam.talk.store.discussions.items import COUNT, CountItem, DiscussedItem, discussed_key, partition
from smartexam.talk.store.messaging.items import META, ConversationItem, conversation_key
from tests.factories.exams import MCQ, MSQ, NUMERIC, create_exam, question_ids

PAPER = [MCQ] * 45 + [MSQ] * 15 + [NUMERIC] * 15
_WITH_RESULTS = 40
_NOTHING = Scale(*(0 for _ in Scale.__slots__))


@dataclass
class Crowd:
    """Grows from scale to scale.

    Attributes:
        exams: ids of all exams; the first is measured and has 75 questions.
        question_id: the question whose discussion is measured.
    """

    exams: list[int] = field(default_factory=list)
    question_id: int = 0
    scale: Scale = _NOTHING
    _discussed: list[int] = field(default_factory=list)

    def grow(self, to: Scale, report: Callable[[str], None]) -> None:
        """Add the items that a scale has more."""
        before, self.scale = self.scale, to
        self._exams(to)
        report("accounts, requests, log")
        bulk.write(
            [
                (rows.accounts, range(before.users, to.users)),
                (rows.requests, range(before.requests, to.requests)),
                (rows.changes, range(before.changes, to.changes)),
            ]
        )
        table.update(
            UserStatisticsItem, "STATISTICS", "USERS", [UserStatisticsItem.user_role.add(to.users - before.users)]
        )
        third = [UserStatus.add((to.requests - before.requests) // 3) for UserStatus in _STATUSES]
        table.update(RequestStatisticsItem, "STATISTICS", "REQUESTS", third)
        report("messages")
        others = to.messages - to.in_conversation, before.messages - before.in_conversation
        bulk.write(
            [
                (rows.messages, range(before.in_conversation, to.in_conversation)),
                (rows.other_messages, range(others[1], others[0])),
            ]
        )
        self._conversation(rows.CONVERSATION, to.in_conversation)
        report("comments")
        self._comments(before, to)
        report("results and their statistics")
        self._results(before, to)

    def _exams(self, to: Scale) -> None:
        if not self.exams:
            first = create_exam(PAPER, name="Measured", date="2026-01-05")
            self.exams.append(first.id)
            discussed = create_exam(PAPER[:60], name="Discussed", date="2026-01-04")
            self._discussed = question_ids(discussed.id)
            self.question_id = self._discussed[0]
            self.exams.append(discussed.id)
        while len(self.exams) < to.exams:
            number = len(self.exams)
            exam = create_exam(PAPER[:3], name=f"Exam {number}", date=f"2025-{1 + number % 12:02d}-15")
            self.exams.append(exam.id)

    def _conversation(self, conversation_id: int, count: int) -> None:
        item = ConversationItem(
            conversation_key(conversation_id), META, name="Everybody", last_at=rows.message_time(count)
        )
        item.message_count = count
        table.put(item)

    def _comments(self, before: Scale, to: Scale) -> None:
        exam_id, others = self.exams[1], self._discussed[1:]
        works: list[bulk.Work] = [
            (rows.Comments(self.question_id, exam_id, rows.COMMENTS), range(before.on_question, to.on_question))
        ]
        counts = {self.question_id: to.on_question}
        was, is_now = ((each.comments - each.on_question) // len(others) for each in (before, to))
        for place, question_id in enumerate(others):
            base = rows.COMMENTS + (place + 1) * 100_000
            works.append((rows.Comments(question_id, exam_id, base), range(was, is_now)))
            counts[question_id] = is_now
        bulk.write(works)
        for question_id, count in counts.items():
            table.put(DiscussedItem(discussed_key(exam_id), partition(question_id)))
            table.put(CountItem(partition(question_id), COUNT, exam_id=exam_id, comments=count))

    def _results(self, before: Scale, to: Scale) -> None:
        # The students of the scale before keep theirs; the new results are other students'.
        cohort = Cohort(
            exams=tuple(self.exams[:_WITH_RESULTS]),
            students=to.in_exam - before.in_exam,
            results=to.results - before.results,
            first_student=before.in_exam,
            first_result=before.results,
        )
        bulk.write([(ResultRows(cohort), range(cohort.students))], piece=100)
        count_cohort(cohort)


_STATUSES = (RequestStatisticsItem.pending, RequestStatisticsItem.completed, RequestStatisticsItem.denied)
