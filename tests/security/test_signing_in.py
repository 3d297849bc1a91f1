"""Attacks on signing in: disguised names, guesses from many places, timing."""

import statistics
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest

from smartexam.accounts.store import credentials
from tests.factories.events import Answer
from tests.factories.process import forget_processes_state
from tests.factories.users import PASSWORD, create_user
from tests.security import gateway
from tests.security.world import World

# Each of these is the account's name or address, or unknown: none may give an attacker new attempts.
DISGUISES = (
    *("mary.kiss", " mary.kiss ", "MARY.KISS", "\u2003mary.kiss\u3000", "mary.\u212aiss", "mary.ki\u017fs", "mary.kiß"),
    *("mary@kiss.example", "Mary@KISS.example", "\tmary@kiss.example\n", "mary@\u212ai\u017f\u017f.example"),
    *("mary.kiss\u200b", "mary.kiss\x00", "m\u0430ry.kiss", "mary.kiss@", "\uff4dary.kiss"),
)


@pytest.fixture(autouse=True)
def _mary(world: World) -> None:
    create_user(username="mary.kiss", email="mary@kiss.example")


def sign_in(identifier: str, password: str, path: str = "/api/auth/login", **request: Any) -> Answer:
    return gateway.call("POST", path, body={"username": identifier, "password": password}, **request)


def test_no_disguise_is_a_fresh_start(world: World) -> None:
    for identifier in ("mary.kiss", "MARY@kiss.example", " mary.kiss "):
        sign_in(identifier, "wrong")
    for identifier in DISGUISES:
        for path in ("/api/auth/login", "/login", "/admin/login"):
            answer = sign_in(identifier, PASSWORD, path)
            assert answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS}, identifier
            assert "data" not in answer.body
            assert not answer.cookies


@pytest.mark.parametrize(
    "headers",
    [
        {"x-forwarded-for": "198.51.100.1"},
        {"x-real-ip": "198.51.100.1", "forwarded": "for=198.51.100.1", "cf-connecting-ip": "198.51.100.1"},
        {"x-original-forwarded-for": "198.51.100.1", "true-client-ip": "198.51.100.1", "via": "1.1 proxy"},
    ],
)
def test_no_header_is_another_place(headers: dict[str, str], world: World) -> None:
    for _ in range(3):
        sign_in("mary.kiss", "wrong")
    assert sign_in("mary.kiss", PASSWORD, headers=headers).status == HTTPStatus.TOO_MANY_REQUESTS


def test_a_lock_applies_to_one_account_only(world: World) -> None:
    for _ in range(4):
        sign_in("mary.kiss", "wrong", source_ip="198.51.100.1")
    assert sign_in("mary.kiss", PASSWORD).status == HTTPStatus.OK
    assert sign_in("user", PASSWORD, source_ip="198.51.100.1").status == HTTPStatus.OK


def test_links_in_mails_lead_to_our_own_pages_whatever_host_was_called(world: World) -> None:
    evil = {"host": "evil.example", "x-forwarded-host": "evil.example", "origin": "https://evil.example",
            "referer": "https://evil.example/", "forwarded": "host=evil.example"}  # fmt: skip
    gateway.call("POST", "/api/request-password-reset", body={"email": "mary@kiss.example"}, headers=evil)
    (mail,) = world.post.delivered()
    assert mail.token
    assert "evil" not in mail.letter.text + mail.letter.html


def test_a_new_password_spends_every_link_and_ends_every_credential(world: World) -> None:
    mine = world.owned["user"]
    world.clock.advance(credentials.LINK_OVERLAP_SECONDS)
    newest = credentials.issue_password_link(mine.user_id, world.clock.now())
    for link, status in ((mine.link, 400), (newest, 200), (newest, 400)):
        answer = gateway.call("POST", "/api/set-password", body={"token": link, "password": "another-Heron-81"})
        assert answer.status == status, answer.body
    world.clock.advance(5)
    forget_processes_state()
    assert gateway.call("GET", "/api/auth/me", token=world.tokens["user"]).status == HTTPStatus.UNAUTHORIZED
    assert gateway.call("POST", "/_ping", cookies={"session": mine.session}).status == HTTPStatus.UNAUTHORIZED
    refresh = gateway.call("POST", "/api/auth/refresh", body={"refresh_token": mine.refresh_token})
    assert refresh.body["message"] == "refresh_token_revoked"


class TestTime:
    """The duration of an answer must not tell whether an account exists: medians of fifty, within a fifth."""

    COUNT = 50

    def medians(self, *calls: Callable[[int], Answer]) -> list[float]:
        """Processor time of each call, taken in turn, so that other load affects all equally."""
        taken: list[list[float]] = [[] for _ in calls]
        for number in range(self.COUNT):
            for call, times in zip(calls, taken, strict=True):
                started = time.process_time()
                call(number)
                times.append(time.process_time() - started)
        return [statistics.median(times) for times in taken]

    def test_of_signing_in(self, world: World) -> None:
        create_user(username="no.password", password=None)

        def guess(identifier: str, network: str) -> Callable[[int], Answer]:
            return lambda number: sign_in(identifier, "wrong", source_ip=f"{network}.{number}")

        known, unknown, without = self.medians(
            guess("mary.kiss", "198.51.100"), guess("nobody.here", "203.0.113"), guess("no.password", "192.0.2")
        )
        assert unknown == pytest.approx(known, rel=0.2)
        assert without == pytest.approx(known, rel=0.2)

    def test_of_asking_for_a_link(self, world: World) -> None:
        def ask(email: str) -> Callable[[int], Answer]:
            return lambda _: gateway.call("POST", "/api/request-password-reset", body={"email": email})

        known, unknown = self.medians(ask("mary@kiss.example"), ask("nobody@kiss.example"))
        assert unknown == pytest.approx(known, rel=0.2)
