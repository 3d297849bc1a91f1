"""Analytics: `admin_analytics`, `result_aggregator`, `statistics_rebuilder`, `result_pdf`, `/api/analytics`."""

import io
import re
from typing import Any

import pytest
from msgspec.structs import replace
from pypdf import PdfReader

from admin_analytics import downloads, listing
from admin_analytics.app import api, lambda_handler
from exams import app as exams_app
from result_aggregator.app import lambda_handler as aggregator
from result_pdf import app as pdf_app
from results import app as results_app
from smartexam.accounts.user import User
from smartexam.catalog.exam import Exam
from smartexam.catalog.store import exam_changes
from smartexam.catalog.structure import Section, Structure
from smartexam.platform.ids import next_id
from smartexam.platform.settings import settings
from smartexam.results.store import rebuilding, tallies
from statistics_rebuilder.app import lambda_handler as rebuilder
from tests.factories.admins import Admin
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import FakeContext, send, sqs_event
from tests.factories.exams import MCQ, RIGHT, add_questions, create_exam, question_ids
from tests.factories.files import Files
from tests.factories.paging import pages
from tests.factories.post import PostOffice
from tests.factories.results import store_result
from tests.factories.streams import stored_records, stream_event
from tests.factories.users import access_token, create_user

DAY = 86_400


@pytest.fixture
def admin(tables: dict[str, str], clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Admin:
    for module in (exams_app, results_app, pdf_app):
        monkeypatch.setattr(module.api, "clock", clock)
    monkeypatch.setattr(api, "clock", clock)
    Files.installed(monkeypatch)
    return Admin(lambda_handler, clock)


def counted() -> None:
    """Let the stream count everything that is stored."""
    assert aggregator(stream_event(stored_records()), FakeContext()) == {"batchItemFailures": []}


def data(admin: Admin, **query: Any) -> dict[str, Any]:
    answer = admin.get("/admin/api/users-analytics/data", query=query)
    assert answer.status == 200, answer.body
    body: dict[str, Any] = answer.body
    return body


def results(admin: Admin, **query: Any) -> dict[str, Any]:
    answer = admin.get("/admin/users-analytics/results", query=query)
    assert answer.status == 200, answer.body
    body: dict[str, Any] = answer.body
    return body


def sit(user: User, exam: Exam, *given: Any) -> int:
    token, json = access_token(user), {"accept": "application/json"}
    send(exams_app.lambda_handler, "POST", f"/start-exam/{exam.id}", token=token)
    answers = dict(zip(map(str, question_ids(exam.id)), given, strict=False))
    body = {"answers": answers}
    send(exams_app.lambda_handler, "POST", f"/api/sync-exam-answers/{exam.id}", token=token, body=body)
    result_id: int = send(exams_app.lambda_handler, "POST", f"/submit-exam/{exam.id}", token=token, headers=json).body[
        "result_id"
    ]
    return result_id


ROUTES = [
    ("GET", "/admin/api/users-analytics/stats"),
    ("GET", "/admin/api/users-analytics/data"),
    ("GET", "/admin/users-analytics/results"),
    ("GET", "/admin/users-analytics/download-result/1"),
    ("GET", "/admin/api/analytics/rebuild"),
    ("POST", "/admin/api/analytics/rebuild"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
class TestAccess:
    def test_students_are_refused(self, method: str, path: str, admin: Admin, clock: FrozenClock) -> None:
        assert send(lambda_handler, method, path, token=access_token(create_user(), clock.now())).status == 403

    def test_strangers_are_refused(self, method: str, path: str, admin: Admin) -> None:
        assert send(lambda_handler, method, path).status == 401


class TestData:
    def test_of_nothing_is_nothing(self, admin: Admin) -> None:
        for period in ("today", "week", "month", "all"):
            body = data(admin, timePeriod=period)
            assert set(body["summary"].values()) == {0}
            assert body["charts"]["scoreDistribution"] == [0, 0, 0, 0]
            assert body["tables"] == {"topPerformers": [], "recentActivity": [], "examStats": []}

    def test_has_the_shape_agreed_from_real_sittings(self, admin: Admin) -> None:
        exam, user = create_exam(name="Physics"), create_user(username="asha", first_name="Asha", last_name="Rao")
        result_id = sit(user, exam, *RIGHT[:2], "9")
        counted()

        body = data(admin, timePeriod="today")

        # 4 + 4 - 0 of 12: a wrong number costs nothing.
        assert body["summary"] == {
            "avgScore": 66.67,
            "totalAttempts": 1,
            "passRate": 100.0,
            "activeUsers": 1,
            "scoreChange": 66.67,
            "attemptsChange": 100.0,
            "passRateChange": 100.0,
            "usersChange": 100.0,
        }
        assert body["charts"] == {
            "scoreDistribution": [0, 0, 1, 0],
            "examPerformance": {"labels": ["Physics"], "data": [66.67]},
            "performanceTrends": {"labels": ["2026-01-05"], "data": [66.67]},
            "userActivity": {"labels": ["2026-01-05"], "data": [1]},
        }
        row = {
            "id": result_id,
            "student_id": user.id,
            "username": "asha",
            "roll_no": None,
            "full_name": "Asha Rao",
            "exam_id": exam.id,
            "exam_name": "Physics",
            "score": 8.0,
            "max_score": 12.0,
            "percentage": 66.67,
            "grade": "C",
            "duration": 0.0,
            "created_at": "2026-01-05T04:30:00.000Z",
        }
        assert body["tables"] == {
            "topPerformers": [
                {
                    "student_id": user.id,
                    "username": "asha",
                    "full_name": "Asha Rao",
                    "roll_no": None,
                    "avgScore": 66.67,
                    "attempts": 1,
                }
            ],
            "recentActivity": [row],
            "examStats": [{"exam_id": exam.id, "name": "Physics", "attempts": 1, "avgScore": 66.67, "passRate": 100.0}],
        }
        assert results(admin)["results"] == [row]
        assert admin.get("/admin/api/users-analytics/stats").body == {
            "total_users": 2,
            "total_exams": 1,
            "total_results": 1,
            "total_responses": 3,
        }

    def test_compares_with_the_period_before(self, admin: Admin) -> None:
        exam, one, two = create_exam([]), create_user(), create_user()
        store_result(one.id, exam, 80, at=MORNING)
        store_result(one.id, exam, 30, at=MORNING - DAY)
        store_result(two.id, exam, 100, at=MORNING - DAY)
        counted()

        summary = data(admin, timePeriod="today")["summary"]

        assert summary == {
            "avgScore": 80.0,
            "totalAttempts": 1,
            "passRate": 100.0,
            "activeUsers": 1,
            "scoreChange": 15.0,
            "attemptsChange": -50.0,
            "passRateChange": 50.0,
            "usersChange": -50.0,
        }

    def test_days_are_those_of_the_institute(self, admin: Admin) -> None:
        exam, user = create_exam([]), create_user()
        midnight = MORNING - 10 * 3600  # in Kolkata
        store_result(user.id, exam, 50, at=midnight)
        store_result(user.id, exam, 50, at=midnight - 1)
        counted()

        assert data(admin, timePeriod="today")["summary"]["totalAttempts"] == 1
        listed = results(admin, dateFrom="2026-01-04", dateTo="2026-01-04")
        assert (listed["total"], len(listed["results"])) == (1, 1)

    def test_a_long_period_shows_months(self, admin: Admin) -> None:
        exam, user = create_exam([]), create_user()
        store_result(user.id, exam, 50, at=MORNING)
        store_result(user.id, exam, 60, at=MORNING - 40 * DAY)
        counted()

        query = {"timePeriod": "custom", "startDate": "2025-11-15", "endDate": "2026-01-31"}
        body = data(admin, **query)

        assert body["charts"]["performanceTrends"] == {
            "labels": ["2025-11", "2025-12", "2026-01"],
            "data": [60.0, None, 50.0],
        }
        assert body["charts"]["userActivity"]["data"] == [1, 0, 1]
        assert body["summary"]["activeUsers"] == 1
        assert data(admin)["charts"]["performanceTrends"] == {"labels": ["2025-11", "2026-01"], "data": [60.0, 50.0]}

    def test_a_very_long_period_shows_years(self, admin: Admin) -> None:
        exam, users = create_exam([]), [create_user(), create_user()]
        store_result(users[0].id, exam, 50, at=MORNING)
        store_result(users[0].id, exam, 60, at=MORNING - 40 * DAY)
        store_result(users[1].id, exam, 100, at=MORNING - 800 * DAY)
        counted()

        body = data(admin, timePeriod="custom", startDate="2020-01-01", endDate="2031-12-31")

        chart = body["charts"]["performanceTrends"]
        assert chart["labels"] == [str(year) for year in range(2020, 2032)]
        assert dict(zip(chart["labels"], chart["data"], strict=True)) == {
            **dict.fromkeys(chart["labels"]),
            "2023": 100.0,
            "2025": 60.0,
            "2026": 50.0,
        }
        assert body["summary"]["activeUsers"] == 2
        assert [each["avgScore"] for each in body["tables"]["topPerformers"]] == [100.0, 55.0]

    @pytest.mark.parametrize(
        ("first", "last", "count"),
        [
            ("0001-01-01", "9999-12-31", 1),
            ("0001-01-01", "0001-01-02", 0),
            ("9999-12-31", "9999-12-31", 0),
            ("2026-01-05", "9999-12-31", 1),
        ],
    )
    def test_days_may_be_as_far_off_as_the_calendar_goes(self, first: str, last: str, count: int, admin: Admin) -> None:
        store_result(create_user().id, create_exam([]), 50, at=MORNING)
        counted()

        summary = data(admin, timePeriod="custom", startDate=first, endDate=last)["summary"]

        assert summary["totalAttempts"] == count
        assert results(admin, dateFrom=first, dateTo=last)["total"] == count
        assert len(results(admin, dateFrom=first, dateTo=last)["results"]) == count

    @pytest.mark.parametrize(
        "query",
        [
            {"timePeriod": "year"},
            {"timePeriod": "custom"},
            {"timePeriod": "custom", "startDate": "2026-01-02", "endDate": "2026-01-01"},
            {"timePeriod": "custom", "startDate": "2026-02-30", "endDate": "2026-03-01"},
            {"exam": "x"},
        ],
    )
    def test_what_makes_no_sense_is_refused(self, query: dict[str, Any], admin: Admin) -> None:
        assert admin.get("/admin/api/users-analytics/data", query=query).status == 400


class TestResults:
    def test_filters_hold_together_and_pages_are_complete(self, admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(listing, "PAGE_SIZE", 2)
        papers, users = [create_exam([]) for _ in range(2)], [create_user() for _ in range(2)]
        known = {
            store_result(user.id, exam, 50, at=MORNING - day * DAY + user.id): (user.id, exam.id, day)
            for user in users
            for exam in papers
            for day in (0, 1, 3)
        }
        counted()
        first = {"dateFrom": "2026-01-04"}
        for query in ({}, {"exam": papers[0].id}, {"user": users[0].id}, {"user": users[0].id, "exam": papers[1].id}):
            for dates in ({}, first, {"dateTo": "2026-01-04"}, {**first, "dateTo": "2026-01-04"}):
                expected = {
                    result_id
                    for result_id, (user_id, exam_id, day) in known.items()
                    if query.get("user") in {None, user_id}
                    and query.get("exam") in {None, exam_id}
                    and ("dateFrom" not in dates or day <= 1)
                    and ("dateTo" not in dates or day >= 1)
                }
                numbered, followed = [], []
                page = results(admin, **query, **dates)
                assert page["total"] == len(expected)
                for number in range(1, page["total_pages"] + 1):
                    numbered += [row["id"] for row in results(admin, **query, **dates, page=number)["results"]]
                for _ in pages():
                    followed += [row["id"] for row in page["results"]]
                    if page["next_cursor"] is None:
                        break
                    page = results(admin, **query, **dates, cursor=page["next_cursor"])
                assert numbered == followed
                assert set(numbered) == expected
                assert len(numbered) == len(expected)

    def test_a_fragment_escapes_everything(self, admin: Admin) -> None:
        evil = "<script>alert('x')</script>\"&"
        user = create_user(first_name=evil, last_name="Rao")
        store_result(user.id, create_exam([], name=evil), 50)
        counted()

        answer = admin.get("/admin/users-analytics/results", query={"partial": 1})

        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "<script" not in answer.body
        assert answer.body.count("&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;&quot;&amp;") == 2
        assert set(re.findall(r"</?(\w+)", answer.body)) == {"table", "thead", "tbody", "tr", "th", "td", "a"}

    def test_a_fragment_shows_every_digit(self, admin: Admin) -> None:
        store_result(create_user().id, create_exam([]), 12345.67)
        counted()

        assert "<td>12345.67 / 100</td>" in admin.get("/admin/users-analytics/results", query={"partial": 1}).body

    def test_a_fragment_of_nothing_says_so(self, admin: Admin) -> None:
        assert "No results" in admin.get("/admin/users-analytics/results", query={"partial": 1}).body


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


class TestPdf:
    @pytest.fixture
    def exam(self, admin: Admin) -> Exam:
        hindi = MCQ.__class__(
            **{name: getattr(MCQ, name) for name in MCQ.__struct_fields__}
            | {
                "question_text": "कौन-सी राशि सदिश है? $\\large \\frac{1}{2}mv^2$",
            }
        )
        return create_exam([hindi, MCQ], name="भौतिकी")

    def test_admins_download_any_result(self, admin: Admin, exam: Exam) -> None:
        user = create_user(first_name="Asha", last_name="Rao")
        result_id = sit(user, exam, "B", "A")
        counted()

        answer = admin.get(f"/admin/users-analytics/download-result/{result_id}")

        assert answer.status == 200
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["content-disposition"] == f'attachment; filename="result-{result_id}.pdf"'
        text = text_of(answer.body)
        for part in ("Asha Rao", "1/2mv²", "Velocity", "Correct", "Wrong", "3 / 8", "37.5 %"):
            assert part in text, part

    def test_one_that_was_submitted_just_now_is_waited_for(
        self, admin: Admin, exam: Exam, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(downloads, "back_off", lambda look: counted() if look == 2 else None)
        result_id = sit(create_user(), exam, "B", "A")

        assert admin.get(f"/admin/users-analytics/download-result/{result_id}").status == 200

    def test_an_unknown_result_is_404(self, admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
        looks: list[int] = []
        monkeypatch.setattr(downloads, "back_off", looks.append)
        deleted = next_id("attempt")

        assert admin.get("/admin/users-analytics/download-result/99").status == 404
        assert looks == []
        assert admin.get(f"/admin/users-analytics/download-result/{deleted}").status == 404
        assert len(looks) == downloads._LOOKS

    def test_students_download_their_own_when_it_is_visible(self, admin: Admin, exam: Exam, clock: FrozenClock) -> None:
        user = create_user()
        sit(user, exam, "B")
        path, token = f"/response-pdf/{exam.id}", access_token(user)

        assert b"%PDF" in send(pdf_app.lambda_handler, "GET", path, token=token).body[:8]
        assert send(pdf_app.lambda_handler, "GET", path, token=access_token(create_user())).status == 404
        exam_changes.edit_exam(exam.id, lambda _: {"result_mode": "manual"})
        hidden = send(pdf_app.lambda_handler, "GET", path, token=token)
        assert (hidden.status, hidden.body["result_pending"], hidden.body["available_at"]) == (403, True, None)


class TestRebuilding:
    @pytest.fixture(autouse=True)
    def _queue(self, admin: Admin, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("STATISTICS_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/123456789012/statistics")
        settings.cache_clear()

    def test_is_a_job_that_gives_the_same_numbers(self, admin: Admin, post: PostOffice) -> None:
        exam, users = create_exam([]), [create_user() for _ in range(2)]
        for user in users:
            store_result(user.id, exam, 50)
        counted()
        before = data(admin)

        answer = admin.post("/admin/api/analytics/rebuild")

        assert (answer.status, answer.body["status"]) == (202, "running")
        store_result(users[0].id, exam, 70)  # arrives while it runs
        counted()
        (order,) = post.taken("statistics")
        assert order.delay_seconds == rebuilding.FIRST_DELAY_SECONDS
        context = FakeContext(remaining_ms=lambda: 60_000)
        assert rebuilder(sqs_event(order.body), context) == {"batchItemFailures": []}
        (clearing,) = post.taken("statistics")
        assert rebuilder(sqs_event(clearing.body, order.body), context) == {"batchItemFailures": []}
        # A repeated order may mean that its end was not acknowledged, so the old generation is deleted again.
        (again,) = post.taken("statistics")
        assert again.body == clearing.body
        assert rebuilder(sqs_event(again.body), context) == {"batchItemFailures": []}
        assert list(post.taken("statistics")) == []
        assert tallies.generations() == tallies.Generations(2, None)
        assert admin.get("/admin/api/analytics/rebuild").body["status"] == "done"
        after = data(admin)
        assert after["summary"]["totalAttempts"] == before["summary"]["totalAttempts"] + 1
        assert after["summary"]["avgScore"] == 56.67

    def test_goes_on_in_pieces(self, admin: Admin, post: PostOffice) -> None:
        for exam in [create_exam([]) for _ in range(3)]:
            store_result(create_user().id, exam, 50)
        admin.post("/admin/api/analytics/rebuild")
        pieces = 0
        while orders := list(post.taken("statistics")):
            left = iter([60_000, 60_000, 60_000, 0])
            rebuilder(sqs_event(orders[0].body), FakeContext(remaining_ms=lambda left=left: next(left)))  # type: ignore[misc]
            pieces += 1

        assert pieces > 3
        assert data(admin)["summary"]["totalAttempts"] == 3


class TestSections:
    """Physics has two questions of 4 marks, Chemistry one; who is wrong loses one."""

    @pytest.fixture
    def exam(self, admin: Admin) -> Exam:
        sections = (Section(11, "Physics"), Section(12, "Chemistry"))
        exam = create_exam([], name="Mock", structure=Structure(sections=sections))
        add_questions(exam.id, [replace(MCQ, section_id=section_id) for section_id in (11, 11, 12)])
        return exam

    def test_are_counted_by_day(self, admin: Admin, exam: Exam, clock: FrozenClock) -> None:
        sit(create_user(), exam, "B", "B", "B")
        sit(create_user(), exam, "B", "A", "")
        counted()

        statistics = data(admin, exam=exam.id)["tables"]["sectionStats"]

        # 11 of 16 marks, and 4 of 8.
        assert statistics == [
            {"section_id": 11, "name": "Physics", "attempts": 2, "avgScore": 68.75},
            {"section_id": 12, "name": "Chemistry", "attempts": 2, "avgScore": 50.0},
        ]
        assert data(admin, exam=exam.id, timePeriod="today")["tables"]["sectionStats"] == statistics
        assert "sectionStats" not in data(admin)["tables"]
        clock.set(MORNING + 40 * DAY)
        assert "sectionStats" not in data(admin, exam=exam.id, timePeriod="week")["tables"]

    def test_go_with_the_account(self, admin: Admin, exam: Exam) -> None:
        gone, stays = create_user(), create_user()
        sit(gone, exam, "B", "B", "B")
        sit(stays, exam, "A", "A", "B")
        counted()

        assert tallies.erase_user(gone.id) is False

        statistics = data(admin, exam=exam.id)["tables"]["sectionStats"]
        assert [(each["attempts"], each["avgScore"]) for each in statistics] == [(1, -25.0), (1, 100.0)]

    def test_of_a_student_are_averaged_by_name(self, admin: Admin, exam: Exam) -> None:
        user = create_user()
        sit(user, exam, "B", "B", "")
        other = create_exam([], structure=Structure(sections=(Section(21, "physics"),)))
        add_questions(other.id, [replace(MCQ, section_id=21)])
        sit(user, other, "")

        answer = send(results_app.lambda_handler, "GET", "/api/analytics", token=access_token(user))

        found = answer.body["analytics"]
        averages = [tuple(each.values()) for each in found["section_averages"]]
        assert averages == [("Chemistry", 1, 0.0), ("physics", 2, 50.0)]
        latest = {each["exam_id"]: each["sections"] for each in found["recent_performance"]}
        assert [(each["name"], each["score"], each["max_score"]) for each in latest[exam.id]] == [
            ("Physics", 8.0, 8.0),
            ("Chemistry", 0.0, 4.0),
        ]


class TestStudentsAnalytics:
    def analytics(self, user: User) -> dict[str, Any]:
        answer = send(results_app.lambda_handler, "GET", "/api/analytics", token=access_token(user))
        assert answer.status == 200
        body: dict[str, Any] = answer.body["analytics"]
        return body

    def test_of_nothing_is_nothing(self, admin: Admin) -> None:
        assert self.analytics(create_user()) == {
            "total_exams": 0,
            "average_score": 0.0,
            "highest_score": 0.0,
            "lowest_score": 0.0,
            "grade_distribution": {"A+": 0, "A": 0, "B": 0, "C": 0, "D": 0, "F": 0},
            "score_trend": [],
            "recent_performance": [],
            "improvement_trend": "insufficient_data",
        }

    def test_is_over_visible_results(self, admin: Admin, clock: FrozenClock) -> None:
        user, hidden = create_user(), create_exam([], result_mode="manual")
        exam, later = create_exam([], name="Physics"), create_exam([], result_mode="delayed", result_delay=60)
        store_result(user.id, hidden, 99)
        store_result(user.id, later, 90)
        store_result(user.id, exam, 40, at=MORNING - 2 * DAY)
        store_result(user.id, exam, 71, at=MORNING - DAY)

        found = self.analytics(user)

        assert (found["total_exams"], found["average_score"]) == (2, 55.5)
        assert (found["highest_score"], found["lowest_score"]) == (71.0, 40.0)
        assert {grade for grade, count in found["grade_distribution"].items() if count} == {"B", "F"}
        assert [point["score"] for point in found["score_trend"]] == [40.0, 71.0]
        assert [each["percentage"] for each in found["recent_performance"]] == [71.0, 40.0]
        assert found["improvement_trend"] == "improving"
        clock.advance(3599)
        assert self.analytics(user)["total_exams"] == 2
        clock.advance(1)
        exam_changes.edit_exam(hidden.id, lambda _: {"is_released": True})
        token = access_token(user, clock.now())
        seen = send(results_app.lambda_handler, "GET", "/api/analytics", token=token).body["analytics"]
        assert (seen["total_exams"], seen["highest_score"]) == (4, 99.0)
