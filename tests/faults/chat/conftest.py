"""Fixtures of chat while AWS fails."""

import pytest

from tests.factories.chat import Person, Wire
from tests.factories.clock import FrozenClock
from tests.faults.drill import Drill


@pytest.fixture
def asha(drill: Drill, clock: FrozenClock) -> Person:
    return Person(clock, Wire(), "Asha")


@pytest.fixture
def ben(drill: Drill, clock: FrozenClock) -> Person:
    return Person(clock, Wire(), "Ben")


@pytest.fixture
def dm(asha: Person, ben: Person, clock: FrozenClock) -> int:
    conversation_id = asha.befriend(ben)
    asha.say(conversation_id, "Hello")
    clock.advance(10)
    return conversation_id


@pytest.fixture
def group(asha: Person, ben: Person, dm: int) -> int:
    made: int = asha.ok("POST", "/group", {"name": "Physics", "member_ids": [ben.id]})["conv_id"]
    return made
