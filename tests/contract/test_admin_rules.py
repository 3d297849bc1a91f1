"""§8 of the contract, users to access requests, over HTTP: refusals, pages of lists, effects of changes."""

import io
import struct
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from tests.contract.client import STUDENTS, Answer, Client, is_error
from tests.contract.test_administration import eventually
from tests.factories.forms import multipart

pytestmark = pytest.mark.contract

LISTS = {
    "/admin/api/users/search": ("users", 50),
    "/admin/api/attempts/search": ("rows", 50),
    "/admin/api/requests/list": ("requests", 25),
    "/admin/users-analytics/results": ("results", 20),
}


def refused(answer: Answer, status: int) -> bool:
    return answer.status == status and is_error(answer)


def user_of(admin: Client, username: str) -> dict[str, Any]:
    (found,) = admin.get("/admin/api/users/search", query={"q": username}).body["users"]
    user: dict[str, Any] = found
    return user


@pytest.mark.parametrize("path", LISTS)
class TestLists:
    def test_pages_are_counted_from_one_and_end_in_empty_ones(self, admin: Client, path: str) -> None:
        name, size = LISTS[path]

        # Earlier tests' results may not be counted yet.
        first, beyond = eventually(
            lambda: [admin.get(path, query={"page": page}).body for page in (1, 99_999)],
            lambda both: both[0]["total"] == both[1]["total"],
        )

        assert (first["page"], first["per_page"]) == (1, size)
        assert first["total_pages"] == -(-first["total"] // size)
        assert len(first[name]) == min(first["total"], size)
        assert (beyond[name], beyond["total"], beyond["page"]) == ([], first["total"], 99_999)

    @pytest.mark.parametrize("page", ["0", "-1", "abc", "1.5", "9" * 30])
    def test_an_invalid_page_is_400(self, admin: Client, path: str, page: str) -> None:
        assert refused(admin.get(path, query={"page": page}), 400)

    def test_empty_filters_are_none(self, admin: Client, path: str) -> None:
        empty = dict.fromkeys(("q", "role", "status", "exam_id", "user", "exam", "dateFrom", "dateTo", "page"), "")
        eventually(
            lambda: [admin.get(path, query=query) for query in (empty, {})],
            lambda both: both[0].status == 200 and both[0].body == both[1].body,
        )

    def test_is_for_admins(self, student: Client, anonymous: Client, path: str) -> None:
        assert refused(student.get(path), 403)
        assert refused(anonymous.get(path), 401)


class TestUsers:
    def test_roles_are_named_exactly(self, admin: Client) -> None:
        stats = admin.get("/admin/api/users/stats").body
        counts = {"user": stats["user_role"], "admin": stats["admin_role"], "both": stats["both_roles"]}
        assert stats["total_users"] == sum(counts.values())
        for role, count in counts.items():
            found = admin.get("/admin/api/users/search", query={"role": role}).body
            assert found["total"] == count
            assert {user["role"] for user in found["users"]} <= {"user,admin" if role == "both" else role}
        both = admin.get("/admin/api/users/search", query={"role": "user,admin"}).body
        assert both["total"] == counts["both"]
        assert refused(admin.get("/admin/api/users/search", query={"role": "anybody"}), 400)

    def test_the_last_admin_stays_one(self, admin: Client) -> None:
        both = admin.get("/admin/api/users/search", query={"role": "both", "per_page": "100"}).body["users"]
        for left in both:  # by tests that share the stack
            admin.post("/admin/users/update-role", {"user_id": left["id"], "new_role": "user"})
        (found,) = admin.get("/admin/api/users/search", query={"q": "admin", "role": "admin"}).body["users"]
        update = {"user_id": found["id"], "new_role": "user"}

        assert refused(admin.post("/admin/users/update-role", update), 409)
        bulk = admin.post("/admin/users/bulk-update-roles", {"updates": [update]}).body
        assert (bulk["updated"], len(bulk["errors"])) == (0, 1)
        assert refused(admin.post("/api/delete-account", {"confirm": "DELETE"}), 409)

    @pytest.mark.parametrize(
        "body",
        [{}, {"user_id": 1}, {"user_id": "1", "new_role": "user"}, {"user_id": 1, "new_role": "root"}, []],
    )
    def test_other_bodies_are_400(self, admin: Client, body: Any) -> None:
        assert refused(admin.post("/admin/users/update-role", body), 400)

    def test_a_bulk_change_tells_what_it_could_not_do(self, admin: Client) -> None:
        user_id = user_of(admin, STUDENTS[2][0])["id"]
        updates = [{"user_id": user_id, "new_role": "user"}, {"user_id": str(user_id), "new_role": "user"}, 5]
        updates.append({"user_id": 987654321, "new_role": "user"})

        body = admin.post("/admin/users/bulk-update-roles", {"updates": updates}).body

        assert (body["success"], body["updated"], len(body["errors"])) == (True, 1, 3)


class TestAttempts:
    @pytest.fixture
    def exam(self, new_exam: Callable[..., int], student: Client) -> int:
        exam_id = new_exam(name="Limited", max_attempts=2)
        student.post(f"/start-exam/{exam_id}")
        student.post(f"/submit-exam/{exam_id}")
        return exam_id

    def test_what_each_change_means(self, admin: Client, student: Client, exam: int) -> None:
        student_id = user_of(admin, STUDENTS[0][0])["id"]

        def changed(action: str, **amount: int) -> int:
            body = {"student_id": student_id, "exam_id": exam, "action": action, **amount}
            return admin.post("/admin/attempts/modify", body).status

        def allowed() -> tuple[int, int, int]:
            status = student.get(f"/api/exam-attempts-status/{exam}").body
            return status["completed_count"], status["max_attempts"], status["attempts_remaining"]

        def listed() -> tuple[int, int, int, str]:
            (row,) = admin.get("/admin/api/attempts/search", query={"exam_id": exam}).body["rows"]
            return row["attempts_used"], row["max_attempts"], row["remaining"], row["status"]

        assert allowed() == (1, 2, 1)
        assert changed("increase", amount=3) == 200
        assert (allowed(), listed()) == ((1, 5, 4), (1, 5, 4, "available"))
        assert changed("decrease", amount=4) == 200
        assert (allowed(), listed()) == ((1, 1, 0), (1, 1, 0, "exhausted"))
        assert changed("decrease") == 400
        assert student.post(f"/start-exam/{exam}").status == 400
        assert changed("reset") == 200
        assert (allowed(), listed()) == ((0, 1, 1), (0, 1, 1, "available"))
        results = student.get("/api/results").body["results"]
        assert [each["exam_id"] for each in results].count(exam) == 1
        assert {changed("increase", amount=amount) for amount in (0, -1, 101)} == {400}

    def test_an_unlimited_exam_has_only_reset(self, admin: Client, new_exam: Callable[..., int]) -> None:
        student_id, exam = user_of(admin, STUDENTS[0][0])["id"], new_exam()

        def changed(action: str, **place: int) -> int:
            body = {"student_id": student_id, "exam_id": exam, "action": action, **place}
            return admin.post("/admin/attempts/modify", body).status

        assert [changed(action) for action in ("increase", "decrease", "reset")] == [400, 400, 200]
        assert changed("reset", student_id=987654321) == 404
        assert changed("reset", exam_id=987654321) == 404
        items = [{"student_id": student_id, "exam_id": exam}, {"student_id": 987654321, "exam_id": exam}, None]
        bulk = admin.post("/admin/attempts/bulk-modify", {"items": items, "action": "reset"}).body
        assert (bulk["processed"], len(bulk["errors"])) == (1, 2)


class TestRequests:
    def test_one_of_two_decisions_at_once_counts(self, anonymous: Client, admin: Client) -> None:
        user = user_of(admin, STUDENTS[2][0])
        wanted = {
            "username": user["username"],
            "email": user["email"],
            "current_access": "user",
            "requested_access": "user,admin",
            "user_reason": "I teach",
        }
        request = anonymous.post("/api/submit-access-request", wanted).body["request_id"]
        assert refused(admin.post(f"/admin/requests/approve/{request}", {"approved_access": "root"}), 400)
        assert refused(admin.post(f"/admin/requests/deny/{request}", {"reason": " \u200b"}), 400)

        decisions = [("deny", {"reason": "No"}), ("approve", {"approved_access": "user"})]
        with ThreadPoolExecutor(len(decisions)) as pool:
            answers = pool.map(lambda one: admin.post(f"/admin/requests/{one[0]}/{request}", one[1]), decisions)

        statuses = sorted(answer.status for answer in answers)
        assert statuses == [200, 404]
        listed = admin.get("/admin/api/requests/list").body["requests"]
        (row,) = [each for each in listed if each["request_id"] == request]
        assert row["status"] in {"completed", "denied"}
        assert (row["processed_by"], row["username"]) == ("admin", user["username"])
        assert row["processed_date"] is not None
        assert user_of(admin, STUDENTS[2][0])["role"] == "user"


def picture(form: str = "PNG") -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (8, 8), "navy").save(written, form)
    return written.getvalue()


def pixel_bomb() -> bytes:
    """A PNG of some hundred bytes that claims 2.5 billion pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


class TestCategories:
    @staticmethod
    def save(admin: Client, path: str, name: str, image: bytes | None = None) -> Answer:
        form = multipart({"name": name}, {} if image is None else {"image": ("a.png", image)})
        return admin.post(f"/admin/categories/{path}", form["body"], headers=form["headers"])

    def test_names_are_taken_once_whatever_their_case(self, admin: Client) -> None:
        created = self.save(admin, "create", "Rules of names", picture("GIF")).body["category"]
        assert created["image_url"]

        for name in ("Rules of names", "RULES OF NAMES", "  rules  of names "):
            assert refused(self.save(admin, "create", name), 409), name
        for name in ("", " ", "\u200b", "x" * 101):
            assert refused(self.save(admin, "create", name), 400), name
        renamed = self.save(admin, f"update/{created['id']}", "rules of NAMES").body["category"]
        assert renamed == {**created, "name": "rules of NAMES"}
        assert refused(self.save(admin, "update/987654321", "Nothing"), 404)
        assert admin.post(f"/admin/categories/delete/{created['id']}").body == {"success": True}
        assert refused(admin.post(f"/admin/categories/delete/{created['id']}"), 404)

    def test_one_with_exams_stays(self, admin: Client, new_exam: Callable[..., int]) -> None:
        category = self.save(admin, "create", "With an exam").body["category"]["id"]
        exam = new_exam(category_id=category)

        assert refused(admin.post(f"/admin/categories/delete/{category}"), 409)
        admin.post(f"/admin/exams/delete/{exam}")
        assert admin.post(f"/admin/categories/delete/{category}").status == 200

    @pytest.mark.parametrize(
        "content",
        [
            b"<html><script>alert(1)</script></html>",
            b'<svg xmlns="http://www.w3.org/2000/svg"/>',
            b"",
            picture("BMP"),
            picture()[:40],
            pixel_bomb(),
            picture() + bytes(6 * 1024 * 1024),
        ],
        ids=["html", "svg", "empty", "bmp", "cut", "bomb", "6 MB"],
    )
    def test_a_file_that_is_not_an_image_leaves_nothing(self, admin: Client, content: bytes) -> None:
        for path, field in (("/admin/categories/create", "No image"), ("/admin/images", "")):
            form = multipart({"name": field}, {"image": ("a.png", content)})
            answer = admin.post(path, form["body"], headers=form["headers"])
            assert is_error(answer)
            assert answer.status in {400, 413}
        names = [category["name"] for category in admin.get("/admin/api/categories").body["categories"]]
        assert "No image" not in names


class TestAnalytics:
    def test_numbers_of_a_known_cohort(
        self, admin: Client, student: Client, other_student: Client, new_exam: Callable[..., int]
    ) -> None:
        exam = new_exam(name="Cohort", negative_marks="1")
        listed = admin.get("/admin/questions", query={"exam_id": exam}).body["questions"]
        mcq, msq, numeric = (str(question["id"]) for question in listed)
        # 12 of 12, 3 of 12, -2 of 12
        sittings: list[tuple[Client, dict[str, Any]]] = [
            (student, {mcq: "B", msq: ["A", "C"], numeric: "1.41"}),
            (student, {mcq: "B", msq: ["A"]}),
            (other_student, {mcq: "A", msq: ["B"]}),
        ]
        for sitting, answers in sittings:
            sitting.post(f"/start-exam/{exam}")
            assert sitting.post(f"/api/sync-exam-answers/{exam}", {"answers": answers}).status == 200
            assert sitting.post(f"/submit-exam/{exam}").status == 200

        def data(**query: str) -> dict[str, Any]:
            body: dict[str, Any] = admin.get("/admin/api/users-analytics/data", query={"exam": exam, **query}).body
            return body

        eventually(data, lambda body: body["summary"]["totalAttempts"] == 3)

        shares = [Fraction(12, 12), Fraction(3, 12), Fraction(-2, 12)]
        average = round(float(sum(shares) / 3 * 100), 2)
        today = datetime.now(ZoneInfo("Asia/Kolkata")).date()
        yesterday = today - timedelta(days=1)
        for query in (
            {},
            {"timePeriod": "today"},
            {"timePeriod": "week"},
            {"timePeriod": "custom", "startDate": str(yesterday), "endDate": str(today)},
            {"timePeriod": "custom", "startDate": "0001-01-01", "endDate": "9999-12-31"},
        ):
            body = data(**query)
            summary = body["summary"]
            assert (summary["avgScore"], summary["totalAttempts"], summary["passRate"]) == (average, 3, 33.33), query
            assert summary["activeUsers"] == 2
            assert body["charts"]["scoreDistribution"] == [1, 0, 0, 2]
            assert body["charts"]["examPerformance"] == {"labels": ["Cohort"], "data": [average]}
            assert [(each["avgScore"], each["attempts"]) for each in body["tables"]["topPerformers"]] == [
                (62.5, 2),
                (-16.67, 1),
            ]
            assert len(body["tables"]["recentActivity"]) == 3
        past = data(timePeriod="custom", startDate=str(yesterday), endDate=str(yesterday))
        assert past["summary"]["totalAttempts"] == 0

    @pytest.mark.parametrize(
        "query",
        [
            {"timePeriod": "year"},
            {"timePeriod": "custom"},
            {"timePeriod": "custom", "startDate": "2026-02-30", "endDate": "2026-03-01"},
            {"timePeriod": "custom", "startDate": "2026-03-02", "endDate": "2026-03-01"},
            {"timePeriod": "custom", "startDate": "20260301", "endDate": "20260302"},
            {"exam": "x"},
            {"exam": "0"},
        ],
    )
    def test_what_makes_no_sense_is_400(self, admin: Client, query: dict[str, str]) -> None:
        assert refused(admin.get("/admin/api/users-analytics/data", query=query), 400)

    def test_a_fragment_escapes_everything(self, admin: Client, student: Client, new_exam: Callable[..., int]) -> None:
        exam = new_exam(name="<img src=x onerror='alert(1)'> & \"more\"")
        student.post(f"/start-exam/{exam}")
        result = student.post(f"/submit-exam/{exam}").body["result_id"]
        # Found by its id at once; lists lag.
        assert admin.get(f"/admin/users-analytics/download-result/{result}").status == 200

        fragment = admin.get("/admin/users-analytics/results", query={"exam": exam, "partial": "1"})

        assert fragment.headers["content-type"].startswith("text/html")
        assert "<img" not in fragment.body
        assert "&lt;img src=x onerror=&#x27;alert(1)&#x27;&gt; &amp; &quot;more&quot;" in fragment.body
