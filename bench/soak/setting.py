"""Prepares the soak test through the API: accounts, exams, connections and a group."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from bench.soak.client import Client, GaveUpError
from local.demo import ACCOUNTS

PASSWORD = "violet-Otter-47"  # noqa: S105 - of people who do not exist, on this machine only
_MAIL_SECONDS = 60.0
_NAMES = ("Asha", "Ben", "Chen", "Dina", "Emil", "Farah", "Gita", "Hugo", "Iris", "Jai", "Kofi", "Lena")
QUESTIONS = 24


@dataclass(frozen=True, slots=True)
class Person:
    """A signed-in account."""

    id: int
    name: str
    client: Client


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the soak's exams, with its right answer."""

    id: int
    kind: str
    right: str | list[str]


@dataclass(frozen=True, slots=True)
class Exam:
    """An exam to sit, as its questions stand in the paper."""

    id: int
    questions: Sequence[Question]


@dataclass(frozen=True, slots=True)
class Setting:
    """Where the actors act.

    Attributes:
        exam: for those who sit and submit.
        short_exam: of a minute, for those who walk away.
        discussed: an exam that nobody sits; its questions are discussed.
        imports: an exam without questions, to import into.
        dms: conversations of two by the indices of their members.
        group: a conversation of all talkers, the last of whom never opens it.
    """

    admin: Client
    students: Sequence[Person]
    talkers: Sequence[Person]
    exam: Exam
    short_exam: Exam
    discussed: Exam
    imports: int
    dms: dict[tuple[int, int], int]
    group: int


def prepare(anybody: Client, students: int, talkers: int) -> Setting:
    """Make accounts and what they need.

    Raises:
        GaveUpError: the API refused something.
    """
    admin = anybody.signed_in(ACCOUNTS[0].username, ACCOUNTS[0].password)
    with ThreadPoolExecutor(4) as pool:
        people = list(pool.map(lambda number: _sign_up(anybody, number), range(students + talkers)))
    talking = people[students:]
    dms = {pair: _befriend(*(talking[at] for at in pair)) for pair in combinations(range(len(talking)), 2)}
    members = [person.id for person in talking[1:]]
    group = talking[0].client.post("/api/chat/group", {"name": "Everybody", "member_ids": members})["conv_id"]
    return Setting(
        admin=admin,
        students=people[:students],
        talkers=talking,
        exam=_create_exam(admin, "Soak", duration=180),
        short_exam=_create_exam(admin, "Soak, cut short", duration=1),
        discussed=_create_exam(admin, "Soak, discussed", duration=60),
        imports=admin.post("/admin/exams", _fields("Soak, imported", 60))["exam_id"],
        dms=dms,
        group=group,
    )


def _sign_up(anybody: Client, number: int) -> Person:
    first, last = _NAMES[number % len(_NAMES)], f"Soak{number}"
    address = f"soak{number}@example.org"
    anybody.post("/create_account", {"email": address, "first_name": first, "last_name": last})
    token = _mailed_token(anybody, address)
    anybody.post("/api/set-password", {"token": token, "password": PASSWORD})
    username = f"{first}.{last}".lower()
    client = anybody.signed_in(username, PASSWORD, seed=number)
    me = client.get("/api/auth/me")["data"]
    return Person(me["id"], me["full_name"], client)


def _mailed_token(anybody: Client, address: str) -> str:
    deadline, never = time.monotonic() + _MAIL_SECONDS, threading.Event()
    while time.monotonic() < deadline:
        mails = anybody.get(f"/_local/outbox?to={quote(address)}")["mails"]
        if mails:
            token: str = parse_qs(urlsplit(mails[0]["links"][0]).query)["token"][0]
            return token
        never.wait(0.1)
    raise GaveUpError(f"no mail came to {address}")


def _befriend(one: Person, other: Person) -> int:
    one.client.post("/api/chat/request", {"recipient_id": other.id})
    (request,) = [
        each for each in other.client.get("/api/chat/requests/inbox")["requests"] if each["from_id"] == one.id
    ]
    answer = other.client.call("PUT", f"/api/chat/request/{request['conn_id']}", {"action": "accept"})
    conversation_id: int = answer.body["conv_id"]
    return conversation_id


def _create_exam(admin: Client, name: str, *, duration: int) -> Exam:
    exam_id: int = admin.post("/admin/exams", _fields(name, duration))["exam_id"]
    contents = [_content(number) for number in range(QUESTIONS)]
    added = admin.post("/admin/questions/batch-add", {"exam_id": exam_id, "questions": contents})
    if added["added"] != len(contents):
        raise GaveUpError(f"{name}: {added}")
    listed = admin.get(f"/admin/questions?exam_id={exam_id}")["questions"]
    return Exam(exam_id, [_question(each) for each in listed])


def _fields(name: str, duration: int) -> dict[str, Any]:
    when = {"date": "2025-01-15", "start_time": "09:00", "duration": duration, "status": "ongoing"}
    # People talk, in chats and about questions, while they sit these exams.
    talk = {"discussion": "open", "allow_chat": True}
    return {"name": name, "max_attempts": 0, "result_mode": "instant", **when, **talk}


def _content(number: int) -> dict[str, str]:
    text = {"question_text": f"Question {number + 1}: which holds?"}
    options = {f"option_{letter}": f"Choice {letter}" for letter in "abcd"}
    if number % 3 == 0:
        return {**text, **options, "question_type": "MCQ", "correct_answer": "ABCD"[number % 4]}
    if number % 3 == 1:
        return {**text, **options, "question_type": "MSQ", "correct_answer": ("A,C", "B,D", "A,B,C")[number % 9 // 3]}
    return {**text, "question_type": "NUMERIC", "correct_answer": f"{number}.5", "tolerance": "0.01"}


def _question(listed: dict[str, Any]) -> Question:
    right = listed["correct_answer"]
    if listed["question_type"] == "MSQ":
        right = right if isinstance(right, list) else [letter.strip() for letter in right.split(",")]
    return Question(listed["id"], listed["question_type"], right)
