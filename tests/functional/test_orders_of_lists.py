"""Administrators' lists in either direction, and by what else their keys can sort them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from msgspec.structs import replace

from admin_analytics import app as admin_analytics
from admin_attempts import app as admin_attempts
from admin_audit import app as admin_audit
from admin_exams import app as admin_exams
from admin_questions import app as admin_questions
from admin_requests import app as admin_requests
from admin_students import app as admin_students
from admin_users import app as admin_users
from jobs import app as jobs_app
from result_aggregator.app import lambda_handler as aggregator
from smartexam.accounts.store import access_requests
from smartexam.catalog.exam import Exam
from smartexam.jobs.store import jobs
from smartexam.platform.dynamodb import table
from smartexam.platform.ids import next_id
from tests.factories.admins import Admin
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import FakeContext
from tests.factories.exams import MCQ, MSQ, NUMERIC, create_exam
from tests.factories.paging import pages
from tests.factories.post import PostOffice
from tests.factories.results import sitting_item, store_result
from tests.factories.streams import stored_records, stream_event
from tests.factories.users import create_crowd, create_user
from tests.functional.test_budgets import database_calls

APPS = (
    admin_analytics,
    admin_attempts,
    admin_audit,
    admin_exams,
    admin_questions,
    admin_requests,
    admin_students,
    admin_users,
    jobs_app,
)


@dataclass(frozen=True)
class Listed:
    """A list: its route, what it is asked, the answer's field, and what tells its rows apart, in the default order."""

    app: Any
    path: str
    field: str
    key: str
    default: str
    query: Mapping[str, str]


@pytest.fixture
def admin(
    tables: dict[str, str], post: PostOffice, frozen_settings: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> Admin:
    for app in APPS:
        monkeypatch.setattr(app.api, "clock", frozen_settings)
    return Admin(admin_exams.lambda_handler, frozen_settings)


def exams_of(admin: Admin) -> Listed:
    for day in (3, 1, 5, 4, 2):
        create_exam(date=f"2026-02-0{day}")
    return Listed(admin_exams, "/admin/exams", "exams", "id", "desc", {})


def users_of(admin: Admin) -> Listed:
    create_crowd(["a.one", "b.two", "c.three", "d.four"])
    return Listed(admin_users, "/admin/api/users/search", "users", "id", "desc", {})


def found_users_of(admin: Admin) -> Listed:
    # Each is found by its name and by a word of it, and must be listed once in either direction.
    for last in ("Maa", "Mab", "Mac", "Mad", "Mae"):
        create_user(first_name="Mira", last_name=last)
    return Listed(admin_users, "/admin/api/users/search", "users", "id", "asc", {"q": "M"})


def batches_of(admin: Admin) -> Listed:
    for name in ("C", "A", "E", "B", "D"):
        admin.post("/admin/batches/create", {"name": name}, handler=admin_students.lambda_handler)
    return Listed(admin_students, "/admin/api/batches", "batches", "name", "asc", {})


def batch_students_of(admin: Admin) -> Listed:
    handler = admin_students.lambda_handler
    batch_id = admin.post("/admin/batches/create", {"name": "All"}, handler=handler).body["batch"]["id"]
    ids = [user.id for user in create_crowd(["a.one", "b.two", "c.three", "d.four", "e.five"])]
    admin.post(f"/admin/batches/{batch_id}/students/add", {"user_ids": ids}, handler=handler)
    return Listed(admin_students, f"/admin/api/batches/{batch_id}/students", "students", "user_id", "asc", {})


def requests_of(admin: Admin) -> Listed:
    for number in range(5):
        access_requests.submit(create_user(), "admin", "I teach physics", MORNING + number)
    return Listed(admin_requests, "/admin/api/requests/list", "requests", "request_id", "desc", {})


def audit_of(admin: Admin) -> Listed:
    batches_of(admin)
    return Listed(admin_audit, "/admin/api/audit", "entries", "id", "desc", {})


def jobs_of(admin: Admin) -> Listed:
    for number in range(5):
        jobs.create(next_id("job"), "roster", {}, created_by=1, now=MORNING, inputs=str(number))
    return Listed(jobs_app, "/admin/api/jobs", "jobs", "id", "desc", {})


def overrides_of(admin: Admin) -> Listed:
    exam = create_exam()
    for user in create_crowd(["a.one", "b.two", "c.three", "d.four", "e.five"]):
        body = {"user_id": user.id, "extra_minutes": 5}
        admin.post(f"/admin/exams/{exam.id}/overrides", body, handler=admin_attempts.lambda_handler)
    return Listed(admin_attempts, f"/admin/exams/{exam.id}/overrides", "overrides", "id", "asc", {})


def attempts_of(admin: Admin) -> Listed:
    exam = create_exam()
    table.batch_put(
        sitting_item(user.id, exam, completed=count)
        for count, user in enumerate(create_crowd(["a.one", "b.two", "c.three", "d.four", "e.five"]), start=1)
    )
    counted()
    query = {"exam_id": str(exam.id)}
    return Listed(admin_attempts, "/admin/api/attempts/search", "rows", "attempts_used", "asc", query)


def found_attempts_of(admin: Admin) -> Listed:
    user = create_user(username="mira.rao")
    table.batch_put(sitting_item(user.id, create_exam(), completed=1) for _ in range(5))
    counted()
    return Listed(admin_attempts, "/admin/api/attempts/search", "rows", "exam_id", "asc", {"q": "mira"})


def questions_of(admin: Admin) -> Listed:
    exam = create_exam([MCQ] * 5)
    return Listed(admin_questions, "/admin/questions", "questions", "id", "asc", {"exam_id": str(exam.id)})


def results_of(admin: Admin) -> Listed:
    some_results()
    return Listed(admin_analytics, "/admin/users-analytics/results", "results", "id", "desc", {})


def results_of_student(admin: Admin) -> Listed:
    exam = create_exam()
    for at in range(5):
        store_result(admin.user.id, exam, 50, at=MORNING + at)
    query = {"user": str(admin.user.id)}
    return Listed(admin_analytics, "/admin/users-analytics/results", "results", "id", "desc", query)


def scores_of(admin: Admin) -> Listed:
    query = {"exam": str(some_results().id), "sort": "score"}
    return Listed(admin_analytics, "/admin/users-analytics/results", "results", "percentage", "desc", query)


def some_results() -> Exam:
    exam = create_exam()
    for at, percent in enumerate((40, -12.5, 99.5, 0, 99.25)):
        store_result(create_user().id, exam, percent, at=MORNING + at)
        store_result(create_user().id, create_exam(), 100, at=MORNING + at)
    counted()
    return exam


def counted() -> None:
    assert aggregator(stream_event(stored_records()), FakeContext()) == {"batchItemFailures": []}


LISTS = (
    exams_of,
    users_of,
    found_users_of,
    batches_of,
    batch_students_of,
    requests_of,
    audit_of,
    jobs_of,
    overrides_of,
    attempts_of,
    found_attempts_of,
    questions_of,
    results_of,
    results_of_student,
    scores_of,
)


def get(admin: Admin, listed: Listed, **query: str) -> Any:
    return admin.get(listed.path, query={**listed.query, **query}, handler=listed.app.lambda_handler)


def rows_of(admin: Admin, listed: Listed, **query: str) -> list[Any]:
    """All rows, read in pages of two."""
    found: list[Any] = []
    for _ in pages():
        answer = get(admin, listed, limit="2", **query)
        assert answer.status == 200, answer.body
        found += [row[listed.key] for row in answer.body[listed.field]]
        if answer.body["next_cursor"] is None:
            break
        query["cursor"] = answer.body["next_cursor"]
    return found


@pytest.mark.parametrize("made", LISTS)
class TestDirections:
    def test_down_is_up_reversed_page_by_page(self, made: Callable[[Admin], Listed], admin: Admin) -> None:
        listed = made(admin)

        up, down = rows_of(admin, listed, order="asc"), rows_of(admin, listed, order="desc")

        assert len(up) >= 5
        assert down == up[::-1]
        assert len(set(up)) == len(up)
        assert rows_of(admin, listed) == (up if listed.default == "asc" else down)
        if listed.app not in {admin_questions, admin_exams}:
            assert up == sorted(up)

    def test_no_direction_costs_more_calls(self, made: Callable[[Admin], Listed], admin: Admin) -> None:
        listed = made(admin)
        get(admin, listed)

        counts = []
        for order in ("asc", "desc"):
            with database_calls() as calls:
                get(admin, listed, order=order)
            counts.append(len(calls))

        assert counts[0] == counts[1]

    def test_a_cursor_belongs_to_its_direction(self, made: Callable[[Admin], Listed], admin: Admin) -> None:
        listed = made(admin)
        cursor = get(admin, listed, limit="2").body["next_cursor"]
        other = "desc" if listed.default == "asc" else "asc"

        assert get(admin, listed, limit="2", cursor=cursor, order=listed.default).status == 200
        refused = get(admin, listed, limit="2", cursor=cursor, order=other)
        assert (refused.status, refused.body["code"]) == (400, "invalid_cursor")

    def test_another_direction_is_refused(self, made: Callable[[Admin], Listed], admin: Admin) -> None:
        refused = get(admin, made(admin), order="up")

        assert (refused.status, refused.body["errors"][0]["field"]) == (400, "order")


class TestNumberedPages:
    @pytest.mark.parametrize("made", [users_of, found_users_of, requests_of, attempts_of, results_of, scores_of])
    @pytest.mark.parametrize("order", ["asc", "desc"])
    def test_they_follow_the_direction(self, made: Callable[[Admin], Listed], order: str, admin: Admin) -> None:
        listed = made(admin)
        found = rows_of(admin, listed, order=order)

        second = get(admin, listed, page="2", per_page="2", order=order).body[listed.field]

        assert [row[listed.key] for row in second] == found[2:4]


class TestResults:
    def test_one_exam_s_by_score_from_the_best(self, admin: Admin) -> None:
        listed = scores_of(admin)

        assert rows_of(admin, listed) == [99.5, 99.25, 40, 0, -12.5]

    def test_equal_scores_are_listed_by_time(self, admin: Admin) -> None:
        exam = create_exam()
        ids = [store_result(create_user().id, exam, 50, at=MORNING + at) for at in range(5)]
        counted()
        listed = Listed(admin_analytics, "/admin/users-analytics/results", "results", "id", "", {"exam": str(exam.id)})

        assert rows_of(admin, listed, sort="score", order="asc") == ids

    def test_a_student_s_by_score(self, admin: Admin) -> None:
        exam = create_exam()
        for at, percent in enumerate((40, 90, 60)):
            store_result(admin.user.id, exam, percent, at=MORNING + at)
        query = {"user": str(admin.user.id), "sort": "score", "dateFrom": "2026-01-01"}
        listed = Listed(admin_analytics, "/admin/users-analytics/results", "results", "percentage", "", query)

        assert rows_of(admin, listed) == [90, 60, 40]
        assert rows_of(admin, listed, order="asc") == [40, 60, 90]

    @pytest.mark.parametrize(
        "query", [{}, {"exam": "7", "dateFrom": "2026-01-01"}, {"exam": "7", "dateTo": "2026-01-01"}]
    )
    def test_what_no_key_can_sort_by_score_is_refused(self, query: dict[str, str], admin: Admin) -> None:
        handler = admin_analytics.lambda_handler
        refused = admin.get("/admin/users-analytics/results", query={**query, "sort": "score"}, handler=handler)

        assert (refused.status, refused.body["errors"][0]["field"]) == (400, "sort")


class TestQuestions:
    @pytest.fixture
    def listed(self, admin: Admin) -> Listed:
        exam = create_exam(
            [
                replace(NUMERIC, question_text="b", topic="Optics", difficulty="Medium"),
                replace(MCQ, question_text="C", topic="", difficulty="Hard"),
                replace(MSQ, question_text="a", topic="heat", difficulty="Easy"),
                replace(MCQ, question_text="B", topic="Heat", difficulty=""),
            ]
        )
        query = {"exam_id": str(exam.id)}
        return Listed(admin_questions, "/admin/questions", "questions", "question_text", "asc", query)

    @pytest.mark.parametrize(
        ("sort", "expected"),
        [("position", "bCaB"), ("text", "abBC"), ("type", "CBab"), ("topic", "CaBb"), ("difficulty", "BabC")],
    )
    def test_they_are_sorted_and_equal_ones_by_position(
        self, sort: str, expected: str, listed: Listed, admin: Admin
    ) -> None:
        assert rows_of(admin, listed, sort=sort) == list(expected)
        assert rows_of(admin, listed, sort=sort, order="desc") == list(expected)[::-1]

    def test_a_question_that_is_deleted_between_pages_moves_no_other(self, listed: Listed, admin: Admin) -> None:
        first = get(admin, listed, limit="2", sort="text")
        gone = first.body["questions"][0]["id"]
        admin.post(f"/admin/questions/delete/{gone}", handler=admin_questions.lambda_handler)

        second = get(admin, listed, limit="2", sort="text", cursor=first.body["next_cursor"])

        assert [row["question_text"] for row in second.body["questions"]] == ["B", "C"]

    def test_a_cursor_belongs_to_what_it_was_sorted_by(self, listed: Listed, admin: Admin) -> None:
        cursor = get(admin, listed, limit="2", sort="text").body["next_cursor"]

        assert get(admin, listed, limit="2", sort="topic", cursor=cursor).body["code"] == "invalid_cursor"

    @pytest.mark.parametrize("query", [{"sort": "text"}, {"order": "desc"}])
    def test_those_of_all_exams_have_one_order(self, query: dict[str, str], admin: Admin) -> None:
        refused = admin.get("/admin/questions", query=query, handler=admin_questions.lambda_handler)

        assert (refused.status, refused.body["errors"][0]["field"]) == (400, "exam_id")
