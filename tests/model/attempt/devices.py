"""Requests of students' devices, depending on what a device knows."""

from dataclasses import dataclass
from typing import Any

from exams.app import lambda_handler as exams
from results.app import lambda_handler as results
from tests.factories.events import Answer
from tests.model.attempt.operations import DEVICES, UNKNOWN, Send, Sync
from tests.model.attempt.state import Call, Place

# By kind of question; those from number 8 on are invalid.
_RAW: dict[str, tuple[Any, ...]] = {
    "MCQ": ("B", "a", " C ", "b", "c", "A", "", None, "D", "E", ["A"], 5),
    "MSQ": (["A", "C"], ["c", "a", "A"], ["B"], ["C"], ["A", "B", "C"], [], None, "", ["D"], "A", [""], [1]),
    "NUMERIC": ("577.22", "577.2251", "577.2252", "577.2049", " -1 ", "5772e-1", "", None, "many", "1/2", "nan", 577.2),
}
_NO_QUESTION = 999_999


@dataclass
class Device:
    """A device and the revision that it saw last."""

    student: int
    revision: int | None = None

    def learn(self, answer: Answer) -> None:
        """Take in an answer."""
        self.revision = answer.body.get("revision", self.revision)


class Devices:
    """All devices of a history, and the questions that their students can name.

    Args:
        kinds: kinds of questions by id.
        questions: ids in the order in which the questions came; grows with the exam.
    """

    def __init__(self, kinds: dict[int, str], questions: list[int]) -> None:
        self.all = [Device(student) for student in DEVICES]
        self.questions = questions
        self._kinds = kinds

    def call(self, send: Send, places: frozenset[Place]) -> Call | None:
        """The request of an operation; None if it needs the id of a result that nobody knows."""
        if send.kind == "sync" and send.sync is not None:
            return Call("sync", self._body(send.sync, self.all[send.device]))
        if send.kind in {"result", "response"} and send.number:
            known = result_id(places, send.number)
            return None if known is None else Call(send.kind, number=send.number)
        return Call(send.kind)

    def _body(self, sync: Sync, device: Device) -> dict[str, Any]:
        body: dict[str, Any] = {}
        if sync.answers is not None:
            given = {self._question(which): how for which, how in sync.answers}
            body["answers"] = {str(each): _RAW[self._kinds.get(each, "MCQ")][how] for each, how in given.items()}
        if sync.marked is not None:
            body["markedForReview"] = [self._question(which) for which in sync.marked]
        if sync.partial:
            body["partial"] = True
        if sync.revision != "none" and device.revision is not None:
            body["revision"] = max(0, device.revision - (sync.revision == "behind"))
        return body

    def _question(self, which: int) -> int:
        return _NO_QUESTION if which == UNKNOWN else self.questions[which % len(self.questions)]


_NOBODYS = 999_999


def result_id(places: frozenset[Place], number: int) -> int | None:
    """The id of an attempt's result, if anybody was told it."""
    ids = {each.id for place in places for each in place.results if each.number == number}
    return next((each for each in ids if each is not None), None)


def route(exam_id: int, call: Call, places: frozenset[Place]) -> tuple[Any, str, str]:
    """The function, the method and the path of a request."""
    # The state may differ when the request is repeated.
    number = f"/{result_id(places, call.number) or _NOBODYS}" if call.number else ""
    return {
        "start": (exams, "POST", f"/start-exam/{exam_id}"),
        "paper": (exams, "GET", f"/exam/{exam_id}"),
        "sync": (exams, "POST", f"/api/sync-exam-answers/{exam_id}"),
        "submit": (exams, "POST", f"/submit-exam/{exam_id}"),
        "status": (exams, "GET", f"/api/exam-attempts-status/{exam_id}"),
        "detail": (exams, "GET", f"/api/exams/{exam_id}"),
        "result": (results, "GET", f"/result/{exam_id}{number}"),
        "response": (results, "GET", f"/response/{exam_id}{number}"),
        "pending": (results, "GET", f"/result-pending/{exam_id}"),
        "history": (results, "GET", "/api/results"),
    }[call.kind]
