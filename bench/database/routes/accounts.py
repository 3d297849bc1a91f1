"""Signing in and out, and accounts."""

import os
from typing import Any

from auth_google import verification
from bench.database.world import World
from smartexam.accounts.store import credentials
from smartexam.platform.settings import settings
from tests.factories import google
from tests.factories.users import PASSWORD


def measure(world: World) -> None:
    """Sign in by every way, look, sign out; ask for an account, a password, a role; leave."""
    _sign_in(world)
    _sign_in_with_google(world)
    _accounts(world)


def _sign_in(world: World) -> None:
    student, admin = world.student, world.admin
    body = {"username": student.username, "password": PASSWORD}

    def auth(method: str, path: str, who: Any = None, content: Any = None, **request: Any) -> Any:
        return lambda: world.call("auth", who, method, path, content, **request)

    signed_in = world.measure("POST /api/auth/login", auth("POST", "/api/auth/login", content=body))
    world.measure("GET /api/auth/me", auth("GET", "/api/auth/me", student))
    token = {"refresh_token": signed_in.body["data"]["refresh_token"]}
    world.measure("POST /api/auth/refresh", auth("POST", "/api/auth/refresh", content=token))
    world.measure("POST /api/auth/logout", auth("POST", "/api/auth/logout", content=token))
    web = world.measure("POST /login", auth("POST", "/login", content=body))
    cookies = [cookie.partition(";")[0] for cookie in web.cookies]
    ping = lambda: world.call("account", None, "POST", "/_ping", cookies=cookies)  # noqa: E731 - as the others
    world.measure("POST /_ping", ping, "by cookie")
    world.measure("POST /_ping", lambda: world.call("account", student, "POST", "/_ping"), "by token")
    world.measure("POST /logout", auth("POST", "/logout", cookies=cookies))
    own = {"username": admin.username, "password": PASSWORD}
    world.measure("POST /admin/login", auth("POST", "/admin/login", content=own))


def _sign_in_with_google(world: World) -> None:
    number = world.student.id
    certificates, key = google.CertificateServer(), google.Key("bench")
    certificates.keys.append(key)
    os.environ["GOOGLE_CLIENT_ID"] = google.CLIENT_ID
    settings.cache_clear()
    with certificates.serving():
        verification._CERTIFICATES_URL = certificates.url  # noqa: SLF001 - Google's own is not here
        for what in ("a new account", "known"):
            claims = google.claims(sub=f"google-{number}", email=f"google{number}@example.org")
            body = {"id_token": google.id_token(key, claims)}
            call = lambda body=body: world.call("auth_google", None, "POST", "/api/auth/google", body)  # noqa: E731
            world.measure("POST /api/auth/google", call, what)
        client = lambda: world.call("auth_google", None, "GET", "/api/auth/google/client")  # noqa: E731
        world.measure("GET /api/auth/google/client", client)
        claims = google.claims(sub=f"google-{number}", email=f"google{number}@example.org", nonce="of-the-page")
        body = {"id_token": google.id_token(key, claims), "nonce": "of-the-page"}
        world.measure("POST /login/google", lambda: world.call("auth_google", None, "POST", "/login/google", body))


def _accounts(world: World) -> None:
    someone = world.new_user()
    number = someone.id

    def account(path: str, body: Any, who: Any = None) -> Any:
        return lambda: world.call("account", who, "POST", path, body)

    new = {"email": f"new{number}@example.org", "first_name": "New", "last_name": "Comer"}
    world.measure("POST /create_account", account("/create_account", new))
    reset = {"email": someone.email}
    world.measure("POST /api/request-password-reset", account("/api/request-password-reset", reset))
    link = {"token": credentials.issue_password_link(number, world.now()), "password": "violet-Otter-48"}
    world.measure("POST /api/set-password", account("/api/set-password", link))
    who = {"username": someone.username, "email": someone.email}
    world.measure("POST /api/validate-user-for-request", account("/api/validate-user-for-request", who))
    wish = {**who, "current_access": "user", "requested_access": "admin", "user_reason": "I teach"}
    world.measure("POST /api/submit-access-request", account("/api/submit-access-request", wish))
    leaving = world.new_user()
    confirmed = {"confirm": "DELETE"}
    world.measure("POST /api/delete-account", account("/api/delete-account", confirmed, leaving))
