"""Warm requests: the processor time of an answer, with and without the network."""

import json
import subprocess
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench import world
from bench.report import Budget, Options, Section, Table

# Of the same route written the common way, in the same run.
LARGEST_SHARE = 0.5
LARGEST_FRAMEWORK_SHARE = 0.15
# Relative to one hand-signed request over an open connection.
LARGEST_MULTIPLE = 4.0
# Of a sync to an exam of which nothing depends on the saved state. A sync with sections, choices, another order,
# visited questions and seconds sends half as much again.
LARGEST_EXTRA = 1.25
# Checking a password is slow on purpose.
_SLOW = frozenset({"login"})

Measured = dict[str, list[float]]


@dataclass(slots=True)
class _Process:
    """A worker and its pipes."""

    process: "subprocess.Popen[str]"
    scenarios: list[str]

    def run(self, scenario: str, count: int) -> dict[str, float]:
        """Microseconds by request."""
        if self.process.stdin is None or self.process.stdout is None:
            raise SystemExit("no pipe to a worker")
        self.process.stdin.write(json.dumps({"scenario": scenario, "count": count}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"a worker ended at {scenario}")
        measured: dict[str, float] = json.loads(line)
        return measured

    def end(self) -> None:
        """Let it go."""
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        self.process.wait(10)


def run(options: Options) -> Section:
    """Measure warm requests with canned answers and on the local engine."""
    with world.running() as engine:
        # Made in the engine's environment, which is read when they are imported.
        from bench.requests import scenarios  # noqa: PLC0415

        casts = scenarios.casts()
        canned = _measure(casts, engine.environment, options, canned=True)
        whole = _measure(casts, engine.environment, options, canned=False)
    return _report(canned, whole)


def _measure(casts: list[Any], environment: Mapping[str, str], options: Options, *, canned: bool) -> Measured:
    """All samples by request, taken in turn, so that other load on the machine affects all equally."""
    workers = [
        _started(cast, environment, canned=canned) for cast in casts if not (canned and "minimum" in cast.scenarios)
    ]
    samples: Measured = defaultdict(list)
    try:
        for number in range(options.samples(25, 3) + 1):
            for worker in workers:
                for scenario in worker.scenarios:
                    count = options.samples(30, 5) // (10 if scenario in _SLOW else 1) + 1
                    for name, value in worker.run(scenario, count).items():
                        if number:  # the first is for warming up
                            samples[name].append(value)
    finally:
        for worker in workers:
            worker.end()
    return samples


def _started(cast: Any, environment: Mapping[str, str], *, canned: bool) -> _Process:
    process = subprocess.Popen(
        [*cast.program.command, str(Path(__file__).with_name("worker.py"))],
        env={**environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    specification = {
        "folders": [str(folder) for folder in cast.program.folders],
        "handler": cast.program.handler,
        "scenarios": {name: [asdict(request) for request in requests] for name, requests in cast.scenarios.items()},
        # Later than those with canned answers, whose first message is a real one.
        "clock": cast.clock and (cast.clock[0] + (0 if canned else 60), cast.clock[1]),
        "canned": canned,
    }
    if process.stdin is None:
        raise SystemExit("no pipe to a worker")
    process.stdin.write(json.dumps(specification) + "\n")
    process.stdin.flush()
    return _Process(process, list(cast.scenarios))


def _report(canned: Measured, whole: Measured) -> Section:
    rival = next(name for name in whole if name.startswith("FastAPI"))
    limit = next(name for name in whole if name.startswith("hand-signed"))
    rows = [
        [
            name,
            _median(canned, name),
            _share(canned, name, rival),
            _median(whole, name),
            _share(whole, name, rival),
            _share(whole, name, limit),
        ]
        for name in sorted(whole, key=lambda name: median(whole[name]))
    ]
    table = Table(
        "Processor time of a warm request",
        ("request", "canned µs", "/ FastAPI canned", "engine µs", "/ FastAPI", "/ minimum"),
        rows,
        "Medians. Canned: AWS's answers, taken once and given again at the HTTP session; all else is real. Engine: over"
        " HTTP to the local engine, whose own time is not counted. Login is argon2id by design.",
    )
    framework = max(median(canned[name]) for name in canned if name.endswith("no data call"))
    sync = "sync, 75 answers"
    return Section(
        "Warm requests",
        [table],
        [
            Budget(
                "framework, auth, parsing and log, no data call / FastAPI's sync with canned answers",
                framework / median(canned[rival]),
                LARGEST_FRAMEWORK_SHARE,
            ),
            Budget(
                "a whole sync / the hand-signed minimum", median(whole[sync]) / median(whole[limit]), LARGEST_MULTIPLE
            ),
            Budget("a whole sync / FastAPI's", median(whole[sync]) / median(whole[rival]), LARGEST_SHARE),
            Budget(
                "a sync with canned answers / FastAPI's", median(canned[sync]) / median(canned[rival]), LARGEST_SHARE
            ),
            Budget(
                "a sync with everything / a plain one, canned",
                median(canned[f"{sync}, with everything"]) / median(canned[sync]),
                LARGEST_EXTRA,
            ),
        ],
    )


def _median(samples: Measured, name: str) -> float | None:
    return median(samples[name]) if name in samples else None


def _share(samples: Measured, name: str, other: str) -> float | None:
    return median(samples[name]) / median(samples[other]) if name in samples else None
