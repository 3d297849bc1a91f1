"""Accounts for tests."""

import itertools
from collections.abc import Iterable
from functools import lru_cache

from smartexam.accounts import tokens
from smartexam.accounts.passwords import hash_password
from smartexam.accounts.store import directory, identity, refresh_tokens
from smartexam.accounts.store.identity import UserStatisticsItem
from smartexam.accounts.user import User
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import Put
from smartexam.platform.ids import next_id
from tests.factories.clock import MORNING

PASSWORD = "violet-Otter-47"
_numbers = itertools.count(1)


@lru_cache(maxsize=32)
def hashed(password: str) -> str:
    """The hash of a password, cached for the run because each takes 17 ms by design."""
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
    """A stored account; without a password it has not used its set-up link."""
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


def create_crowd(names: Iterable[str], *, now: float = MORNING) -> list[User]:
    """Many stored student accounts without passwords, written in bulk because moto's transactions are slow."""
    users = [
        User(
            id=user_id,
            username=name,
            email=f"{name}@example.org",
            first_name="Crowd",
            last_name=f"Member{user_id}",
            role="user",
            password_hash=None,
            google_sub=None,
            auth_version=1,
            credentials_version=1,
            created_at=now,
        )
        for user_id, name in ((next_id("user"), name) for name in names)
    ]
    rows = [put.item for user in users for put in directory.listing_puts(user) if isinstance(put, Put)]
    table.batch_put([*(identity._item_of(user) for user in users), *rows])
    table.update(UserStatisticsItem, "STATISTICS", "USERS#00", [UserStatisticsItem.user_role.add(len(users))])
    return users


def access_token(user: User, now: float = MORNING) -> str:
    """An access token of an account."""
    return tokens.issue(user.principal(), now)


def signed_in(user: User, now: float = MORNING) -> str:
    """An access token of a sign-in that is stored."""
    return tokens.issue(user.principal(refresh_tokens.issue(user, now).session), now)
