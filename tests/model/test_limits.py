"""Sign-ins, strangers' calls, mails, messages, comments and questions up to their limits.

Requests are cut off and made at once.
"""

from collections.abc import Callable

import pytest

from tests.model.histories import explored
from tests.model.limits.machine import Machine
from tests.model.limits.operations import histories
from tests.model.world import World

Record = Callable[[str, object], None]


@pytest.mark.timeout(0)
def test_limits(world: World, monkeypatch: pytest.MonkeyPatch, record_property: Record) -> None:
    machine = Machine(world, monkeypatch)

    record_property("histories", explored(histories, lambda history: machine.run(*history)))
