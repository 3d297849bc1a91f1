"""A few histories on an engine with real transactions, to see that they run as in memory."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st

from tests.model.attempt import machine as attempt
from tests.model.attempt.operations import histories as attempt_histories
from tests.model.chat import machine as chat
from tests.model.chat.operations import histories as chat_histories
from tests.model.histories import explored
from tests.model.limits import machine as limits
from tests.model.limits.operations import histories as limits_histories
from tests.model.roles import machine as roles
from tests.model.roles.operations import histories as roles_histories
from tests.model.world import World

pytestmark = pytest.mark.race

_MACHINES: dict[str, tuple[Callable[[World, pytest.MonkeyPatch], Any], st.SearchStrategy[Any]]] = {
    "attempts": (attempt.Machine, attempt_histories),
    "chats": (chat.Machine, chat_histories),
    "roles": (roles.Machine, roles_histories.map(lambda drawn: (drawn,))),
    "limits": (limits.Machine, limits_histories),
}
_COUNT = 4


@pytest.mark.parametrize("name", _MACHINES)
def test_histories(name: str, engine_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    make, histories = _MACHINES[name]
    machine = make(engine_world, monkeypatch)

    assert explored(histories, lambda history: machine.run(*history), count=_COUNT, is_fixed=True) == _COUNT
