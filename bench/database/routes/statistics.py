"""Analytics, attempts and the log, as administrators see them."""

from typing import Any

from bench.database.world import World
from smartexam.platform.dynamodb import table
from smartexam.results.store import tallies

_RESULTS = "GET /admin/users-analytics/results"
_ATTEMPTS = "GET /admin/api/attempts/search"
_DATA = "GET /admin/api/users-analytics/data"


def measure_rebuilding(world: World) -> None:
    """Order that everything is counted anew, and take the order back: it would make all that follows dearer."""
    route = "POST /admin/api/analytics/rebuild"
    order = lambda: world.call("admin_analytics", world.admin, "POST", "/admin/api/analytics/rebuild")  # noqa: E731
    world.measure(route, order)
    table.put(tallies.GenerationItem("STAT", "GENERATION", current=1))


def measure(world: World) -> None:
    """Every list with and without filters, its next page, and a page in the middle."""
    crowd = world.crowd

    def get(function: str, route: str, what: str = "", **query: Any) -> Any:
        path = route.removeprefix("GET ")
        return world.measure(route, lambda: world.call(function, world.admin, "GET", path, query=query), what)

    get("admin_analytics", "GET /admin/api/users-analytics/stats")
    for period in ("all", "today", "week", "month"):
        get("admin_analytics", _DATA, period, timePeriod=period)
    get("admin_analytics", _DATA, "an exam", timePeriod="all", exam=crowd.exams[0])
    first = get("admin_analytics", _RESULTS, "all")
    get("admin_analytics", _RESULTS, "next page", cursor=first.body["next_cursor"])
    get("admin_analytics", _RESULTS, "page in the middle", page=first.body["total_pages"] // 2)
    get("admin_analytics", _RESULTS, "of an exam", exam=crowd.exams[0])
    get("admin_analytics", _RESULTS, "of a student", user=world.student.id)
    get("admin_analytics", "GET /admin/api/analytics/rebuild")
    first = get("admin_attempts", _ATTEMPTS, "all")
    get("admin_attempts", _ATTEMPTS, "next page", cursor=first.body["next_cursor"])
    get("admin_attempts", _ATTEMPTS, "of an exam", exam_id=crowd.exams[0])
    get("admin_attempts", _ATTEMPTS, "of a status", status="unlimited")
    get("admin_attempts", _ATTEMPTS, "by name", q="asha")
    first = get("admin_audit", "GET /admin/api/audit")
    get("admin_audit", "GET /admin/api/audit", "next page", cursor=first.body["next_cursor"])
