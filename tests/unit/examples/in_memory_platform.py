"""A platform for the client's tests: the real exam rules with dictionaries as database and no network."""

import csv
import io
import json
import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import msgspec

from smartexam.catalog.answer_key import AnswerKey
from smartexam.catalog.layout import layout_of
from smartexam.catalog.marks import UNITS, display
from smartexam.catalog.paper import ExamPaper, ExamSnapshot, compile_paper
from smartexam.catalog.questions import Question, check
from smartexam.catalog.shown_paper import client_questions
from smartexam.sitting import answers as drafts
from smartexam.sitting import grading
from smartexam_client import Call, ConnectionLostError, Reply

Document = dict[str, Any]

EXAM_ID = 7
ATTEMPT_ID = 501
FIRST_QUESTION_ID = 101
MOST_ANSWERS = 500
USER = {"id": 42, "username": "student1", "full_name": "A Student", "role": "user"}


@dataclass
class Platform:
    """One exam and one attempt. `failing` holds answers to give, in turn, instead of executing a call."""

    questions: list[Question] = field(default_factory=list)
    given: dict[int, str] = field(default_factory=dict)
    marked: list[int] = field(default_factory=list)
    revision: int = 0
    submitted: bool = False
    attempt_id: int = ATTEMPT_ID
    is_over: bool = False
    ignores_revisions: bool = False
    bonus: int = 0
    failing: list[Reply | ConnectionLostError] = field(default_factory=list)
    loses_answers_to: str | None = None
    seen: list[str] = field(default_factory=list)
    lost: list[Call] = field(default_factory=list)
    open_connections: int = 0

    def connect(self) -> "Connection":
        self.open_connections += 1
        return Connection(self)

    def answer(self, call: Call) -> Reply:
        self.seen.append(f"{call.method} {call.path}")
        if self.failing:
            failure = self.failing.pop(0)
            if isinstance(failure, ConnectionLostError):
                raise failure
            return failure
        reply = self._route(call)
        if self.loses_answers_to is not None and self.loses_answers_to in call.path:
            self.loses_answers_to = None
            raise ConnectionLostError("the answer is lost")
        return reply

    def _route(self, call: Call) -> Reply:
        if call.path == "/api/auth/login":
            return reply(200, {"status": "success", "data": {"access_token": "a", "refresh_token": "r", "user": USER}})
        if call.path == "/api/auth/refresh":
            return reply(200, {"status": "success", "data": {"access_token": "a", "refresh_token": "r2"}})
        if call.headers.get("Authorization") != "Bearer a":
            return reply(401, {"message": "token_expired_or_invalid"})
        handlers = {
            "POST /admin/exams": self._create,
            "POST /admin/questions/import-csv": self._import,
            f"GET /api/exams/{EXAM_ID}": self._exam,
            f"GET /preload-exam/{EXAM_ID}": self._exam,
            f"POST /start-exam/{EXAM_ID}": self._start,
            f"GET /exam/{EXAM_ID}": self._sitting,
            f"GET /api/exam-attempts-status/{EXAM_ID}": self._start,
            f"POST /api/sync-exam-answers/{EXAM_ID}": self._sync,
            f"POST /submit-exam/{EXAM_ID}": self._submit,
            f"GET /result/{EXAM_ID}/{ATTEMPT_ID}": self._result,
            f"GET /response/{EXAM_ID}/{ATTEMPT_ID}": self._result,
            f"POST /admin/exams/delete/{EXAM_ID}": self._exam,
        }
        return handlers[f"{call.method} {call.path}"](call.body)

    def _create(self, body: bytes) -> Reply:
        assert json.loads(body)["status"] == "ongoing"
        return reply(200, {"success": True, "exam_id": EXAM_ID})

    def _import(self, body: bytes) -> Reply:
        assert b'name="csv_file"' in body
        content = re.split(rb"\r\n\r\n|\r\n--[0-9a-f]{32}--", body)[1].decode()
        rows = list(csv.DictReader(io.StringIO(content, newline="")))
        assert {row["exam_id"] for row in rows} == {str(EXAM_ID)}
        self.questions = [question for row in rows if isinstance(question := check(row), Question)]
        return reply(200, {"success": True, "inserted": len(self.questions), "skipped": 0, "errors": []})

    def _exam(self, _: bytes) -> Reply:
        return reply(200, {"success": True, "exam": {"total_questions": len(self.questions)}})

    def _start(self, _: bytes) -> Reply:
        return reply(200, {"success": True, "attempt_id": ATTEMPT_ID, "has_active_attempt": True})

    def _sitting(self, _: bytes) -> Reply:
        compiled = self._compiled()[0]
        questions = client_questions(compiled, layout_of(compiled, ""), lambda path: path)
        paper = {"attempt_id": self.attempt_id, "attempt_number": 1, "exam": {}}
        return reply(200, {**paper, "questions": msgspec.to_builtins(questions), **self._state()})

    def _sync(self, body: bytes) -> Reply:
        sent = json.loads(body)
        assert sent["partial"] is True
        if len(sent["answers"]) > MOST_ANSWERS:
            return reply(400, {"message": "Too many answers", "code": "too_many_answers"})
        if self.is_over:
            return reply(409, {"message": "The time of this exam is over", "code": "exam_time_over"})
        if sent["revision"] != self.revision and not self.ignores_revisions:
            return reply(409, {"message": "Stale revision", "code": "stale_revision", **self._state()})
        paper, _ = self._compiled()
        changes, faults = drafts.read_answers(paper, sent["answers"])
        marked, more_faults = drafts.read_marked(paper, sent["markedForReview"])
        rejected = [*faults, *more_faults]
        self.given.update(changes)
        self.marked = marked
        self.revision += 1
        return reply(
            200, {"success": True, "saved": len(changes), "rejected": msgspec.to_builtins(rejected), **self._state()}
        )

    def _submit(self, _: bytes) -> Reply:
        self.submitted = True
        result = {
            "result_id": ATTEMPT_ID,
            "redirect_url": f"/result/{EXAM_ID}",
            "result_mode": "instant",
            "visible": True,
        }
        return reply(200, {"success": True, **result})

    def _result(self, _: bytes) -> Reply:
        paper, key = self._compiled()
        score = grading.grade(key, self._answers())
        result = {
            "score": display(score.marks + Fraction(self.bonus, UNITS)),
            "max_score": display(score.max_marks),
            "percentage": score.percentage,
            "grade": score.grade,
            "correct_answers": score.correct,
            "incorrect_answers": score.incorrect,
            "unanswered_questions": score.unanswered,
            "total_questions": len(paper),
        }
        responses = grading.responses(paper, key, self._answers(), score.outcomes)
        return reply(200, {"result": result, "responses": msgspec.to_builtins(responses)})

    def _compiled(self) -> tuple[ExamPaper, AnswerKey]:
        exam = ExamSnapshot(
            id=EXAM_ID,
            name="Physics mock",
            date="2025-01-15",
            start_time="00:00",
            duration=60,
            positive_marks=4 * 300,
            negative_marks=300,
        )
        return compile_paper(exam, enumerate(self.questions, start=FIRST_QUESTION_ID), 1)

    def _answers(self) -> list[str]:
        return [self.given.get(position, "") for position in range(len(self.questions))]

    def _state(self) -> Document:
        paper, _ = self._compiled()
        return {
            "answers": drafts.to_client(paper, self._answers()),
            "markedForReview": drafts.marked_to_client(paper, self.marked),
            "revision": self.revision,
            "remaining_seconds": 3600,
        }


@dataclass
class Connection:
    """A transport that reaches the platform by a method call."""

    platform: Platform

    def exchange(self, call: Call) -> Reply:
        return self.platform.answer(call)

    def lose(self, call: Call) -> None:
        self.platform.lost.append(call)

    def close(self) -> None:
        self.platform.open_connections -= 1


def reply(status: int, document: Document, headers: dict[str, str] | None = None) -> Reply:
    return Reply(status, headers or {}, json.dumps(document).encode())
