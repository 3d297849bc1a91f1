"""An account's name, password, sessions and second factor."""

from typing import Any

from bench.database.world import World
from smartexam.accounts import totp
from smartexam.accounts.store import access_requests, identity, second_factors
from tests.factories.users import PASSWORD

_BASE = "/api/account"


def measure(world: World) -> None:
    """Change names and password, look at sessions and end them, set up a second factor, sign in with it, remove it."""
    someone = world.new_user()
    world.sign_in(someone)

    def account(method: str, path: str, body: Any = None) -> Any:
        return lambda: world.call("account", someone, method, _BASE + path, body)

    def measured(method: str, path: str, body: Any = None) -> Any:
        return world.measure(f"{method} {_BASE}{path}", account(method, path, body))

    access_requests.submit(someone, "admin", "I teach", world.now())
    measured("DELETE", "/access-request")
    measured("PUT", "/profile", {"first_name": "New", "last_name": "Name"})
    for _ in range(2):
        world.call("auth", None, "POST", "/api/auth/login", {"username": someone.username, "password": PASSWORD})
    sessions = measured("GET", "/sessions").body["sessions"]
    session = next(row["id"] for row in sessions if not row["current"])
    world.measure(f"DELETE {_BASE}/sessions/{{session_id}}", account("DELETE", f"/sessions/{session}"))
    secret = measured("POST", "/mfa/setup").body["secret"]
    measured("POST", "/mfa/confirm", {"code": _code(world, secret)})
    user = identity.get_user(someone.id)
    if user is None:
        raise RuntimeError("the account is gone")
    proof = {"mfa_token": second_factors.wait(user, "token", world.now()), "code": _code(world, secret)}
    world.measure("POST /api/auth/mfa", lambda: world.call("auth", None, "POST", "/api/auth/mfa", proof))
    measured("POST", "/mfa/disable", {"password": PASSWORD, "code": _code(world, secret)})
    change = {"current_password": PASSWORD, "new_password": "violet-Otter-48"}
    leaving, other = world.new_user(), world.new_user()
    world.sign_in(other)
    for who, route, body in (
        (leaving, "POST /api/account/change-password", change),
        (other, "POST /api/account/sessions/end-others", None),
    ):
        path = route.removeprefix("POST ")
        call = lambda who=who, path=path, body=body: world.call("account", who, "POST", path, body)  # noqa: E731
        world.measure(route, call)


def _code(world: World, secret: str) -> str:
    """The code of a time that had none yet, since a code serves once."""
    world.pass_time(totp.STEP_SECONDS)
    return totp.code_at(secret, int(world.now() // totp.STEP_SECONDS))
