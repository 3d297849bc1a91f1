"""Accounts for tests."""

import itertools
from functools import lru_cache

from smartexam.auth import tokens
from smartexam.auth.passwords import hash_password
from smartexam.data import identity
from smartexam.data.identity import User
from smartexam.ids import next_id
from tests.factories.clock import MORNING

PASSWORD = "violet-Otter-47"
_numbers = itertools.count(1)


@lru_cache(maxsize=32)
def hashed(password: str) -> str:
    """The hash of a password, made once per run: each costs 17 ms by design."""
    return hash_password(password)


def create_user(
    *,
    username: str | None = None,
    email: str | None = None,
    first_name: str = "Asha",
    last_name: str = "Rao",
    role: str = "user",
    password: str | None = PASSWORD,
    now: float = MORNING,
) -> User:
    """A stored account; without a password it is one whose set-up link was never used."""
    number = next(_numbers)
    return identity.create_user(
        user_id=next_id("user"),
        username=username or f"asha.rao{number}",
        email=email or f"asha{number}@example.org",
        first_name=first_name,
        last_name=last_name,
        role=role,
        password_hash=None if password is None else hashed(password),
        now=now,
    )


def access_token(user: User, now: float = MORNING) -> str:
    """An access token of an account."""
    return tokens.issue(user.principal(), now)
