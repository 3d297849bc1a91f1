"""Several users chat: requests, groups, messages, reading; requests are cut off, repeated and made at once."""

from collections.abc import Callable

import pytest

from tests.model.chat.machine import Machine
from tests.model.chat.operations import histories
from tests.model.histories import explored
from tests.model.world import World

Record = Callable[[str, object], None]


@pytest.mark.timeout(0)
def test_chats(world: World, monkeypatch: pytest.MonkeyPatch, record_property: Record) -> None:
    machine = Machine(world, monkeypatch)

    record_property("histories", explored(histories, lambda history: machine.run(*history)))
