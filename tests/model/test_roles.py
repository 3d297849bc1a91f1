"""Administrators change roles and decide requests, accounts go; requests are cut off, repeated and made at once."""

from collections.abc import Callable

import pytest

from tests.model.histories import explored
from tests.model.roles.machine import Machine
from tests.model.roles.operations import histories
from tests.model.world import World

Record = Callable[[str, object], None]


@pytest.mark.timeout(0)
def test_roles(world: World, monkeypatch: pytest.MonkeyPatch, record_property: Record) -> None:
    machine = Machine(world, monkeypatch)

    record_property("histories", explored(histories, machine.run))
