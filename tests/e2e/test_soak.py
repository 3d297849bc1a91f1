"""A short soak test: all users act at once while processes are killed, and nothing is lost, doubled or miscounted."""

from pathlib import Path

import pytest

from bench.soak.reporting import section
from bench.soak.run import Plan, soak

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

# `make soak` runs the same for half an hour.
SECONDS = 9.0


def test_nothing_is_lost_while_processes_are_killed(tmp_path: Path) -> None:
    plan = Plan(
        seconds=SECONDS,
        warm_up=4.0,
        log=tmp_path / "stack.log",
        kill_every=1.0,
        students=3,
        talkers=3,
        commenters=1,
        askers=1,
        walkers=1,
        ask_every=(1.0, 2.0),
    )

    outcome = soak(plan)

    assert outcome.ledger.violations == []
    assert outcome.unexplained == []
    assert outcome.stop_faults == []
    assert outcome.kills
    for done in ("syncs acknowledged", "sittings submitted", "sittings ended by the schedule"):
        assert outcome.ledger.counts[done], done
    # The long run's memory budgets mean nothing here; that they can be computed is enough.
    assert section(outcome).budgets
