"""`python -m bench.soak --minutes 30`: a soak test with a report and JSON; status 1 if anything was wrong."""

import argparse
import json
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from bench.report import as_json, as_text
from bench.soak.reporting import section
from bench.soak.run import Plan, soak
from local.layout import PROJECT

_BUILD = PROJECT / ".build"


def main() -> int:
    """Run with the given arguments."""
    arguments = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    arguments.add_argument("--minutes", type=float, default=30.0)
    arguments.add_argument("--kill-every", type=float, default=5.0, help="seconds between two kills on average")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--json", type=Path, default=_BUILD / "soak.json", help="where the numbers go")
    given = arguments.parse_args()
    seconds = given.minutes * 60
    plan = Plan(
        seconds=seconds,
        warm_up=min(60.0, seconds / 3),
        log=_BUILD / "soak-stack.log",
        seed=given.seed,
        kill_every=given.kill_every,
    )
    report = section(soak(plan, lambda step: print(f"{step} ...", flush=True)))
    print(as_text(report))
    given.json.parent.mkdir(parents=True, exist_ok=True)
    document = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"processor": platform.machine(), "python": platform.python_version()},
        "minutes": given.minutes,
        **as_json(report),
    }
    given.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return 0 if all(budget.holds for budget in report.budgets) else 1


if __name__ == "__main__":
    sys.exit(main())
