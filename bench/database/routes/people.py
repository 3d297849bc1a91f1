"""Accounts, roles, requests for roles and attempts, as administrators manage them."""

from typing import Any

from bench.database.world import World
from smartexam.accounts.store import access_requests

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
