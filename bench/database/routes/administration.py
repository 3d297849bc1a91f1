"""Exams, categories and images, as administrators keep them."""

import base64
from typing import Any

from bench.database.world import World
from tests.factories.exams import create_exam
from tests.factories.forms import multipart

_WHEN = {"date": "2026-01-05", "start_time": "09:00", "duration": 60}
# One pixel.
_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYPj/HwADAgH/5v0cAAAAAABJRU5ErkJggg=="
)


def measure(world: World) -> None:
    """List, create, change, release, delete."""

    def post(function: str, route: str, path: str, body: Any = None, what: str = "", **request: Any) -> Any:
        call = lambda: world.call(function, world.admin, "POST", path, body, **request)  # noqa: E731 - as the others
        return world.measure(route, call, what)

    def get(function: str, route: str, what: str = "", **query: Any) -> Any:
        path = route.removeprefix("GET ")
        return world.measure(route, lambda: world.call(function, world.admin, "GET", path, query=query), what)

    number = len(world.measured)
    made = post(
        "admin_categories",
        "POST /admin/categories/create",
        "/admin/categories/create",
        **multipart({"name": f"Science {world.admin.id}"}, {}),
    )
    category_id = made.body["category"]["id"]
    update = "/admin/categories/update/{category_id}"
    form = multipart({"name": f"Sciences {world.admin.id}"}, {})
    post("admin_categories", f"POST {update}", update.format(category_id=category_id), **form)
    get("admin_categories", "GET /admin/api/categories")
    first = get("admin_exams", "GET /admin/exams")
    if first.body["next_cursor"]:
        get("admin_exams", "GET /admin/exams", "next page", cursor=first.body["next_cursor"])
    fields = {"name": f"Exam {number}", **_WHEN, "category_id": category_id, "result_mode": "manual"}
    exam_id = post("admin_exams", "POST /admin/exams", "/admin/exams", fields).body["exam_id"]
    edit, release = "/admin/exams/edit/{exam_id}", "/admin/exams/{exam_id}/release-results"
    post("admin_exams", f"POST {edit}", edit.format(exam_id=exam_id), {"status": "ongoing"})
    post("admin_exams", f"POST {release}", release.format(exam_id=exam_id), {})
    get("admin_exams", "GET /admin/api/exam-presets")
    _contents(world, fields)
    delete = "/admin/exams/delete/{exam_id}"
    post("admin_exams", f"POST {delete}", delete.format(exam_id=exam_id), {}, "an empty one")
    delete = "/admin/categories/delete/{category_id}"
    post("admin_categories", f"POST {delete}", delete.format(category_id=category_id), {})
    image = multipart({}, {"image": ("pixel.png", _PNG)})
    post("admin_images", "POST /admin/images", "/admin/images", **image)


def _contents(world: World, fields: dict[str, Any]) -> None:
    """Look for an exam's problems, add a passage and remove it, copy the exam."""
    exam = create_exam()

    def call(method: str, route: str, body: Any = None, passage_id: int = 0) -> Any:
        path = route.format(exam_id=exam.id, passage_id=passage_id)
        handled = lambda: world.call("admin_exams", world.admin, method, path, body)  # noqa: E731 - as the others
        return world.measure(f"{method} {route}", handled)

    call("GET", "/admin/api/exams/{exam_id}")
    made = call("POST", "/admin/exams/{exam_id}/passages", {"text": "A train leaves a station."})
    call("GET", "/admin/api/exams/{exam_id}/passages")
    call("POST", "/admin/passages/delete/{passage_id}", passage_id=made.body["passage"]["id"])
    copy = {"name": f"Copy of {fields['name']}", "date": fields["date"], "start_time": fields["start_time"]}
    call("POST", "/admin/exams/{exam_id}/clone", copy)
