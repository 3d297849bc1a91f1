"""Students who sit exams: every result must equal what was last acknowledged as saved."""

import json
import random
import threading
from dataclasses import dataclass, field
from typing import Any

from bench.soak.client import GaveUpError
from bench.soak.ledger import Ledger
from bench.soak.setting import Exam, Person, Question

Answers = dict[str, Any]
_REWARD, _PENALTY = 4, 1
_MODES = ("whole", "partial", "checked")
_MOST_SYNCS = 14


@dataclass
class Student:
    """Sits one exam after the other until told to stop; then ends the running one.

    Each sitting uses one way of syncing: the whole state, only changes, or the whole state with the last revision, so
    that the server must refuse outdated ones.

    Args:
        walks_away: leaves its last sitting open, for the schedule to end.
    """

    person: Person
    exam: Exam
    ledger: Ledger
    chance: random.Random
    ending: threading.Event
    walks_away: bool = False
    pause: tuple[float, float] = (0.4, 1.6)
    results: list[int] = field(default_factory=list)
    left_with: Answers | None = None

    def run(self) -> None:
        """Act; what goes wrong is in the ledger."""
        try:
            while not self.ending.is_set():
                self._sit()
        except (GaveUpError, KeyError, TypeError) as error:
            self.ledger.violated(f"{self.person.name} could not go on: {error!r}")

    def check(self) -> None:
        """Every result must exist once, and no other."""
        listed: list[int] = []
        cursor = ""
        while True:
            page = self.person.client.get(f"/api/results{cursor}")
            listed += [each["id"] for each in page["results"]]
            if not page["next_cursor"]:
                break
            cursor = f"?cursor={page['next_cursor']}"
        self.ledger.expect(f"results of {self.person.name}", sorted(listed), sorted(self.results))

    def check_left(self) -> None:
        """Attempts that were left open must be graded by now, with the last saved answers."""
        if self.left_with is None:
            return
        client = self.person.client
        status = client.get(f"/api/exam-attempts-status/{self.exam.id}")
        if status["has_active_attempt"]:
            self.ledger.violated(f"the attempt that {self.person.name} left open still runs")
        result = client.get(f"/result/{self.exam.id}")["result"]
        self.results.append(result["id"])
        self._check_result(result["id"], self.left_with)
        self.ledger.count("sittings ended by the schedule")

    def _sit(self) -> None:
        client = self.person.client
        client.post(f"/start-exam/{self.exam.id}")
        paper = client.get(f"/exam/{self.exam.id}")
        self.ledger.expect(f"the answers of {self.person.name} in a new sitting", paper["answers"], {})
        mode = self.chance.choice(_MODES)
        saved: Answers = {}
        revision = paper["revision"]
        for _ in range(self.chance.randrange(3, _MOST_SYNCS)):
            change = self._change()
            wanted = {key: value for key, value in {**saved, **change}.items() if value is not None}
            revision = self._sync(mode, change if mode == "partial" else wanted, wanted, saved, revision)
            saved = wanted
            self.ending.wait(self.chance.uniform(*self.pause))
            if self.ending.is_set():
                break
        if self.ending.is_set() and self.walks_away:
            self.left_with = saved
            return
        submitted = client.post(f"/submit-exam/{self.exam.id}")
        self.results.append(submitted["result_id"])
        self.ledger.count("sittings submitted")
        self._check_result(submitted["result_id"], saved)

    def _sync(self, mode: str, answers: Answers, wanted: Answers, saved: Answers, revision: int) -> int:
        """Sync until it is acknowledged; the new revision."""
        failures = 0
        while True:
            body: dict[str, Any] = {"answers": answers, "markedForReview": [self.exam.questions[0].id]}
            if mode == "partial":
                body["partial"] = True
            if mode == "checked":
                body["revision"] = revision
            answer = self.person.client.call("POST", f"/api/sync-exam-answers/{self.exam.id}", body, accepts=(200, 409))
            failures += answer.failures
            found = answer.body
            if answer.status == 200:
                self.ledger.count("syncs acknowledged")
                if mode == "checked":
                    self.ledger.expect(
                        f"the revision after a sync of {self.person.name}", found["revision"], revision + 1
                    )
                return int(found["revision"])
            if found.get("code") != "stale_revision" or not failures:
                # Nobody else writes to this sitting, so only an attempt whose answer was lost can have incremented it.
                raise GaveUpError(f"sync refused without a reason: {found}")
            revision = found["revision"]
            if _same(found["answers"], wanted):
                self.ledger.count("syncs acknowledged")
                return revision
            self.ledger.expect(f"what {self.person.name} has saved", _canonical(found["answers"]), _canonical(saved))

    def _change(self) -> Answers:
        chosen = self.chance.sample(list(self.exam.questions), self.chance.randrange(1, 6))
        return {str(question.id): self._answer(question) for question in chosen}

    def _answer(self, question: Question) -> str | list[str] | None:
        dice = self.chance.random()
        if dice < 0.1:
            return None
        if dice < 0.5:
            return question.right
        if question.kind == "MCQ":
            return self.chance.choice("ABCD")
        if question.kind == "MSQ":
            return sorted(self.chance.sample("ABCD", self.chance.randrange(1, 4)))
        return str(self.chance.randrange(1000))

    def _check_result(self, result_id: int, saved: Answers) -> None:
        found = self.person.client.get(f"/response/{self.exam.id}/{result_id}")
        given = {
            str(each["question_id"]): each["given_answer"]
            for each in found["responses"]
            if each["given_answer"] is not None
        }
        where = f"result {result_id} of {self.person.name}"
        self.ledger.expect(f"{where}, its answers", _canonical(given), _canonical(saved))
        self.ledger.expect(f"{where}, its score", found["result"]["score"], self._score(saved))

    def _score(self, saved: Answers) -> float:
        rights = {str(question.id): question.right for question in self.exam.questions}
        return sum(_REWARD if _same({key: answer}, {key: rights[key]}) else -_PENALTY for key, answer in saved.items())


def _same(one: Answers, other: Answers) -> bool:
    return _canonical(one) == _canonical(other)


def _canonical(answers: Answers) -> str:
    return json.dumps({key: answers[key] for key in sorted(answers)})
