"""Chat is closed to a student who sits an exam without it, and catches up afterwards."""

import pytest

from smartexam.catalog.exam import Exam
from smartexam.catalog.exam_time import ExamTime
from smartexam.platform import ids
from smartexam.sitting.store import attempts
from tests.factories.chat import Person, Wire
from tests.factories.exams import create_exam


def sit(person: Person, exam: Exam) -> None:
    now = person.clock.now()
    attempts.start_attempt(
        person.id,
        exam.id,
        attempt_id=ids.next_id("attempt"),
        paper_version=exam.content_version,
        now=now,
        deadline=now + 3600,
        max_attempts=0,
    )


@pytest.fixture
def dm(asha: Person, ben: Person) -> int:
    return asha.befriend(ben)


def test_every_route_is_closed_but_three(asha: Person, ben: Person, dm: int) -> None:
    sit(asha, create_exam(allow_chat=False))

    for method, path, body in (
        ("GET", "/conversations", None),
        ("GET", f"/messages/{dm}", None),
        ("POST", f"/messages/{dm}", {"message": "psst"}),
        ("POST", f"/conversations/{dm}/read", None),
        ("GET", "/requests/inbox", None),
        ("POST", "/request", {"recipient_id": ben.id}),
        ("POST", "/group", {"name": "x", "member_ids": [ben.id]}),
        ("DELETE", f"/friend/{ben.id}", None),
    ):
        answer = asha.call(method, path, body)
        assert (answer.status, answer.body["code"]) == (409, "exam_in_progress"), (method, path)
    asha.ok("POST", "/ws-ticket")
    asha.ok("GET", "/unread_count")
    asha.ok("GET", "/online_status", query={"ids": "1"})
    ben.ok("GET", "/conversations")


def test_sockets_are_silent_and_nothing_is_lost(asha: Person, ben: Person, dm: int, wire: Wire) -> None:
    device, exam = asha.connect(), create_exam(allow_chat=False)
    sit(asha, exam)
    ben.say(dm, "are you there?")

    assert wire.took(device, "chat_message") == []
    asha.frame(device, "sendMessage", conv_id=dm, message="psst")
    assert [each["code"] for each in wire.took(device, "error")] == ["exam_in_progress"]

    attempts.close_attempt(asha.id, exam.id, time=ExamTime.at(asha.clock.now()))
    assert asha.texts(dm) == ["are you there?"]
    ben.say(dm, "welcome back")
    assert len(wire.took(device, "chat_message")) == 1


def test_an_exam_may_allow_it(asha: Person, ben: Person, dm: int, wire: Wire) -> None:
    device = asha.connect()
    sit(asha, create_exam())

    ben.say(dm, "hello")
    asha.say(dm, "hello")

    assert len(wire.took(device, "chat_message")) >= 1


def test_it_opens_when_the_attempt_ends(asha: Person, dm: int) -> None:
    exam = create_exam(allow_chat=False)
    sit(asha, exam)
    attempts.close_attempt(asha.id, exam.id, time=ExamTime.at(asha.clock.now()))

    asha.say(dm, "done")
