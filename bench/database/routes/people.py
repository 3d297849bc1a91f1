"""Accounts, roles, requests for roles and attempts, as administrators manage them."""

from typing import Any

from bench.database.world import World
from smartexam.accounts.store import access_requests
from tests.factories.exams import create_exam

_SEARCH = "GET /admin/api/users/search"
_LIST = "GET /admin/api/requests/list"


def measure(world: World) -> None:
    """Find, list, change."""
    admin = world.admin

    def get(function: str, route: str, what: str = "", **query: Any) -> Any:
        path = route.removeprefix("GET ")
        return world.measure(route, lambda: world.call(function, admin, "GET", path, query=query), what)

    def post(function: str, route: str, path: str, body: Any, what: str = "") -> Any:
        return world.measure(route, lambda: world.call(function, admin, "POST", path, body), what)

    first = get("admin_users", _SEARCH, "all")
    get("admin_users", _SEARCH, "next page", cursor=first.body["next_cursor"])
    get("admin_users", _SEARCH, "page in the middle", page=first.body["total_pages"] // 2)
    get("admin_users", _SEARCH, "a letter", q="a")
    get("admin_users", _SEARCH, "a username", q="asha.abel0")
    get("admin_users", _SEARCH, "of a role", role="user")
    get("admin_users", "GET /admin/api/users/stats")
    someone, another = world.new_user(), world.new_user()
    change = {"user_id": someone.id, "new_role": "admin"}
    post("admin_users", "POST /admin/users/update-role", "/admin/users/update-role", change)
    many = {"updates": [{"user_id": each.id, "new_role": "user,admin"} for each in (someone, another)]}
    bulk = "/admin/users/bulk-update-roles"
    post("admin_users", f"POST {bulk}", bulk, many, "two")
    for action in ("deactivate", "reactivate"):
        path = f"/admin/users/{action}"
        post("admin_users", f"POST {path}", path, {"user_ids": [someone.id, another.id]}, "two")
    first = get("admin_requests", _LIST, "all")
    if first.body["next_cursor"]:
        get("admin_requests", _LIST, "next page", cursor=first.body["next_cursor"])
    get("admin_requests", _LIST, "pending", status="pending")
    get("admin_requests", "GET /admin/api/requests/stats")
    asking = [world.new_user() for _ in range(2)]
    wanted = [access_requests.submit(each, "admin", "I teach", world.now()) for each in asking]
    approve, deny = "/admin/requests/approve/{request_id}", "/admin/requests/deny/{request_id}"
    role = {"approved_access": "admin"}
    post("admin_requests", f"POST {approve}", approve.format(request_id=wanted[0]), role)
    post("admin_requests", f"POST {deny}", deny.format(request_id=wanted[1]), {"reason": "No."})
    place = {"student_id": world.student.id, "exam_id": world.crowd.exams[0]}
    modify, many_of_them = "/admin/attempts/modify", "/admin/attempts/bulk-modify"
    post("admin_attempts", f"POST {modify}", modify, {**place, "action": "reset"})
    post("admin_attempts", f"POST {many_of_them}", many_of_them, {"items": [place], "action": "reset"}, "one")
    _grants(world)


def _grants(world: World) -> None:
    """Grant a student more time, also while the attempt runs, and take the grant back."""
    exam, someone = create_exam(), world.new_user()
    world.call("exams", someone, "POST", f"/start-exam/{exam.id}")

    def call(method: str, route: str, body: Any = None, override_id: int = 0) -> Any:
        path = route.format(exam_id=exam.id, override_id=override_id)
        handled = lambda: world.call("admin_attempts", world.admin, method, path, body)  # noqa: E731 - as the others
        return world.measure(f"{method} {route}", handled)

    overrides = "/admin/exams/{exam_id}/overrides"
    made = call("POST", overrides, {"user_id": someone.id, "extra_minutes": 10})
    call("GET", overrides)
    call("POST", "/admin/exams/{exam_id}/add-time", {"minutes": 5, "all": True})
    call("POST", overrides + "/delete/{override_id}", override_id=made.body["override"]["id"])
