"""`python -m bench`: run the benchmarks, print the results, and store them as JSON.

Exit status 1 if a budget that is a ratio is broken. Absolute times depend on the machine and its load, so they are only
reported.
"""

import argparse
import importlib
import json
import os
import pkgutil
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

import bench
from bench.report import Options, Part, Section, as_json, as_text

REPORT = Path(__file__).parents[1] / ".build" / "bench.json"


def parts() -> dict[str, Part]:
    """Every part by the name of its package."""
    names = sorted(module.name for module in pkgutil.iter_modules(bench.__path__) if module.ispkg)
    packages = {name: importlib.import_module(f"bench.{name}") for name in names}
    return {name: package.run for name, package in packages.items() if hasattr(package, "run")}


def main() -> int:
    """Run the requested parts."""
    known = parts()
    arguments = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    arguments.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(known)}; all of them if none")
    arguments.add_argument("--quick", action="store_true", help="a few samples each, to see that it runs")
    arguments.add_argument("--json", type=Path, default=REPORT, help="where the numbers go")
    given = arguments.parse_args()
    if unknown := set(given.parts) - set(known):
        arguments.error(f"no such part: {', '.join(sorted(unknown))}")
    options = Options(quick=given.quick)
    sections: dict[str, Section] = {}
    for name in given.parts or known:
        section = sections[name] = known[name](options)
        print(as_text(section), end="\n\n", flush=True)
        _write(given.json, sections)
    broken = [budget for section in sections.values() for budget in section.budgets if not budget.holds]
    return 1 if any(budget.is_ratio for budget in broken) else 0


def _write(path: Path, sections: dict[str, Section]) -> None:
    # After each part, so that a failure of the next one does not lose minutes of measurements.
    path.parent.mkdir(parents=True, exist_ok=True)
    report = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"processor": platform.machine(), "cores": os.cpu_count(), "python": platform.python_version()},
        "parts": {name: as_json(section) for name, section in sections.items()},
    }
    path.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
