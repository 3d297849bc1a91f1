"""The database of these tests answers as an engine of somebody else's does, whatever the product asks of it."""

import base64
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from account.app import lambda_handler as account
from auth.app import lambda_handler as auth
from discussions.app import lambda_handler as discussions
from exams.app import lambda_handler as exams
from result_aggregator.app import lambda_handler as aggregate
from smartexam.catalog.store.exam_changes import remove_exam
from smartexam.erasing import erase_exam
from tests.conftest import REGION
from tests.dynamodb.database import MemoryDatabase
from tests.factories.chat import Person, Wire
from tests.factories.clock import FrozenClock
from tests.factories.events import FakeContext, send
from tests.factories.exams import MCQ, add_questions, create_exam, question_ids
from tests.factories.streams import stream_event, stream_record
from tests.factories.tables import create_tables, delete_tables
from tests.factories.users import PASSWORD, access_token, create_user
from tests.faults.background import settle
from tests.faults.drill import Drill

Exchange = tuple[str, dict[str, Any], tuple[int, dict[str, Any]]]


@pytest.fixture
def other_engine(engine: str, tables: dict[str, str]) -> Iterator[Any]:
    """Empty tables of the same names on another engine; a client that nothing is injected into."""
    client = boto3.client("dynamodb", region_name=REGION, endpoint_url=engine)
    environment = create_tables(client, "test")
    assert environment == tables
    yield client
    delete_tables(client, environment)
    client.close()


@pytest.fixture
def exchanges(database: MemoryDatabase, monkeypatch: pytest.MonkeyPatch) -> list[Exchange]:
    """Everything that was asked of the database, and its answers."""
    kept: list[Exchange] = []
    answer = database.answer

    def recorded(operation: str, body: dict[str, Any]) -> Any:
        status, headers, text = answer(operation, body)
        kept.append((operation, body, (status, json.loads(text))))
        return status, headers, text

    monkeypatch.setattr(database, "answer", recorded)
    return kept


def test_it_answers_as_another_engine_does(
    drill: Drill, exchanges: list[Exchange], other_engine: Any, clock: FrozenClock
) -> None:
    live(drill, clock)

    differences = []
    for operation, body, (status, ours) in exchanges:
        try:
            theirs = 200, other_engine._make_api_call(operation, _with_bytes(body))
        except ClientError as error:
            theirs = 400, error.response
        if comparable(status, ours) != comparable(*theirs):
            differences.append((operation, body, comparable(status, ours), comparable(*theirs)))

    assert len(exchanges) > 200
    assert {operation for operation, _, _ in exchanges} >= set(drill.faults.database.operations) - {"Scan"}
    assert not differences


def live(drill: Drill, clock: FrozenClock) -> None:
    """A little of everything that the product does, refusals among it."""
    asha, ben = Person(clock, Wire(), "Asha"), Person(clock, Wire(), "Ben")
    admin = create_user(role="user,admin", password=PASSWORD)
    _talk(asha, ben)
    exam = create_exam(max_attempts=1)
    add_questions(exam.id, [MCQ] * 60)
    token = access_token(asha.user, clock.now())
    sit = f"/start-exam/{exam.id}", f"/start-exam/{exam.id}", f"/submit-exam/{exam.id}", f"/start-exam/{exam.id}"
    question = question_ids(exam.id)[0]
    for path in sit:
        send(exams, "POST", path, token=token)
        for body in ({"answers": {str(question): "A"}, "partial": True}, {"answers": {}, "revision": 0}):
            send(exams, "POST", f"/api/sync-exam-answers/{exam.id}", token=token, body=body)
    _discuss(question, token, access_token(admin, clock.now()), clock)
    for _ in range(4):
        send(auth, "POST", "/api/auth/login", body={"username": admin.username, "password": "not this one"})
    send(account, "POST", "/create_account", body={"email": "a@b.org", "first_name": "A", "last_name": "B"})
    records = [stream_record(pk, sk) for pk, sk in drill.stored()["attempts"] if sk.startswith(("RESULT", "SITTING"))]
    aggregate(stream_event(records), FakeContext())
    send(account, "POST", "/api/delete-account", token=token, body={"confirm": "DELETE"})
    remove_exam(exam.id)
    erase_exam(exam.id, lambda: True)
    settle(drill.cloud, clock)


def _talk(asha: Person, ben: Person) -> None:
    dm = asha.befriend(ben)
    asha.connect("laptop")
    first = asha.say(dm, "Hello", client_id="c1")
    asha.call("POST", f"/messages/{dm}", {"message": "too soon"})
    ben.say(dm, "Hi", reply_to_id=first["id"])
    asha.ok("DELETE", f"/messages/{first['id']}")
    asha.ok("GET", "/conversations")
    group = asha.ok("POST", "/group", {"name": "Physics", "member_ids": [ben.id]})["conv_id"]
    ben.say(group, "Here")
    ben.ok("DELETE", f"/group/{group}/exit")


def _discuss(question: int, token: str, admin: str, clock: FrozenClock) -> None:
    path = f"/api/discussion/{question}"
    root = send(discussions, "POST", path, token=token, body={"message": "Why?"}).body["message"]["id"]
    send(discussions, "POST", path, token=token, body={"message": "too soon"})
    clock.advance(10)
    send(discussions, "POST", path, token=token, body={"message": "Because", "parent_id": root})
    for what in ("pin", "best", "pin", "best"):
        send(discussions, "PUT", f"/api/discussion/admin/{what}/{root}", token=admin)
    send(discussions, "DELETE", f"/api/discussion/delete/{root}", token=token)


def comparable(status: int, answer: dict[str, Any]) -> Any:
    """What of an answer a program can rely on, numbers and sets in one form, what has no order sorted."""
    if status != 200:
        code = str(answer.get("__type") or answer["Error"]["Code"]).rpartition("#")[2]
        reasons = [
            (each.get("Code", "None"), _plain(each.get("Item", {}))) for each in answer.get("CancellationReasons", ())
        ]
        return code, reasons, _plain(answer.get("Item") or {})
    found = {name: answer[name] for name in ("Item", "Attributes", "Items", "Count") if name in answer}
    responses = [item for items in answer.get("Responses", {}).values() for item in items]
    return _plain(found), sorted(map(json.dumps, map(_plain, responses)))


def _with_bytes(value: Any) -> Any:
    """A request as a client takes it, which encodes bytes itself."""
    if isinstance(value, dict):
        if value.keys() == {"B"}:
            return {"B": base64.b64decode(value["B"])}
        return {name: _with_bytes(inner) for name, inner in value.items()}
    return [_with_bytes(each) for each in value] if isinstance(value, list) else value


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"N"}:
            return f"{Decimal(value['N']).normalize():f}"
        if value.keys() <= {"SS", "NS"} and value:
            return sorted(*value.values())
        return {name: _plain(value[name]) for name in sorted(value)}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value
