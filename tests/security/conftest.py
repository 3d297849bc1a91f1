"""Fixtures of security tests."""

from collections.abc import Iterator

import pytest

from smartexam.platform.dynamodb import engine
from tests.dynamodb.installed import answering
from tests.infrastructure.iam import roles_enforced
from tests.security.world import World, built


@pytest.fixture(scope="session", name="one_world")
def _one_world(moto: None) -> Iterator[World]:
    """Built once for the run, because it takes a while; tests use `world`."""
    with built() as world:
        yield world


@pytest.fixture
def world(one_world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The world in its initial state, whatever the test before did to it."""
    one_world.enter(monkeypatch)
    one_world.restore()
    with answering(one_world.database), roles_enforced(engine.connection().client):
        yield one_world
    one_world.leave()
