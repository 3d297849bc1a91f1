"""A hall of students behind one address signs in and sits, whatever some of them mistype."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from auth import app as auth
from exams import app as exams
from smartexam.platform.dynamodb import table
from smartexam.platform.settings import settings
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer, send
from tests.factories.exams import MCQ, create_exam, question_ids
from tests.factories.users import PASSWORD, create_user

pytestmark = pytest.mark.usefixtures("tables", "post")

HALL = "203.0.113.7"
STUDENTS, MISTYPED = 120, 30
_WRITES = {"PutItem", "UpdateItem", "DeleteItem"}


@pytest.fixture(autouse=True)
def _frozen(clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    for app in (auth, exams):
        monkeypatch.setattr(app.api, "clock", clock)
    monkeypatch.setattr("auth.service.verify_password", lambda stored, given: bool(stored) and given == PASSWORD)
    monkeypatch.setenv("TRUSTED_NETWORKS", "203.0.113.0/24")
    # Far fewer than will be wrong, like the 300 of a hall that mistypes 300 times.
    monkeypatch.setenv("SIGN_IN_FAILURES_PER_SOURCE", "5")
    settings.cache_clear()


def sign_in(name: str, password: str) -> Answer:
    body = {"username": name, "password": password}
    return send(auth.lambda_handler, "POST", "/api/auth/login", body=body, source_ip=HALL)


def written(monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[str, str, str]]:
    """How often each item is written from now on, by table and key."""
    counts: Counter[tuple[str, str, str]] = Counter()
    original = table.call

    def counting(operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
        requests = (
            [next(iter(each.values())) for each in arguments["TransactItems"]]
            if operation == "TransactWriteItems"
            else [arguments]
            if operation in _WRITES
            else []
        )
        for request in requests:
            key = request.get("Key") or request["Item"]
            counts[request["TableName"], key["pk"]["S"], key["sk"]["S"]] += 1
        return original(operation, arguments)

    monkeypatch.setattr(table, "call", counting)
    return counts


def test_everybody_signs_in_and_sits(monkeypatch: pytest.MonkeyPatch) -> None:
    exam = create_exam([MCQ, MCQ])
    first = str(question_ids(exam.id)[0])
    names = [create_user(username=f"student{number}").username for number in range(STUDENTS)]
    counts = written(monkeypatch)

    def attend(number: int) -> list[int]:
        statuses = [sign_in(names[number], "mistyped").status] if number < MISTYPED else []
        answer = sign_in(names[number], PASSWORD)
        token = answer.body["data"]["access_token"]

        def ask(method: str, path: str, body: Any = None) -> int:
            return send(exams.lambda_handler, method, path, body=body, token=token, source_ip=HALL).status

        return [
            *statuses,
            answer.status,
            ask("POST", f"/start-exam/{exam.id}"),
            ask("GET", f"/exam/{exam.id}"),
            ask("POST", f"/api/sync-exam-answers/{exam.id}", {"answers": {first: "B"}}),
            ask("POST", f"/submit-exam/{exam.id}"),
        ]

    with ThreadPoolExecutor(8) as pool:
        attended = list(pool.map(attend, range(STUDENTS)))

    assert attended == [[401, *[200] * 5]] * MISTYPED + [[200] * 5] * (STUDENTS - MISTYPED)
    # No item is written by more than one student: the most are a sitting's start, save, closing and result, beside the
    # reservations of blocks of ids and the compiling of the paper.
    shared = {key: count for key, count in counts.items() if count > 5 and not key[1].startswith("COUNTER#")}
    assert shared == {}
    # Ids come in blocks.
    assert all(count <= 2 + STUDENTS // 10 for key, count in counts.items() if key[1].startswith("COUNTER#"))


def test_two_thousand_sign_in_within_a_minute_whatever_300_of_them_mistype(
    clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the usual limits, at the pace of a minute."""
    monkeypatch.delenv("SIGN_IN_FAILURES_PER_SOURCE")
    settings.cache_clear()
    students, mistyped = 2000, 300
    names = [create_user(username=f"student{number}").username for number in range(students)]
    counts = written(monkeypatch)

    wrong, right = [], []
    for number, name in enumerate(names):
        if number < mistyped:
            wrong.append(sign_in(name, "mistyped").status)
        right.append(sign_in(name, PASSWORD).status)
        clock.advance(60 / students)

    assert Counter(wrong) == {401: mistyped}
    assert Counter(right) == {200: students}
    # A student's own count, that of all sources, and the sign-in itself: no item is everybody's.
    assert max(counts.values()) <= 2
    assert sum(counts.values()) == 2 * students + 2 * mistyped


def test_elsewhere_as_many_wrong_passwords_do_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above would fail if the hall were not trusted."""
    monkeypatch.setenv("TRUSTED_NETWORKS", "")
    settings.cache_clear()
    names = [create_user(username=f"student{number}").username for number in range(6)]
    assert [sign_in(name, "mistyped").status for name in names] == [401] * 5 + [429]
    assert sign_in(names[0], PASSWORD).status == 429
