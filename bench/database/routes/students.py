"""Batches and the roster, as administrators keep them."""

from typing import Any

from bench.database.world import World
from tests.factories.forms import multipart

_ROWS = 40


def measure(world: World) -> None:
    """Create a batch, fill it, import a roster into it, list, change, export, delete."""
    number = world.admin.id

    def call(method: str, route: str, body: Any = None, what: str = "", **request: Any) -> Any:
        path = route.format(batch_id=batch_id, user_id=students[0])
        handled = lambda: world.call("admin_students", world.admin, method, path, body, **request)  # noqa: E731
        return world.measure(f"{method} {route}", handled, what)

    students, batch_id = [world.new_user().id for _ in range(3)], 0
    made = call("POST", "/admin/batches/create", {"name": f"Batch {number}"})
    batch_id = made.body["batch"]["id"]
    call("GET", "/admin/api/batches")
    call("POST", "/admin/batches/update/{batch_id}", {"name": f"Morning batch {number}"})
    call("POST", "/admin/batches/{batch_id}/students/add", {"user_ids": students}, "three")
    call("GET", "/admin/api/batches/{batch_id}/students")
    call("POST", "/admin/batches/{batch_id}/students/remove", {"user_ids": students}, "three")
    call("POST", "/admin/students/update/{user_id}", {"roll_no": f"R-{number}"})
    rows = "".join(f"New Comer,roster{number}.{row}@example.org,R-{number}-{row}\n" for row in range(_ROWS))
    fields = {"batch_id": str(batch_id), "invite": "0"}
    for what in (f"{_ROWS} new", f"{_ROWS} known"):
        form = multipart(fields, {"csv_file": ("roster.csv", f"name,email,roll_no\n{rows}".encode())})
        call("POST", "/admin/students/import-csv", what=what, **form)
    call("GET", "/admin/students/export-csv", what="of a batch", query={"batch_id": batch_id})
    call("POST", "/admin/batches/delete/{batch_id}", what=f"of {_ROWS}")
