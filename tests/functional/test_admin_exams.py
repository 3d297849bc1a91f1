"""Exams for administrators: the handler of `admin_exams`."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from admin_exams.app import api, lambda_handler
from admin_exams.models import ExamFields
from exams import app as exams_app
from smartexam.catalog.exam import Exam
from smartexam.catalog.store import categories, exams, papers
from smartexam.catalog.store.categories import Category, CategoryItem
from smartexam.catalog.store.exams import card_key
from smartexam.platform import queues
from smartexam.platform.dynamodb import table
from smartexam.platform.errors import Unavailable
from smartexam.sitting.store import sitting_items
from tests.factories.admins import Admin
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer, send
from tests.factories.exams import add_questions, create_exam
from tests.factories.forms import multipart
from tests.factories.post import PostOffice
from tests.factories.tables import everything
from tests.factories.users import access_token, create_user

LEAST = {"name": "Physics", "date": "2026-02-28", "start_time": "09:30", "duration": 90}


@pytest.fixture
def admin(tables: dict[str, str], post: PostOffice, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Admin:
    monkeypatch.setattr(api, "clock", clock)
    monkeypatch.setattr(exams_app.api, "clock", clock)
    return Admin(lambda_handler, clock)


@pytest.fixture
def category(tables: dict[str, str]) -> int:
    categories.create_category(Category(5, "Entrance", None))
    return 5


def created(admin: Admin, **fields: Any) -> dict[str, Any]:
    answer = admin.post("/admin/exams", {**LEAST, **fields})
    assert answer.status == 200, answer.body
    exam: dict[str, Any] = answer.body["exam"]
    return exam


def listed(admin: Admin, **query: Any) -> list[int]:
    return [exam["id"] for exam in admin.get("/admin/exams", query=query).body["exams"]]


def faulty_fields(answer: Answer) -> set[str]:
    assert answer.status == 400, answer.body
    assert answer.body["success"] is False
    return {error["field"] for error in answer.body["errors"]}


def exams_of_category(category_id: int) -> int:
    item = table.get(CategoryItem, *categories.category_key(category_id))
    assert item is not None
    return item.exam_count


ROUTES = [
    ("GET", "/admin/exams"),
    ("POST", "/admin/exams"),
    ("POST", "/admin/exams/edit/1"),
    ("POST", "/admin/exams/delete/1"),
    ("POST", "/admin/exams/1/release-results"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
class TestAccess:
    def test_students_are_refused(self, method: str, path: str, admin: Admin, clock: FrozenClock) -> None:
        student = create_user(role="user")

        assert send(lambda_handler, method, path, token=access_token(student, clock.now())).status == 403

    def test_strangers_are_refused(self, method: str, path: str, admin: Admin) -> None:
        assert send(lambda_handler, method, path).status == 401


class TestCreate:
    def test_defaults_are_as_agreed(self, admin: Admin) -> None:
        answer = admin.post("/admin/exams", LEAST)

        assert answer.status == 200
        assert answer.body == {
            "success": True,
            "exam_id": answer.body["exam_id"],
            "exam": {
                "id": answer.body["exam_id"],
                **LEAST,
                "status": "upcoming",
                "category_id": None,
                "total_questions": 0,
                "max_marks": 0.0,
                "max_attempts": 0,
                "result_mode": "instant",
                "result_delay": 0,
                "instructions": "",
                "positive_marks": 4.0,
                "negative_marks": 1.0,
                "allow_assistant": False,
                "released": False,
                "state": "upcoming",
                "opens_at": "2026-02-28T04:00:00.000Z",
                "closes_at": None,
                "timezone": "Asia/Kolkata",
                "audience": "everyone",
                "batch_ids": [],
                "has_access_code": False,
                "counted_attempt": "best",
                "discussion": "after_attempt",
                "allow_chat": False,
                "created_at": "2026-01-05T04:30:00.000Z",
                "languages": ["en"],
                "sections": [],
                "marking": {},
                "shuffle": {"questions": False, "options": False},
            },
        }

    def test_every_field_is_kept(self, admin: Admin, category: int) -> None:
        fields = {
            "status": "ongoing",
            "instructions": "पढ़िए।\nThen answer.",
            "positive_marks": "2.5",
            "negative_marks": "1/3",
            "max_attempts": 3,
            "result_mode": "delayed",
            "result_delay": 45,
            "category_id": category,
            "allow_assistant": True,
        }

        exam = created(admin, **fields)

        assert {name: exam[name] for name in fields} == {**fields, "positive_marks": 2.5}
        assert exams.get_exam(exam["id"], reader=3) is not None

    @pytest.mark.parametrize("how", ["form", "multipart"])
    def test_forms_are_read(self, how: str, admin: Admin, category: int) -> None:
        fields = {**LEAST, "duration": "90", "max_attempts": "", "category_id": str(category), "allow_assistant": "on"}
        request = {"form": fields} if how == "form" else multipart(fields)  # type: ignore[arg-type]

        answer = admin.call("POST", "/admin/exams", **request)

        assert answer.status == 200, answer.body
        exam = answer.body["exam"]
        assert (exam["duration"], exam["max_attempts"], exam["allow_assistant"]) == (90, 0, True)
        assert exam["category_id"] == category

    def test_everything_missing_is_named_at_once(self, admin: Admin) -> None:
        assert faulty_fields(admin.post("/admin/exams", {})) == {"name", "date", "start_time", "duration"}

    def test_everything_wrong_is_named_at_once(self, admin: Admin) -> None:
        wrong = {name: "x" if name == "batch_ids" else [1] for name in ExamFields.__struct_fields__}

        named = {field.partition("[")[0] for field in faulty_fields(admin.post("/admin/exams", wrong))}
        assert named == set(wrong)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", "  "),
            ("name", "x" * 201),
            ("name", "a\u0000b"),
            ("name", 7),
            ("date", "2026-02-29"),
            ("date", "2026-13-01"),
            ("date", "20260228"),
            ("date", "28.02.2026"),
            ("date", "2026-02-28T00:00"),
            ("date", "٢٠٢٦-٠٢-٢٨"),
            ("date", 20260228),
            ("start_time", "24:00"),
            ("start_time", "9:30"),
            ("start_time", "09:60"),
            ("start_time", "09:30:00"),
            ("start_time", "9.30 am"),
            ("duration", 0),
            ("duration", -5),
            ("duration", 1441),
            ("duration", 1.5),
            ("duration", "1e3"),
            ("duration", "²"),
            ("duration", True),
            ("duration", 10**400),
            ("status", "open"),
            ("status", True),
            ("instructions", "x" * 10_001),
            ("instructions", "a\u007fb"),
            ("positive_marks", "four"),
            ("positive_marks", -1),
            ("positive_marks", 0.125),
            ("positive_marks", "1/0"),
            ("positive_marks", 1e300),
            ("positive_marks", 10**30),
            ("negative_marks", "-1"),
            ("negative_marks", {}),
            ("max_attempts", -1),
            ("max_attempts", 1001),
            ("max_attempts", "many"),
            ("result_mode", "never"),
            ("result_delay", -1),
            ("result_delay", 10**12),
            ("category_id", 0),
            ("category_id", 2**53),
            ("category_id", "x"),
            ("category_id", 99),
            ("allow_assistant", "perhaps"),
            ("allow_assistant", 2),
        ],
    )
    def test_wrong_values_are_refused_by_name(self, field: str, value: Any, admin: Admin) -> None:
        assert faulty_fields(admin.post("/admin/exams", {**LEAST, field: value})) == {field}
        assert listed(admin) == []

    @pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2024-02-29"])
    def test_any_day_of_the_calendar_will_do(self, day: str, admin: Admin, clock: FrozenClock) -> None:
        exam_id = created(admin, date=day, status="ongoing")["id"]
        student = create_user(role="user")

        shown = send(exams_app.lambda_handler, "GET", f"/api/exams/{exam_id}", token=access_token(student, clock.now()))

        assert shown.status == 200
        assert listed(admin) == [exam_id]

    @pytest.mark.parametrize(
        "body", ['{"name": "\\ud800"}', "[]", "null", '"exam"', "{", '{"name": 1e999}', "[" * 10_000, b"\xff\xfe"]
    )
    def test_another_type_than_an_object_is_refused(self, body: Any, admin: Admin) -> None:
        answer = admin.call("POST", "/admin/exams", body=body, headers={"content-type": "application/json"})

        assert answer.status == 400
        assert answer.body["success"] is False

    def test_huge_bodies_are_refused(self, admin: Admin) -> None:
        assert admin.post("/admin/exams", {**LEAST, "instructions": "x" * 10_000_000}).status == 413

    def test_other_media_are_refused(self, admin: Admin) -> None:
        answer = admin.call("POST", "/admin/exams", body="<exam/>", headers={"content-type": "application/xml"})

        assert answer.status == 415

    _anything = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=6,
    )

    @hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(fields=st.dictionaries(st.sampled_from(ExamFields.__struct_fields__), _anything))
    def test_hostile_types_are_answered(self, fields: dict[str, Any], admin: Admin) -> None:
        answer = admin.post("/admin/exams", {**LEAST, **fields})

        assert answer.status in {200, 400}


class TestList:
    def test_the_latest_comes_first(self, admin: Admin) -> None:
        early = created(admin, date="2026-01-01")["id"]
        late = created(admin, date="2026-03-01")["id"]
        at_noon = created(admin, date="2026-03-01", start_time="12:00")["id"]

        assert listed(admin) == [at_noon, late, early]

    def test_pages_follow_each_other(self, admin: Admin) -> None:
        all_ids = [create_exam([]).id for _ in range(5)]

        first = admin.get("/admin/exams", query={"limit": "3"}).body
        second = admin.get("/admin/exams", query={"limit": "3", "cursor": first["next_cursor"]}).body

        assert len(first["exams"]) == 3
        assert second["next_cursor"] is None
        assert [exam["id"] for exam in first["exams"] + second["exams"]] == all_ids[::-1]

    def test_is_filtered(self, admin: Admin, category: int) -> None:
        both = created(admin, status="ongoing", category_id=category)["id"]
        open_one = created(admin, status="ongoing", date="2026-01-02")["id"]
        created(admin)

        assert listed(admin, status="ongoing") == [both, open_one]
        assert listed(admin, category_id=category) == [both]
        assert listed(admin, category_id=category, status="upcoming") == []

    @pytest.mark.parametrize("query", ["cursor=x", "status=open", "category_id=x", "cursor=%00", "cursor=ÿ"])
    def test_wrong_queries_are_refused(self, query: str, admin: Admin) -> None:
        assert admin.get("/admin/exams", query=query).status == 400

    @pytest.mark.parametrize("count", [1, 12])
    def test_costs_two_round_trips_at_any_size(
        self, count: int, admin: Admin, caplog: pytest.LogCaptureFixture
    ) -> None:
        for _ in range(count):
            create_exam([])
        admin.get("/admin/exams")
        caplog.clear()

        admin.get("/admin/exams")

        # Two listings at once, the cards, and one for the admin's current role.
        assert [vars(record)["database_calls"] for record in caplog.records] == [4]


class TestEdit:
    def test_changes_what_is_named_and_nothing_else(self, admin: Admin) -> None:
        before = created(admin, instructions="Read.", negative_marks="1/3")

        answer = admin.post(f"/admin/exams/edit/{before['id']}", {"name": "Physics II", "date": "2026-04-01"})

        assert answer.status == 200
        assert answer.body["exam"] == {
            **before,
            "name": "Physics II",
            "date": "2026-04-01",
            "opens_at": "2026-04-01T04:00:00.000Z",
        }
        assert admin.get("/admin/exams").body["exams"] == [answer.body["exam"]]

    def test_what_was_read_can_be_sent_back(self, admin: Admin, category: int) -> None:
        before = created(admin, positive_marks="4/3", negative_marks=0.25, category_id=category, result_mode="manual")

        answer = admin.post(f"/admin/exams/edit/{before['id']}", before)

        assert answer.body["exam"] == before

    def test_listings_follow(self, admin: Admin, category: int) -> None:
        exam_id = created(admin, status="upcoming")["id"]

        admin.post(f"/admin/exams/edit/{exam_id}", {"status": "ongoing", "category_id": category})

        assert listed(admin, status="upcoming") == []
        assert listed(admin, status="ongoing", category_id=category) == [exam_id]
        assert exams_of_category(category) == 1

    def test_emptying_means_none_where_there_can_be_none(self, admin: Admin, category: int) -> None:
        exam_id = created(
            admin, instructions="Read.", max_attempts=2, result_delay=5, category_id=category, positive_marks=3
        )["id"]

        empty = ["instructions", "max_attempts", "result_delay", "category_id", "positive_marks", "status"]
        answer = admin.call("POST", f"/admin/exams/edit/{exam_id}", form=dict.fromkeys(empty, ""))

        exam = answer.body["exam"]
        assert (exam["instructions"], exam["max_attempts"], exam["result_delay"]) == ("", 0, 0)
        assert (exam["category_id"], exam["positive_marks"], exam["status"]) == (None, 3.0, "upcoming")
        assert exams_of_category(category) == 0

    @pytest.mark.parametrize("field", ["name", "date", "start_time", "duration"])
    def test_required_fields_cannot_be_emptied(self, field: str, admin: Admin) -> None:
        exam_id = created(admin)["id"]

        assert faulty_fields(admin.post(f"/admin/exams/edit/{exam_id}", {field: ""})) == {field}

    @pytest.mark.parametrize(
        "changes", [{}, {"nmae": "x"}, {"date": "x"}, {"category_id": 99}, {"duration": "x", "name": "good"}]
    )
    def test_wrong_changes_change_nothing(self, changes: dict[str, Any], admin: Admin) -> None:
        before = created(admin)

        assert admin.post(f"/admin/exams/edit/{before['id']}", changes).status == 400
        assert admin.get("/admin/exams").body["exams"] == [before]

    @pytest.mark.parametrize("exam_id", ["99", "0", "-1", "x", "1.5", "9" * 17, "%00", "9007199254740992"])
    def test_unknown_exams_are_not_found(self, exam_id: str, admin: Admin) -> None:
        assert admin.post(f"/admin/exams/edit/{exam_id}", {"name": "x"}).status == 404

    def test_changes_to_the_paper_make_a_new_version(self, admin: Admin) -> None:
        exam = create_exam()
        stored = exams.get_exam(exam.id)
        assert stored is not None
        papers.ready_version(stored)

        admin.post(f"/admin/exams/edit/{exam.id}", {"positive_marks": 5})

        edited = exams.get_exam(exam.id)
        assert edited is not None
        assert edited.compiled_version < edited.content_version
        assert papers.load_paper(exam.id, papers.ready_version(edited)).questions[0].positive_marks == 5


class TestRelease:
    def test_each_call_toggles(self, admin: Admin) -> None:
        exam_id = created(admin, result_mode="manual")["id"]
        path = f"/admin/exams/{exam_id}/release-results"

        assert admin.post(path).body == {"success": True, "released": True}
        assert admin.get("/admin/exams").body["exams"][0]["released"] is True
        assert admin.post(path).body == {"success": True, "released": False}

    def test_unknown_exams_are_not_found(self, admin: Admin) -> None:
        assert admin.post("/admin/exams/99/release-results").status == 404


class TestDelete:
    def test_nothing_of_it_remains(
        self, admin: Admin, category: int, post: PostOffice, dynamodb: Any, tables: dict[str, str], clock: FrozenClock
    ) -> None:
        before = everything(dynamodb, tables)
        exam = create_exam(category_id=category)
        student = create_user(role="user")
        token = access_token(student, clock.now())
        handler = exams_app.lambda_handler
        for number in range(2):
            send(handler, "POST", f"/start-exam/{exam.id}", token=token)
            if number == 0:
                send(handler, "POST", f"/submit-exam/{exam.id}", token=token)
                add_questions(exam.id, [])
                admin.post(f"/admin/exams/edit/{exam.id}", {"name": "Second version"})

        assert admin.post(f"/admin/exams/delete/{exam.id}").body == {"success": True}

        after = everything(dynamodb, tables)
        for context in ("catalog", "attempts"):
            ours = [item for item in after[context] if item["pk"]["S"] != "STATISTICS"]
            assert ours == before[context], context
        assert exams_of_category(category) == 0
        assert exams.count_exams() == 0

    def test_its_students_get_exam_not_found(self, admin: Admin, post: PostOffice, clock: FrozenClock) -> None:
        exam = create_exam()
        student = create_user(role="user")
        token = access_token(student, clock.now())
        send(exams_app.lambda_handler, "POST", f"/start-exam/{exam.id}", token=token)

        admin.post(f"/admin/exams/delete/{exam.id}")

        for method, path in [
            ("GET", f"/exam/{exam.id}"),
            ("GET", f"/api/exams/{exam.id}"),
            ("POST", f"/start-exam/{exam.id}"),
            ("POST", f"/submit-exam/{exam.id}"),
            ("GET", f"/api/exam-attempts-status/{exam.id}"),
        ]:
            assert send(exams_app.lambda_handler, method, path, token=token).status == 404, path
        sync = send(
            exams_app.lambda_handler,
            "POST",
            f"/api/sync-exam-answers/{exam.id}",
            token=token,
            body={"answers": {}},
        )
        assert sync.status == 404

    def test_a_last_pass_is_ordered(self, admin: Admin, post: PostOffice) -> None:
        exam = create_exam()

        admin.post(f"/admin/exams/delete/{exam.id}")

        (message,) = post.taken("exam_eraser")
        assert message.body == {"exam_id": exam.id}
        assert message.delay_seconds == 300

    def test_what_is_too_much_for_the_request_is_handed_over(
        self, admin: Admin, post: PostOffice, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("admin_exams.service._PIECES_AT_ONCE", 0)
        exam = create_exam()

        assert admin.post(f"/admin/exams/delete/{exam.id}").status == 200

        assert [message.delay_seconds for message in post.taken("exam_eraser")] == [300, 0]
        assert exams.get_exam(exam.id) is None

    def test_unknown_exams_are_not_found(self, admin: Admin, post: PostOffice) -> None:
        exam = create_exam()
        admin.post(f"/admin/exams/delete/{exam.id}")

        assert admin.post(f"/admin/exams/delete/{exam.id}").status == 404
        assert admin.post("/admin/exams/delete/99").status == 404

    def test_nothing_is_deleted_while_the_queue_is_down(self, admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: Any, **__: Any) -> None:
            raise Unavailable

        monkeypatch.setattr(queues, "send", refuse)
        exam = create_exam()

        answer = admin.post(f"/admin/exams/delete/{exam.id}")

        assert answer.status == 503
        assert "Retry-After".lower() in answer.headers
        assert exams.get_exam(exam.id) is not None


def test_cards_are_equal_in_all_replicas(admin: Admin) -> None:
    exam = create_exam()
    admin.post(f"/admin/exams/edit/{exam.id}", {"name": "Edited", "max_attempts": 2})

    cards: list[Exam | None] = [exams.get_exam(exam.id, reader=reader) for reader in range(exams.REPLICAS)]

    assert len({card_key(exam.id, reader) for reader in range(exams.REPLICAS)}) == 4
    assert cards == [cards[0]] * 4
    assert sitting_items.EXAM_SHARDS == 8
