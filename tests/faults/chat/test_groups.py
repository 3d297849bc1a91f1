"""Groups while AWS fails: they keep their members, have an admin, and can end."""

import pytest

from smartexam.platform.keys import user_key
from tests.factories.chat import Person, Wire
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer
from tests.faults.background import settle
from tests.faults.consistency import Stored, of
from tests.faults.drill import Drill, Flow
from tests.faults.expected import code, ok


def test_create_a_group(drill: Drill, asha: Person, ben: Person, dm: int) -> None:
    body = {"name": "Physics", "member_ids": [ben.id]}

    def audit(stored: Stored, answer: Answer) -> None:
        # A repeated request without a client-side id creates two groups; each is complete.
        assert len(of(stored["messaging"], "CONV#", "ROSTER")) in {1, 2}

    drill.run(
        Flow(stored_by="TransactWriteItems", call=lambda: asha.call("POST", "/group", body), done=ok, audit=audit)
    )


def test_add_a_member(drill: Drill, asha: Person, group: int, clock: FrozenClock) -> None:
    chen = Person(clock, Wire(), "Chen")
    asha.befriend(chen)

    def audit(stored: Stored, answer: Answer) -> None:
        assert str(chen.id) in stored["messaging"][f"CONV#{group}", "ROSTER"]["members"]

    drill.run(
        Flow(
            stored_by="TransactWriteItems",
            call=lambda: asha.call("POST", f"/group/{group}/members", {"user_id": chen.id}),
            done=ok,
            done_before=code("already_a_member"),
            audit=audit,
        )
    )


def test_remove_a_member(drill: Drill, asha: Person, ben: Person, group: int) -> None:
    def audit(stored: Stored, answer: Answer) -> None:
        assert str(ben.id) not in stored["messaging"][f"CONV#{group}", "ROSTER"]["members"]

    drill.run(
        Flow(
            stored_by="TransactWriteItems",
            call=lambda: asha.call("DELETE", f"/group/{group}/members/{ben.id}"),
            done=ok,
            done_before=code("member_not_found"),
            audit=audit,
        )
    )


@pytest.mark.parametrize("is_last", [False, True])
def test_leave_a_group(drill: Drill, asha: Person, ben: Person, group: int, clock: FrozenClock, is_last: bool) -> None:
    asha.say(group, "Anybody here?")
    if is_last:
        ben.ok("DELETE", f"/group/{group}/exit")

    def audit(stored: Stored, answer: Answer) -> None:
        assert bool(of(stored["messaging"], f"CONV#{group}")) == (not is_last)
        assert (user_key(asha.id), f"CONV#{group}") not in stored["messaging"]

    drill.run(
        Flow(
            whole="once settled",
            stored_by="TransactWriteItems",
            call=lambda: asha.call("DELETE", f"/group/{group}/exit"),
            done=ok,
            done_before=code("not_a_member"),
            settle=lambda: settle(drill.cloud, clock),
            audit=audit,
        )
    )


def test_end_a_group(drill: Drill, asha: Person, group: int, clock: FrozenClock) -> None:
    asha.say(group, "That was it")

    def audit(stored: Stored, answer: Answer) -> None:
        assert not of(stored["messaging"], f"CONV#{group}")
        assert not [key for key in stored["messaging"] if key[1] == f"CONV#{group}"]

    drill.run(
        Flow(
            whole="once settled",
            stored_by="TransactWriteItems",
            call=lambda: asha.call("DELETE", f"/group/{group}"),
            done=ok,
            done_before=code("not_a_member"),
            settle=lambda: settle(drill.cloud, clock),
            audit=audit,
        )
    )
