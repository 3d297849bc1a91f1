"""Users who discuss questions: every acknowledged comment must exist once, and the counts must be exact."""

import random
import threading
from dataclasses import dataclass, field
from typing import Any

from bench.soak.client import Client, GaveUpError
from bench.soak.ledger import Ledger
from bench.soak.setting import Exam, Person


@dataclass
class Comment:
    """A comment that was acknowledged; `text` is None once it is deleted."""

    id: int
    question_id: int
    text: str | None
    has_replies: bool = False


@dataclass
class Commenter:
    """Comments, replies, edits and deletes, as fast as the limit of one comment per ten seconds allows.

    Comments have no client-side id, so after a lost answer the user must check whether the comment exists.
    """

    person: Person
    exam: Exam
    ledger: Ledger
    chance: random.Random
    ending: threading.Event
    made: list[Comment] = field(default_factory=list)
    _written: int = 0

    def run(self) -> None:
        """Act; what goes wrong is in the ledger."""
        try:
            while not self.ending.is_set():
                self._comment()
                self._something_else()
                self.ending.wait(self.chance.uniform(2.0, 6.0))
        except (GaveUpError, KeyError, TypeError) as error:
            self.ledger.violated(f"{self.person.name} could not go on discussing: {error!r}")

    def _comment(self) -> None:
        question_id = self.chance.choice(self.exam.questions[:4]).id
        self._written += 1
        body: dict[str, Any] = {"message": f"{self.person.name} remarks {self._written}"}
        parent = None
        if self.chance.random() < 0.3:
            parent = next((made for made in self.made if made.question_id == question_id and made.text), None)
        if parent is not None:
            body["parent_id"] = parent.id
        client = self.person.client
        id_: int | None = None
        while id_ is None:
            answer = client.call("POST", f"/api/discussion/{question_id}", body, repeats=False, accepts=(200,))
            if answer.status == 200:
                id_ = int(answer.body["message"]["id"])
            else:
                id_ = _find(client, question_id, body["message"])
        if parent is not None:
            parent.has_replies = True
        self.made.append(Comment(id_, question_id, body["message"]))
        self.ledger.count("comments acknowledged")

    def _something_else(self) -> None:
        mine = [made for made in self.made if made.text is not None]
        client, dice = self.person.client, self.chance.random()
        if dice < 0.2 and mine:
            made = self.chance.choice(mine)
            text = f"{made.text} (edited)"
            client.call("PUT", f"/api/discussion/edit/{made.id}", {"message": text})
            made.text = text
        elif dice < 0.3 and mine:
            made = self.chance.choice(mine)
            answer = client.call("DELETE", f"/api/discussion/delete/{made.id}", accepts=(200, 404))
            if answer.status != 200 and not answer.failures:
                self.ledger.violated(f"comment {made.id} was not there to be deleted")
            made.text = None
        elif dice < 0.6:
            ids = [question.id for question in self.exam.questions]
            client.post("/api/discussion/counts/bulk", {"question_ids": ids})
        else:
            client.get(f"/api/discussion/{self.chance.choice(self.exam.questions[:4]).id}")


def check(commenters: list[Commenter], exam: Exam, ledger: Ledger) -> None:
    """Each discussion must contain exactly what was acknowledged, and be counted correctly."""
    reader = commenters[0].person.client
    counts = reader.post("/api/discussion/counts/bulk", {"question_ids": [each.id for each in exam.questions[:4]]})
    for question in exam.questions[:4]:
        expected = sorted(
            (made.id, made.text)
            for commenter in commenters
            for made in commenter.made
            if made.question_id == question.id and made.text is not None
        )
        count, found = _read(reader, question.id)
        ledger.expect(f"the discussion of question {question.id}", sorted(found), expected)
        ledger.expect(f"the count of question {question.id}", count, len(expected))
        ledger.expect(f"the listed count of question {question.id}", counts["counts"][str(question.id)], len(expected))


def _find(client: Client, question_id: int, text: str) -> int | None:
    _, comments = _read(client, question_id)
    return next((id_ for id_, found in comments if found == text), None)


def _read(client: Client, question_id: int) -> tuple[int, list[tuple[int, str]]]:
    """The count, and (id, text) of all comments that are not deleted."""
    found: dict[int, str] = {}
    cursor, count = "", 0
    while True:
        page = client.get(f"/api/discussion/{question_id}{cursor}")
        count = page["count"]
        for root in page["comments"]:
            for each in (root, *root["replies"]):
                if not each["is_deleted"]:
                    found[each["id"]] = each["message"]
        if not page["next_cursor"]:
            return count, list(found.items())
        cursor = f"?cursor={page['next_cursor']}"
