"""The requests that are measured, and the users, exams and conversations that they need."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import structs

from bench import deployed, world
from bench.deployed import Program
from exams.app import lambda_handler as exams
from smartexam.accounts.user import User
from smartexam.catalog.exam import Exam
from smartexam.catalog.structure import Section, Shuffle, Structure
from smartexam.platform.ids import next_id
from smartexam.talk.store.messaging import groups
from tests.factories.events import http_event, send
from tests.factories.exams import MCQ, MSQ, NUMERIC, create_exam, question_ids
from tests.factories.users import PASSWORD, create_user

ANSWERS = ["B"] * 45 + [["A", "B", "C"]] * 15 + ["-1234.5678"] * 15
JSON = {"accept": "application/json"}
TALKERS = 30


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a scenario; of several events each is sent in its turn.

    Attributes:
        statuses: what may be answered; anything else ends the measurement.
    """

    name: str
    events: Sequence[Mapping[str, Any]]
    statuses: Sequence[int] = (200,)


@dataclass(frozen=True, slots=True)
class Cast:
    """A program and the scenarios that it plays, each a list of requests in order.

    Attributes:
        clock: start and seconds per look, to avoid limits that stop fast callers; the machine's if None.
    """

    program: Program
    scenarios: Mapping[str, Sequence[Request]]
    clock: tuple[float, float] | None = None


def casts() -> list[Cast]:
    """Furnish the engine that the environment names, and say who is asked what."""
    sitting = create_exam([MCQ] * 45 + [MSQ] * 15 + [NUMERIC] * 15, duration=600, now=time.time())
    student, starter = _student(), _student()
    if send(exams, "POST", f"/start-exam/{sitting.id}", token=world.token_for(student.id, "user")).status != 200:
        raise SystemExit("the exam could not be started")
    answers = dict(zip(map(str, question_ids(sitting.id)), ANSWERS, strict=True))
    state = {"answers": answers, "markedForReview": question_ids(sitting.id)[:5]}
    path = f"/api/sync-exam-answers/{sitting.id}"
    sync = _sent_by(student, "POST", path, body=state)
    change = _sent_by(student, "POST", path, body={"answers": {next(iter(answers)): "A"}, "partial": True})
    nothing = _sent_by(student, "POST", path, body={})
    full = _full_exam()
    sitter = _student()
    if send(exams, "POST", f"/start-exam/{full.id}", token=world.token_for(sitter.id, "user")).status != 200:
        raise SystemExit("the exam with everything could not be started")
    ids = question_ids(full.id)
    everything = _sent_by(
        sitter,
        "POST",
        f"/api/sync-exam-answers/{full.id}",
        body={
            "answers": dict(zip(map(str, ids), ANSWERS, strict=True)),
            "markedForReview": ids[:5],
            "visited": ids[:40],
            "seconds": dict.fromkeys(map(str, ids), 30),
        },
    )
    start = _sent_by(starter, "POST", f"/start-exam/{sitting.id}")
    submit = _sent_by(starter, "POST", f"/submit-exam/{sitting.id}", headers=JSON)
    login = http_event("POST", "/api/auth/login", body={"username": student.username, "password": PASSWORD})
    return [
        Cast(
            deployed.function("exams"),
            {
                "sync": [Request("sync, 75 answers", [sync])],
                "change": [Request("sync, one answer", [change])],
                "sitting": [Request("start", [start]), Request("submit", [submit])],
                "list": [Request("list exams", [_sent_by(student, "GET", "/api/exams")])],
                "nothing": [Request("sync of nothing: no data call", [nothing], [400])],
            },
        ),
        # In a process of its own, because recorded answers do not tell its write from a submission's.
        Cast(deployed.function("exams"), {"everything": [Request("sync, 75 answers, with everything", [everything])]}),
        Cast(
            deployed.function("account"),
            {"ping": [Request("ping: no data call", [_sent_by(student, "POST", "/_ping")], [204])]},
        ),
        Cast(deployed.function("auth"), {"login": [Request("login", [login])]}),
        _talk(),
        Cast(deployed.fastapi(), {"rival": [Request("FastAPI + Mangum + boto3: sync, 75 answers", [sync])]}),
        Cast(deployed.hand_signed(), {"minimum": [Request("hand-signed minimum: the write alone", [{}])]}),
    ]


def _full_exam() -> Exam:
    """An exam whose syncs depend on what is saved: with a choice, and another order for each attempt."""
    sections = (Section(1, "A"), Section(2, "B"), Section(3, "C", choose=15))
    structure = Structure(("en",), sections, {}, Shuffle(questions=True, options=True), 1, 3)
    numeric = structs.replace(NUMERIC, section_id=3, positive_marks=None, negative_marks=None)
    contents = [structs.replace(MCQ, section_id=1)] * 45 + [structs.replace(MSQ, section_id=2)] * 15 + [numeric] * 15
    return create_exam(contents, duration=600, now=time.time(), structure=structure)


def _talk() -> Cast:
    """Thirty people who talk in turn, nobody connected; each again after three seconds of their clock."""
    people = [_student() for _ in range(TALKERS)]
    conversation = next_id("conversation")
    first, *others = people
    groups.create(
        conversation, "Bench", (first.id, first.full_name), {each.id: each.full_name for each in others}, time.time()
    )
    path = f"/api/chat/messages/{conversation}"
    events = [_sent_by(each, "POST", path, body={"message": "What about question 7?"}) for each in people]
    return Cast(deployed.function("chat"), {"talk": [Request("send message", events)]}, (time.time(), 3 / TALKERS))


def _student() -> User:
    return create_user(now=time.time())


def _sent_by(user: User, method: str, path: str, **fields: Any) -> dict[str, Any]:
    return http_event(method, path, token=world.token_for(user.id, "user"), **fields)
