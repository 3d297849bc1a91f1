"""Fixtures of chat tests."""

from collections.abc import Callable

import pytest

from chat.app import api
from smartexam.talk.realtime import delivery
from tests.factories.chat import Person, Wire
from tests.factories.clock import FrozenClock
from tests.factories.post import PostOffice

NewPerson = Callable[..., Person]


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    """Connections that end in the test."""
    ends = Wire()
    monkeypatch.setattr(delivery, "_post_to", ends.post)
    monkeypatch.setattr(delivery, "hang_up", ends.gone.add)
    monkeypatch.setenv("SOCKETS_URL", "wss://sockets.example.test/test")
    monkeypatch.setenv("SOCKETS_ENDPOINT", "http://127.0.0.1:9/test")
    return ends


@pytest.fixture
def person(
    tables: dict[str, str],
    clock: FrozenClock,
    frozen_settings: FrozenClock,
    wire: Wire,
    post: PostOffice,
    monkeypatch: pytest.MonkeyPatch,
) -> NewPerson:
    """Creates users."""
    monkeypatch.setattr(api, "clock", clock)
    return lambda *args, **fields: Person(clock, wire, *args, **fields)


@pytest.fixture
def asha(person: NewPerson) -> Person:
    return person("Asha")


@pytest.fixture
def ben(person: NewPerson) -> Person:
    return person("Ben")


@pytest.fixture
def chen(person: NewPerson) -> Person:
    return person("Chen")
