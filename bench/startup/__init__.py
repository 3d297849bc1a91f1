"""Cold starts: a new process imports a function and answers its first call."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from bench import deployed, world
from bench.deployed import Program
from bench.report import Budget, Options, Section, Table
from bench.world import World
from local.layout import PROJECT

MIB = 1024 * 1024
HOT = ("exams", "auth", "chat_ws")
LARGEST_RATIO = 1.1
MOST_MEMORY_MIB = 60.0
UNWANTED = ("groq", "httpx", "requests", "pypdf", "google.auth", "boto3", "aws_xray_sdk", "pydantic")
# A call that says something about each function; for the others, the first of their events.
_FIRST_CALLS = {"auth": "auth/me.json", "chat": "chat/conversations.json", "chat_ws": "chat_ws/connect_with_token.json"}
_FIRST_CALLS |= {"exams": "exams/sync.json", "results": "results/history.json"}


@dataclass(slots=True)
class Start:
    """A program that is started again and again."""

    program: Program
    event: Mapping[str, Any]
    environment: Mapping[str, str]
    label: str = ""
    samples: list[dict[str, Any]] = field(default_factory=list)

    def sample(self) -> None:
        """Start it once more."""
        specification = {
            "folders": [str(folder) for folder in self.program.folders],
            "handler": self.program.handler,
            "event": self.event,
            "unwanted": UNWANTED,
        }
        child = str(Path(__file__).with_name("child.py"))
        done = subprocess.run(
            [*self.program.command, child, json.dumps(specification)],
            env={**self.environment},
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{self.program.name}: {done.stderr.decode()}")
        self.samples.append(json.loads(done.stdout))

    def __getitem__(self, name: str) -> float:
        return float(median(sample[name] for sample in self.samples))

    @property
    def name(self) -> str:
        """What it is called in the tables."""
        return self.label or self.program.name


def bare_start(environment: Mapping[str, str]) -> Start:
    """The process that cold starts are compared with."""
    return Start(deployed.bare(), world.recorded_event("exams/sync.json", "none"), environment)


def hot_starts(environment: Mapping[str, str], token: str) -> list[Start]:
    """The functions that clients wait for."""
    return [_start(deployed.function(package), environment, token) for package in HOT]


def run(options: Options) -> Section:
    """Measure the start of every function."""
    with world.running() as engine:
        _furnish(engine)
        token = world.token_for(1)
        bare, rival = bare_start(engine.environment), _start(deployed.fastapi(), engine.environment, token)
        secret = engine.client("secretsmanager").create_secret(
            Name="bench", SecretString=json.dumps({"current": world.KEY})
        )["ARN"]
        stored = {name: value for name, value in engine.environment.items() if name != "JWT_SECRET"}
        stored["JWT_SECRET_ARN"] = secret
        with_secret = _start(deployed.function("exams"), stored, token)
        with_secret.label = "Exams, its key in Secrets Manager"
        functions = [_start(program, engine.environment, token) for program in deployed.functions()]
        # In turn, so that other load on the machine affects all equally.
        for _ in range(options.samples(15, 2)):
            for start in (bare, rival, with_secret, *functions):
                start.sample()
    return _report(bare, rival, [with_secret, *functions])


def _start(program: Program, environment: Mapping[str, str], token: str) -> Start:
    package = program.handler.partition(".")[0]
    event = _FIRST_CALLS.get(package)
    if event is None:
        found = sorted((PROJECT / "events" / package).glob("*.json"))
        event = f"{package}/{found[0].name}" if found else "exams/sync.json"
    return Start(program, world.recorded_event(event, token), environment)


def _furnish(engine: World) -> None:
    """A student in the middle of exam 1, which the events refer to, and a bucket for images."""
    from exams.app import lambda_handler  # noqa: PLC0415 - reads the environment
    from tests.factories.events import send  # noqa: PLC0415 - as above
    from tests.factories.exams import create_exam  # noqa: PLC0415 - as above
    from tests.factories.users import create_user  # noqa: PLC0415 - as above

    engine.client("s3").create_bucket(Bucket=engine.environment["IMAGES_BUCKET"])
    create_user(role="user,admin")
    create_exam()
    if send(lambda_handler, "POST", "/start-exam/1", token=world.token_for(1)).status != 200:
        raise SystemExit("the exam could not be started")


def _report(bare: Start, rival: Start, functions: list[Start]) -> Section:
    base = bare["import_ms"]
    columns = (
        "program",
        "status",
        "import ms",
        "with call ms",
        "/ (a)",
        "/ (b)",
        "modules",
        "peak MiB",
        "MiB",
        "MiB zipped",
    )

    def row(start: Start) -> list[str | int | float | None]:
        samples = start.samples
        return [
            start.name,
            samples[0]["status"],
            start["import_ms"],
            start["total_ms"],
            start["total_ms"] / base,
            start["total_ms"] / rival["total_ms"],
            int(start["modules"]),
            start["peak_kib"] / 1024,
            start.program.unpacked() / MIB,
            start.program.packed() / MIB,
        ]

    rows = [row(start) for start in (bare, rival, *sorted(functions, key=lambda start: start["total_ms"]))]
    rows[0][0], rows[1][0] = f"(a) {bare.name}", f"(b) {rival.name}"
    table = Table(
        "Import and first call, processor time of a fresh process",
        columns,
        rows,
        f"Medians of {len(bare.samples)} starts, taken in turn. `/ (a)` is against the import of (a), which makes one "
        "client and calls nothing. First calls go to the local engine over HTTP. (a) and (b) ship all of botocore.",
    )
    return Section("Cold start", [table], list(_budgets(base, functions)))


def _budgets(base: float, functions: list[Start]) -> list[Budget]:
    found = []
    for start in functions:
        if start.program.handler.partition(".")[0] in HOT and not start.label:
            found += [
                Budget(f"{start.name}: start with first call / (a)", start["total_ms"] / base, LARGEST_RATIO),
                Budget(f"{start.name}: peak memory", start["peak_kib"] / 1024, MOST_MEMORY_MIB, "MiB"),
                Budget(f"{start.name}: packages loaded that must not be", len(start.samples[0]["loaded"]), 0),
            ]
    return found
