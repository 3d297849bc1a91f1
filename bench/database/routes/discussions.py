"""Discussions, on a question that was much talked about."""

from typing import Any

from bench.database.world import World
from smartexam.accounts.user import User


def measure(world: World) -> None:
    """Read, comment, reply, edit, count, pin, delete."""
    question_id, someone, admin = world.crowd.question_id, world.new_user(), world.admin
    path = f"/{question_id}"

    def as_(who: User, method: str, path: str, body: Any = None, **request: Any) -> Any:
        return lambda: world.call("discussions", who, method, f"/api/discussion{path}", body, **request)

    show, post = "GET /api/discussion/{question_id}", "POST /api/discussion/{question_id}"
    first = world.measure(show, as_(someone, "GET", path), "first page")
    if cursor := first.body["next_cursor"]:
        world.measure(show, as_(someone, "GET", path, query={"cursor": cursor}), "next page")
    made = world.measure(post, as_(someone, "POST", path, {"message": "Why?"}), "a comment").body["message"]
    world.pass_time(10.1)
    reply = {"message": "Because.", "parent_id": made["id"]}
    world.measure(post, as_(someone, "POST", path, reply), "a reply")
    world.pass_time(10.1)
    edit = as_(someone, "PUT", f"/edit/{made['id']}", {"message": "Why so?"})
    world.measure("PUT /api/discussion/edit/{comment_id}", edit)
    ids = {"question_ids": [question_id + number for number in range(100)]}
    world.measure("POST /api/discussion/counts/bulk", as_(someone, "POST", "/counts/bulk", ids), "a hundred")
    pin = as_(admin, "PUT", f"/admin/pin/{made['id']}")
    world.measure("PUT /api/discussion/admin/pin/{comment_id}", pin)
    world.measure(show, as_(someone, "GET", path), "with a pinned one")
    best = as_(admin, "PUT", f"/admin/best/{made['id']}")
    world.measure("PUT /api/discussion/admin/best/{comment_id}", best)
    delete = as_(someone, "DELETE", f"/delete/{made['id']}")
    world.measure("DELETE /api/discussion/delete/{comment_id}", delete)
