"""Users, requests, attempts, categories, images and analytics for administrators, over HTTP."""

import io
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
import urllib3
from PIL import Image

from tests.contract.client import STUDENTS, Client
from tests.factories.forms import multipart

pytestmark = pytest.mark.contract

T = TypeVar("T")


def eventually(ask: Callable[[], T], is_so: Callable[[T], bool], *, seconds: float = 20) -> T:
    """The result of `ask` once `is_so`, because the stream counts results a moment later."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not is_so(answer := ask()) and time.monotonic() < deadline:
        pause.wait(0.2)
    assert is_so(answer), answer
    return answer


def picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (8, 8), "navy").save(written, "PNG")
    return written.getvalue()


def test_results_are_counted_by_the_stream(admin: Client, student: Client, new_exam: Callable[..., int]) -> None:
    exam = new_exam(name="Counted", max_attempts=2)
    student.post(f"/start-exam/{exam}")
    result = student.post(f"/submit-exam/{exam}").body["result_id"]

    def counted() -> dict[str, Any]:
        body: dict[str, Any] = admin.get("/admin/api/users-analytics/data", query={"exam": exam}).body
        return body

    body = eventually(counted, lambda found: found["summary"]["totalAttempts"] == 1)
    assert body["tables"]["examStats"] == [
        {"exam_id": exam, "name": "Counted", "attempts": 1, "avgScore": 0.0, "passRate": 0.0}
    ]
    (row,) = admin.get("/admin/users-analytics/results", query={"exam": exam}).body["results"]
    assert (row["id"], row["username"], row["score"], row["max_score"]) == (result, STUDENTS[0][0], 0.0, 12.0)
    fragment = admin.get("/admin/users-analytics/results", query={"exam": exam, "partial": 1})
    assert fragment.headers["content-type"].startswith("text/html")
    assert "Counted" in fragment.body

    def attempts() -> list[Any]:
        rows: list[Any] = admin.get("/admin/api/attempts/search", query={"exam_id": exam}).body["rows"]
        return rows

    (sitting,) = eventually(attempts, lambda rows: bool(rows) and rows[0]["attempts_used"] == 1)
    assert (sitting["username"], sitting["remaining"], sitting["status"]) == (STUDENTS[0][0], 1, "available")
    grant = {"student_id": sitting["student_id"], "exam_id": exam, "action": "increase", "amount": 3}
    assert admin.post("/admin/attempts/modify", grant).body == {"success": True}
    assert attempts()[0]["remaining"] == 4

    assert admin.post(f"/admin/exams/delete/{exam}").status == 200
    eventually(counted, lambda found: found["summary"]["totalAttempts"] == 0)
    eventually(attempts, lambda rows: rows == [])


def test_results_are_downloaded_as_pdf(
    admin: Client, student: Client, anonymous: Client, new_exam: Callable[..., int]
) -> None:
    exam = new_exam(name="भौतिकी")
    student.post(f"/start-exam/{exam}")
    result = student.post(f"/submit-exam/{exam}").body["result_id"]

    def download(client: Client, path: str) -> urllib3.BaseHTTPResponse:
        headers = {"authorization": f"Bearer {client.token}"}
        return urllib3.request("GET", f"{client.base_url}{path}", headers=headers)

    own = download(student, f"/response-pdf/{exam}")
    assert (own.status, own.headers["content-type"], own.data[:5]) == (200, "application/pdf", b"%PDF-")
    theirs = eventually(
        lambda: download(admin, f"/admin/users-analytics/download-result/{result}"), lambda got: got.status == 200
    )
    assert theirs.data[:5] == b"%PDF-"
    assert student.get("/api/analytics").body["analytics"]["total_exams"] >= 1


def test_images_are_served_by_their_address(admin: Client) -> None:
    form = multipart({"name": f"Pictures {time.monotonic_ns()}"}, {"image": ("a.png", picture())})
    category = admin.post("/admin/categories/create", form["body"], headers=form["headers"]).body["category"]

    shown = urllib3.request("GET", category["image_url"])

    assert (shown.status, shown.headers["content-type"]) == (200, "image/png")
    assert category in admin.get("/admin/api/categories").body["categories"]
    html = multipart({}, {"image": ("a.png", b"<html><script>alert(1)</script></html>")})
    assert admin.post("/admin/images", html["body"], headers=html["headers"]).status == 400
    assert admin.post(f"/admin/categories/delete/{category['id']}").status == 200


def test_large_images_are_uploaded_directly(admin: Client) -> None:
    offered = admin.post("/admin/images", {"content_type": "image/png"}).body
    form = {**offered["fields"], "file": ("a.png", picture(), "image/png")}
    assert urllib3.request("POST", offered["url"], fields=form).status in {200, 204}

    taken = admin.post("/admin/images", {"upload_id": offered["upload_id"]})

    assert taken.status == 200, taken
    assert urllib3.request("GET", taken.body["image_url"]).status == 200


def test_users_are_searched_and_their_roles_changed_and_logged(admin: Client) -> None:
    (found,) = admin.get("/admin/api/users/search", query={"q": "student3"}).body["users"]
    for role in ("user,admin", "user"):
        body = {"user_id": found["id"], "new_role": role}
        assert admin.post("/admin/users/update-role", body).body == {"success": True}
    assert admin.get("/admin/api/users/search", query={"q": "student3", "role": "user"}).body["total"] == 1
    entries = admin.get("/admin/api/audit").body["entries"]
    logged = [entry["after"] for entry in entries if entry["target"] == f"user:{found['id']}"]
    assert logged[:2] == [{"role": "user"}, {"role": "user,admin"}]


def test_requests_for_a_role_are_decided(anonymous: Client, admin: Client) -> None:
    (found,) = admin.get("/admin/api/users/search", query={"q": STUDENTS[1][0]}).body["users"]
    wanted = {
        "username": found["username"],
        "email": found["email"],
        "current_access": "user",
        "requested_access": "admin",
        "user_reason": "I teach",
    }
    request = anonymous.post("/api/submit-access-request", wanted).body["request_id"]
    before = admin.get("/admin/api/requests/stats").body

    assert admin.post(f"/admin/requests/deny/{request}", {"reason": "No"}).body == {"success": True}

    assert admin.post(f"/admin/requests/deny/{request}", {"reason": "No"}).status == 404
    after = admin.get("/admin/api/requests/stats").body
    assert (after["pending"], after["denied"]) == (before["pending"] - 1, before["denied"] + 1)
