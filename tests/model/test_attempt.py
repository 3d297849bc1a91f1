"""Students sit an exam on several devices, over a network that loses, repeats and delays, while admins change it."""

from collections.abc import Callable

import pytest

from tests.model.attempt.machine import Machine
from tests.model.attempt.operations import histories
from tests.model.histories import explored
from tests.model.world import World

Record = Callable[[str, object], None]


@pytest.mark.timeout(0)
def test_attempts(world: World, monkeypatch: pytest.MonkeyPatch, record_property: Record) -> None:
    machine = Machine(world, monkeypatch)

    record_property("histories", explored(histories, lambda history: machine.run(*history)))
