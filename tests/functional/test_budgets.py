"""Budgets of requests: round trips to the database, and bytes written."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from msgspec.structs import replace

from exams.app import lambda_handler as exams_handler
from results.app import lambda_handler as results_handler
from smartexam.accounts.user import User
from smartexam.catalog.exam import Exam
from smartexam.catalog.store import exams, papers
from smartexam.catalog.structure import Draw, Section, Shuffle, Structure, TypeMarks
from smartexam.platform.dynamodb import table
from smartexam.platform.ids import next_id
from smartexam.platform.keys import user_key
from smartexam.sitting.answers import encode
from smartexam.sitting.store.sitting_items import sitting_key
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import Answer, send
from tests.factories.exams import MCQ, MSQ, NUMERIC, add_questions, create_exam, question_ids
from tests.factories.users import access_token, create_user

ROOT = Path(__file__).parents[2]


@contextmanager
def database_calls() -> Iterator[list[str]]:
    """The names of DynamoDB's operations called in the block, including retries."""
    calls: list[str] = []

    def note(model: Any, **_: Any) -> None:
        calls.append(model.name)

    events = table.connection().client.meta.events
    events.register("before-call.dynamodb", note)
    try:
        yield calls
    finally:
        events.unregister("before-call.dynamodb", note)


@pytest.fixture
def student(tables: dict[str, str], clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> User:
    for module in ("exams.app", "results.app"):
        monkeypatch.setattr(f"{module}.api.clock", clock)
    return create_user()


@pytest.fixture
def call(student: User) -> Callable[..., Answer]:
    handlers = {"exams": exams_handler, "results": results_handler}
    token = access_token(student)

    def request(function: str, method: str, path: str, **fields: Any) -> Answer:
        return send(handlers[function], method, path, token=token, **fields)

    # A warm process reads the feed of revocations every few seconds, so it is not a cost of these requests.
    request("exams", "GET", "/api/categories")
    return request


@pytest.fixture
def warm_exam(student: User) -> Exam:
    """An exam of 75 questions whose paper this process has cached, as after another student's start."""
    exam = create_exam([MCQ] * 45 + [MSQ] * 15 + [NUMERIC] * 15)
    other = access_token(create_user())
    send(exams_handler, "POST", f"/start-exam/{exam.id}", token=other)
    send(exams_handler, "POST", f"/api/sync-exam-answers/{exam.id}", token=other, body={"answers": {}})
    send(exams_handler, "POST", f"/submit-exam/{exam.id}", token=other)
    return exam


def full_answers(exam: Exam) -> dict[str, Any]:
    answers: list[Any] = ["B"] * 45 + [["A", "B", "C"]] * 15 + ["-1234.5678"] * 15
    return {str(each): answer for each, answer in zip(question_ids(exam.id), answers, strict=True)}


def test_start_is_two_round_trips(call: Callable[..., Answer], warm_exam: Exam) -> None:
    next_id("attempt")

    with database_calls() as calls:
        assert call("exams", "POST", f"/start-exam/{warm_exam.id}").status == 200

    assert calls == ["BatchGetItem", "UpdateItem"]


def test_resume_is_two_round_trips(call: Callable[..., Answer], warm_exam: Exam) -> None:
    call("exams", "POST", f"/start-exam/{warm_exam.id}")

    with database_calls() as calls:
        assert call("exams", "POST", f"/start-exam/{warm_exam.id}").body["resumed"]

    assert calls == ["BatchGetItem", "UpdateItem"]


@pytest.mark.parametrize("partial", [False, True])
def test_sync_is_one_write_and_no_read(call: Callable[..., Answer], warm_exam: Exam, partial: bool) -> None:
    call("exams", "POST", f"/start-exam/{warm_exam.id}")
    body = {"answers": full_answers(warm_exam), "markedForReview": question_ids(warm_exam.id), "partial": partial}

    with database_calls() as calls:
        assert call("exams", "POST", f"/api/sync-exam-answers/{warm_exam.id}", body=body).status == 200

    assert calls == ["UpdateItem"]


def test_sitting_of_75_answers_is_one_write_unit(
    call: Callable[..., Answer], warm_exam: Exam, student: User, tables: dict[str, str]
) -> None:
    call("exams", "POST", f"/start-exam/{warm_exam.id}")
    body = {"answers": full_answers(warm_exam), "markedForReview": question_ids(warm_exam.id)}
    call("exams", "POST", f"/api/sync-exam-answers/{warm_exam.id}", body=body)

    key = {"pk": {"S": user_key(student.id)}, "sk": {"S": sitting_key(warm_exam.id)}}
    request = {"TableName": tables["ATTEMPTS_TABLE"], "Key": key}
    item = table.call("GetItem", request)["Item"]

    assert item_size(item) <= 1024


@pytest.fixture
def full_exam(student: User) -> Exam:
    """An exam of 75 questions with everything: timed sections, choices, draws, another order for each attempt."""
    sections = (
        Section(1, "A", minutes=60, choose=40),
        Section(2, "B", minutes=60, draw=(Draw(15, question_type="MSQ"),)),
        Section(3, "C", minutes=60),
    )
    marking = {"MSQ": TypeMarks("4", "1", "proportional")}
    structure = Structure(("en",), sections, marking, Shuffle(questions=True, options=True), 1, 3)
    exam = create_exam([], structure=structure, duration=180)
    contents = [replace(MCQ, section_id=1)] * 45
    contents += [replace(MSQ, section_id=2, option_d="5", option_c="4", positive_marks=None)] * 15
    contents += [replace(NUMERIC, section_id=3)] * 15
    add_questions(exam.id, contents)
    papers.ready_version(exams.find_exam(exam.id))
    return exam


def test_a_sync_with_everything_is_one_write_unit_and_no_read(
    call: Callable[..., Answer], full_exam: Exam, student: User, tables: dict[str, str]
) -> None:
    next_id("attempt")
    with database_calls() as calls:
        assert call("exams", "POST", f"/start-exam/{full_exam.id}").status == 200
    # The compiled paper, which has the sections' times, is cached from then on.
    assert len(calls) <= 3
    ids = question_ids(full_exam.id)
    call("exams", "GET", f"/exam/{full_exam.id}")
    answers = full_answers(full_exam)
    for number in range(3):
        body = {
            "answers": answers,
            "partial": number != 1,
            "markedForReview": ids,
            "visited": ids,
            "seconds": dict.fromkeys(map(str, ids), 3600),
        }
        with database_calls() as calls:
            answer = call("exams", "POST", f"/api/sync-exam-answers/{full_exam.id}", body=body)
        assert calls == ["UpdateItem"]
        assert (answer.status, answer.body["saved"]) == (200, 40)
        codes = [each["code"] for each in answer.body["rejected"]]
        assert (codes.count("section_full"), codes.count("section_closed")) == (5, 30)
    # What the other sections would add, at the longest.
    full = ["B"] * 40 + [""] * 5 + ["ABC"] * 15 + ["-1234.5678"] * 15
    item = table.call(
        "GetItem",
        {
            "TableName": tables["ATTEMPTS_TABLE"],
            "Key": {"pk": {"S": user_key(student.id)}, "sk": {"S": sitting_key(full_exam.id)}},
        },
    )["Item"]
    item["answers"] = {"S": encode(full)}
    item["seconds"] = {"S": ",".join(["e10"] * 75)}

    assert item_size(item) <= 1024


def test_submit_is_three_round_trips(call: Callable[..., Answer], warm_exam: Exam) -> None:
    call("exams", "POST", f"/start-exam/{warm_exam.id}")
    call("exams", "POST", f"/api/sync-exam-answers/{warm_exam.id}", body={"answers": full_answers(warm_exam)})

    with database_calls() as calls:
        assert call("exams", "POST", f"/submit-exam/{warm_exam.id}").status == 200

    assert calls == ["UpdateItem", "TransactWriteItems", "GetItem"]


@pytest.mark.parametrize(
    ("function", "path", "most"),
    [
        # The caller's batches; at once, what is for everyone and what the caller is granted; the exams
        ("exams", "/api/exams", 4),
        ("exams", "/api/exams/{0}", 2),
        ("exams", "/exam/{0}", 1),
        ("exams", "/api/exam-attempts-status/{0}", 2),
        ("exams", "/preload-exam/{0}", 1),
        ("exams", "/api/categories", 1),
        # Running attempts, and those that are due; then the list.
        ("results", "/api/results", 3),
        ("results", "/api/analytics", 3),
    ],
)
def test_reads_are_few(call: Callable[..., Answer], warm_exam: Exam, function: str, path: str, most: int) -> None:
    call("exams", "POST", f"/start-exam/{warm_exam.id}")

    with database_calls() as calls:
        assert call(function, "GET", path.format(warm_exam.id)).status == 200

    assert len(calls) <= most


def test_a_list_of_exams_is_three_round_trips(call: Callable[..., Answer], warm_exam: Exam) -> None:
    events = table.connection().client.meta.events
    # Each query waits until the other one is on its way.
    together = Barrier(2, timeout=10)

    def meet(**_: Any) -> None:
        together.wait()

    events.register("before-call.dynamodb.Query", meet, "together")
    try:
        with database_calls() as calls:
            assert call("exams", "GET", "/api/exams").body["exams"][0]["id"] == warm_exam.id
    finally:
        events.unregister("before-call.dynamodb.Query", unique_id="together")

    assert calls == ["GetItem", "Query", "Query", "BatchGetItem"]


@pytest.mark.parametrize("path", ["/api/results", "/api/analytics"])
def test_lists_of_results_are_three_round_trips_where_nothing_runs(
    call: Callable[..., Answer], warm_exam: Exam, path: str
) -> None:
    call("exams", "POST", f"/start-exam/{warm_exam.id}")
    call("exams", "POST", f"/submit-exam/{warm_exam.id}")

    with database_calls() as calls:
        assert call("results", "GET", path).status == 200

    assert calls == ["Query", "Query", "BatchGetItem"]


def test_result_is_three_round_trips(call: Callable[..., Answer], warm_exam: Exam) -> None:
    call("exams", "POST", f"/start-exam/{warm_exam.id}")
    call("exams", "POST", f"/submit-exam/{warm_exam.id}")

    with database_calls() as calls:
        assert call("results", "GET", f"/response/{warm_exam.id}").status == 200

    assert calls == ["GetItem", "GetItem", "GetItem"]


def test_a_request_writes_one_line_with_its_database_calls(
    call: Callable[..., Answer], warm_exam: Exam, caplog: pytest.LogCaptureFixture
) -> None:
    next_id("attempt")
    caplog.clear()

    call("exams", "POST", f"/start-exam/{warm_exam.id}")

    (line,) = (vars(record) for record in caplog.records)
    assert line["route"] == "POST /start-exam/<exam_id>"
    assert (line["status"], line["database_calls"], line["requests"]) == (200, 2, 1)


@pytest.mark.parametrize("function", ["exams", "auth", "results", "discussions", "study", "chat", "chat_ws"])
def test_a_hot_function_imports_nothing_heavy(function: str) -> None:
    heavy = {"boto3", "requests", "httpx", "pydantic", "groq", "pypdf", "google.auth", "aws_xray_sdk", "multipart"}
    script = f"import sys; import {function}.app; print(' '.join(sorted(set(sys.modules) & {heavy!r})))"

    done = subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PYTHONPATH": "layers/common:layers/documents:functions", "POWERTOOLS_SERVICE_NAME": function},
    )

    assert done.stdout.split() == []


def item_size(item: dict[str, Any]) -> int:
    """Bytes as DynamoDB counts them: names and values, at most 21 for a number, 3 and 1 per entry for a map."""

    def size(value: dict[str, Any]) -> int:
        (kind, content), *_ = value.items()
        if kind == "S":
            return len(content.encode())
        if kind == "N":
            return len(content) // 2 + 2
        if kind == "M":
            return 3 + sum(1 + len(name) + size(inner) for name, inner in content.items())
        return 1

    return sum(len(name) + size(value) for name, value in item.items())


def test_the_clock_is_frozen() -> None:
    assert FrozenClock().now() == MORNING
