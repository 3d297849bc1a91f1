"""A student's answers in one attempt: the device's, the server's, and how they are merged."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from smartexam_client.answers import Answer, check_answer, same_answer
from smartexam_client.connection import ApiError, Connection
from smartexam_client.journal import Journal
from smartexam_client.models import Paper, Question, Submission, shaped

Document = dict[str, Any]

_MOST_ANSWERS = 500  # the server's limit for one sync
_MERGES = 3  # how often other devices may write first before it gives up


@dataclass(frozen=True)
class Conflict:
    """A question that two devices answered differently; `base` is what both had seen before."""

    question_id: int
    base: Answer | None
    mine: Answer | None
    theirs: Answer | None


@dataclass(frozen=True)
class Synced:
    """The outcome of one sync.

    `kept` and `yielded` are the question ids of a merge after a stale revision; `rejected` are the server's reasons, by
    question id, for refused answers. Answers that it had saved for these questions before stay.
    """

    revision: int
    remaining_seconds: int
    rejected: Mapping[str, str] = field(default_factory=dict)
    merged: bool = False
    kept: frozenset[int] = frozenset()
    yielded: frozenset[int] = frozenset()


def prefer_theirs(conflict: Conflict) -> Answer | None:
    """The server's answer is newer than what this device had seen."""
    return conflict.theirs


class AnswerSheet:
    """Holds the answers as last agreed with the server, and the changes not yet confirmed.

    A change stays unconfirmed, and in the journal, until the server has answered for it, so a lost connection or a
    restart loses none. Any thread may call; answering never waits for the network.
    """

    def __init__(
        self,
        connection: Connection,
        exam_id: int,
        journal: Journal | None = None,
        resolve: Callable[[Conflict], Answer | None] = prefer_theirs,
    ) -> None:
        """`resolve` chooses the answer if another device gave a different one to the same question."""
        self._connection = connection
        self._exam_id = exam_id
        self._journal = journal
        self._resolve = resolve
        self._state = threading.RLock()  # guards the fields below
        self._network = threading.Lock()  # one call at a time, because each needs the revision from the one before
        self.attempt_id = 0
        self.revision = 0
        self.remaining_seconds = 0
        self.agreed: dict[int, Answer] = {}
        self.unconfirmed: dict[int, Answer | None] = {}
        # What was sent since the last confirmation, by question: if the server has it, it is no other device's.
        self._sent: dict[int, list[Answer | None]] = {}
        self.marked: set[int] = set()
        self._agreed_marks: set[int] = set()
        self._questions: dict[int, Question] = {}

    @property
    def has_changes(self) -> bool:
        """Whether there are changes that the server does not have."""
        with self._state:
            return bool(self.unconfirmed) or self.marked != self._agreed_marks

    @property
    def answers(self) -> dict[int, Answer]:
        """The answers as the student sees them, confirmed or not."""
        with self._state:
            seen = {**self.agreed, **self.unconfirmed}
        return {question_id: answer for question_id, answer in seen.items() if answer}

    def open(self) -> Paper:
        """Loads the paper and the saved answers of the running attempt, and applies the journal to them.

        Unconfirmed answers of an earlier attempt are dropped, because it is graded. Raises ApiError,
        ConnectionLostError.
        """
        with self._network:
            document = self._connection.get(f"/exam/{self._exam_id}")
            with self._state:
                questions = tuple(shaped(Question, question) for question in document["questions"])
                self._questions = {question.id: question for question in questions}
                kept = self._journal.load() if self._journal and not self.attempt_id else None
                if kept and kept["attempt_id"] == document["attempt_id"]:
                    self._restore(kept)
                elif self.attempt_id != document["attempt_id"]:
                    self._forget()
                self.attempt_id = document["attempt_id"]
                self._merge(document)
                self._keep()
        return Paper(self.attempt_id, document["attempt_number"], questions, document["exam"], document)

    def answer(self, question_id: int, answer: Answer | None) -> None:
        """Gives, changes or (with `None`) clears an answer; the next `sync` sends it.

        Raises ValueError for an invalid answer to this question, OSError if the journal cannot be written.
        """
        with self._state:
            if (question := self._questions.get(question_id)) is None:
                raise ValueError(f"question {question_id} is not in this paper")
            check_answer(question.question_type, question.letters, answer)
            self.unconfirmed[question_id] = answer
            self._keep()

    def mark_for_review(self, question_ids: Iterable[int]) -> None:
        """Marks these questions and no others."""
        with self._state:
            self.marked = set(question_ids)
            self._keep()

    def changes(self) -> Document:
        """The body of a sync: unconfirmed changes, as many as the server takes at once."""
        with self._state:
            first = islice(self.unconfirmed.items(), _MOST_ANSWERS)
            return {
                "answers": {str(question_id): answer for question_id, answer in first},
                "markedForReview": sorted(self.marked),
                "partial": True,
                "revision": self.revision,
            }

    def sync(self) -> Synced:
        """Sends the changes. A stale revision means that another device wrote meanwhile: merge, then send the rest.

        It also follows a lost *confirmation*: the repeated call meets its own first write, which is no other device's.
        Raises ApiError (`exam_time_over`: unconfirmed changes came too late), ConnectionLostError (they are kept).
        """
        rejected: dict[str, str] = {}
        kept: frozenset[int] = frozenset()
        yielded: frozenset[int] = frozenset()
        with self._network:
            merges, has_more = 0, True
            while has_more:
                try:
                    faults, has_more = self._send()
                except ApiError as error:
                    if error.code != "stale_revision" or merges == _MERGES:
                        raise
                    with self._state:
                        mine, lost = self._merge(error.document)
                        self._keep()
                    kept, yielded, merges = mine, yielded | lost, merges + 1
                else:
                    rejected |= faults
        return Synced(self.revision, self.remaining_seconds, rejected, merges > 0, kept, yielded)

    def submit(self) -> Submission:
        """Sends unconfirmed changes and submits; safe to repeat. After the deadline, submits what arrived in time.

        Raises ApiError, ConnectionLostError: then nothing is lost, and it may be called again.
        """
        if self.has_changes:
            try:
                self.sync()
            except ApiError as error:
                if error.code not in {"exam_time_over", "no_attempt"}:
                    raise
        with self._network:
            submission = shaped(Submission, self._connection.post(f"/submit-exam/{self._exam_id}"))
        with self._state:
            self._forget()
            if self._journal:
                self._journal.clear()
        return submission

    def _send(self) -> tuple[Mapping[str, str], bool]:
        """Sends unconfirmed changes, as many as the server takes at once.

        Returns:
            The server's reasons for rejected ones, by question id, and whether there are more to send.
        """
        with self._state:
            sent = dict(islice(self.unconfirmed.items(), _MOST_ANSWERS))
            has_more = len(sent) < len(self.unconfirmed)
            marks, body = set(self.marked), self.changes()
            for question_id, answer in sent.items():
                self._sent.setdefault(question_id, []).append(answer)
            self._keep()
        document = self._connection.post(f"/api/sync-exam-answers/{self._exam_id}", body)
        rejected = {each["question_id"]: each["message"] for each in document.get("rejected", [])}
        with self._state:
            for question_id, answer in sent.items():
                self._sent.pop(question_id, None)
                if str(question_id) not in rejected:
                    self._agree(question_id, answer)
                # The student may have changed it again during the call.
                if self.unconfirmed.get(question_id) == answer:
                    self.unconfirmed.pop(question_id, None)
            self._agreed_marks = marks
            self.revision, self.remaining_seconds = document["revision"], document["remaining_seconds"]
            self._keep()
        return rejected, has_more

    def _agree(self, question_id: int, answer: Answer | None) -> None:
        if answer:
            self.agreed[question_id] = answer
        else:
            self.agreed.pop(question_id, None)

    def _merge(self, theirs: Document) -> tuple[frozenset[int], frozenset[int]]:
        """Takes over the server's state and keeps this device's changes, unless `resolve` decides otherwise."""
        before, marks_before = self.agreed, self._agreed_marks
        self.revision, self.remaining_seconds = theirs["revision"], theirs["remaining_seconds"]
        self.agreed = {int(question_id): answer for question_id, answer in theirs["answers"].items() if answer}
        self._agreed_marks = set(theirs["markedForReview"])
        self.marked = (self._agreed_marks | (self.marked - marks_before)) - (marks_before - self.marked)
        yielded = set()
        for question_id, mine in list(self.unconfirmed.items()):
            base, now = before.get(question_id), self.agreed.get(question_id)
            if same_answer(mine, now):
                del self.unconfirmed[question_id]
            elif not any(same_answer(each, now) for each in (base, *self._sent.get(question_id, ()))):
                chosen = self._resolve(Conflict(question_id, base, mine, now))
                if same_answer(chosen, now):
                    del self.unconfirmed[question_id]
                    yielded.add(question_id)
                else:
                    self.unconfirmed[question_id] = chosen
        self._sent.clear()  # what has not arrived has an old revision
        return frozenset(self.unconfirmed), frozenset(yielded)

    def _forget(self) -> None:
        self.agreed, self.unconfirmed, self._sent = {}, {}, {}
        self.marked, self._agreed_marks = set(), set()

    def _keep(self) -> None:
        if self._journal:
            document = {
                "attempt_id": self.attempt_id,
                "agreed": self.agreed,
                "unconfirmed": self.unconfirmed,
                "sent": self._sent,
                "marked": sorted(self.marked),
                "agreed_marks": sorted(self._agreed_marks),
            }
            self._journal.save(document)

    def _restore(self, kept: Document) -> None:
        # JSON object keys are text.
        self.agreed = {int(question_id): answer for question_id, answer in kept["agreed"].items()}
        self.unconfirmed = {int(question_id): answer for question_id, answer in kept["unconfirmed"].items()}
        self._sent = {int(question_id): answers for question_id, answers in kept.get("sent", {}).items()}
        self.marked, self._agreed_marks = set(kept["marked"]), set(kept["agreed_marks"])
