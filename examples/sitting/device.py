"""One device of a student in an exam: what it holds, what the server has, and how the two come together again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sitting.api import Api, ApiError
from sitting.question_sheet import Answer, same_answer

Document = dict[str, Any]


@dataclass(frozen=True)
class Synced:
    """What one synchronisation came to. `kept` and `yielded` are the question ids of a merge after a stale revision."""

    revision: int
    remaining_seconds: int
    merged: bool = False
    kept: frozenset[int] = frozenset()
    yielded: frozenset[int] = frozenset()


class Device:
    """Holds the answers as last agreed with the server, and the changes not yet confirmed.

    A change stays unconfirmed until the server has answered for it: a lost connection loses nothing.
    """

    def __init__(self, api: Api, exam_id: int) -> None:
        self._api = api
        self._exam_id = exam_id
        self.revision = 0
        self.remaining_seconds = 0
        self.agreed: dict[int, Answer] = {}
        self.marked: set[int] = set()
        self.unconfirmed: dict[int, Answer | None] = {}

    def open(self) -> Document:
        """Loads the paper and the saved answers of the running attempt; returns the server's document."""
        document = self._api.get(f"/exam/{self._exam_id}")
        self._adopt(document)
        self.unconfirmed.clear()
        return document

    def answer(self, question_id: int, answer: Answer | None) -> None:
        """Gives, changes or (with `None`) clears an answer; the server learns of it with the next `sync`."""
        self.unconfirmed[question_id] = answer

    def mark_for_review(self, question_ids: Iterable[int]) -> None:
        """Marks these questions and no others."""
        self.marked = set(question_ids)

    def sync(self) -> Synced:
        """Sends what changed. A stale revision means that another device wrote meanwhile: merge, then send the rest.

        It also follows a lost *answer*: the repeated call meets its own first writing, and the merge changes nothing.
        """
        try:
            return self._send()
        except ApiError as error:
            if error.code != "stale_revision":
                raise
            kept, yielded = self._merge(error.document)
        sent = self._send()
        return Synced(sent.revision, sent.remaining_seconds, merged=True, kept=kept, yielded=yielded)

    def lose_connection(self) -> None:
        """Begins to sync and is cut off half-way through the request."""
        self._api.post_lost(self._path, self._changes())

    def submit(self) -> Document:
        """Hands in what was last synced; twice is once."""
        return self._api.post(f"/submit-exam/{self._exam_id}")

    @property
    def _path(self) -> str:
        return f"/api/sync-exam-answers/{self._exam_id}"

    def _changes(self) -> Document:
        return {
            "answers": {str(question_id): answer for question_id, answer in self.unconfirmed.items()},
            "markedForReview": sorted(self.marked),
            "partial": True,
            "revision": self.revision,
        }

    def _send(self) -> Synced:
        document = self._api.post(self._path, self._changes())
        for question_id, answer in self.unconfirmed.items():
            if answer is None:
                self.agreed.pop(question_id, None)
            else:
                self.agreed[question_id] = answer
        self.unconfirmed.clear()
        self.revision, self.remaining_seconds = document["revision"], document["remaining_seconds"]
        return Synced(self.revision, self.remaining_seconds)

    def _merge(self, theirs: Document) -> tuple[frozenset[int], frozenset[int]]:
        """Takes over the server's state; of our changes keeps those to questions that nobody else has changed."""
        before, marked = dict(self.agreed), set(self.marked)
        self._adopt(theirs)
        self.marked |= marked
        yielded = frozenset(
            question_id
            for question_id in self.unconfirmed
            if not same_answer(before.get(question_id), self.agreed.get(question_id))
        )
        for question_id in yielded:
            del self.unconfirmed[question_id]
        return frozenset(self.unconfirmed), yielded

    def _adopt(self, document: Document) -> None:
        self.revision, self.remaining_seconds = document["revision"], document["remaining_seconds"]
        self.agreed = {int(question_id): answer for question_id, answer in document["answers"].items() if answer}
        self.marked = set(document["markedForReview"])
