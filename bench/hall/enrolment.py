"""Makes the students of a hall by a roster, sets their passwords by the mailed links, and makes their exam."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bench.hall.caller import Caller, Crowd
from local.demo import ACCOUNTS

PASSWORD = "Violet-Zebra-Harbour-41"  # noqa: S105 - of accounts that end with the stack
_QUESTIONS = 75
_MOST_ROWS, _WAIT_SECONDS = 500, 600.0


@dataclass(frozen=True, slots=True)
class Hall:
    """Who sits what.

    Attributes:
        names: the roll numbers, with which the students sign in.
        exam_id: the exam that is open to them.
        question_ids: its questions.
    """

    names: list[str]
    exam_id: int
    question_ids: list[int]


def enrol(base_url: str, crowd: Crowd) -> Hall:
    """Make the students and the exam.

    Raises:
        RuntimeError: the stack refused something, or did not mail the links in time.
    """
    admin = Caller(base_url, crowd.threads)
    admin.sign_in(ACCOUNTS[0].username, ACCOUNTS[0].password)
    exam_id, question_ids = _exam(admin)
    for first in range(0, crowd.students, _MOST_ROWS):
        _import(admin, range(first, min(first + _MOST_ROWS, crowd.students)))
    links = _links(admin, crowd.students)
    with ThreadPoolExecutor(crowd.threads) as pool:
        bodies = [{"token": link, "password": PASSWORD} for link in links]
        for done in pool.map(lambda body: admin.post("/api/set-password", body), bodies):
            _require(done)
    return Hall([_roll_no(number) for number in range(crowd.students)], exam_id, question_ids)


def _exam(admin: Caller) -> tuple[int, list[int]]:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    fields = {"name": "Hall", "date": yesterday.date().isoformat(), "start_time": "00:00", "duration": 180}
    exam_id = _require(admin.post("/admin/exams", {**fields, "status": "ongoing"}))["exam_id"]
    question = {"question_type": "MCQ", "correct_answer": "B", **{f"option_{letter}": letter for letter in "abcd"}}
    questions = [{**question, "question_text": f"Question {number}"} for number in range(_QUESTIONS)]
    _require(admin.post("/admin/questions/batch-add", {"exam_id": exam_id, "questions": questions}))
    listed = _require(admin.get(f"/admin/questions?exam_id={exam_id}&limit=100"))["questions"]
    return exam_id, [each["id"] for each in listed]


def _import(admin: Caller, numbers: range) -> None:
    rows = [f"Hall S{number},hall{number}@example.org,{_roll_no(number)}" for number in numbers]
    roster = "\n".join(["name,email,roll_no", *rows]).encode()
    done = _require(admin.upload("/admin/students/import-csv", "csv_file", roster))
    if done.get("created") != len(numbers):
        raise RuntimeError(f"the roster made {done}")


def _links(admin: Caller, students: int) -> list[str]:
    """The tokens of the mailed links; the mailer works through its queue meanwhile."""
    deadline, never = time.monotonic() + _WAIT_SECONDS, threading.Event()
    while time.monotonic() < deadline:
        mails = _require(admin.get("/_local/outbox"))["mails"]
        links = {mail["to"]: mail["links"][0] for mail in mails if mail["to"].startswith("hall")}
        if len(links) == students:
            return [parse_qs(urlsplit(link).query)["token"][0] for link in links.values()]
        never.wait(1)
    raise RuntimeError("the links were not mailed in time")


def _roll_no(number: int) -> str:
    return f"HALL-{number:04}"


def _require(answer: tuple[int, Any]) -> Any:
    status, body = answer
    if status != 200:
        raise RuntimeError(f"{status}: {body}")
    return body
