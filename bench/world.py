"""The local engine with tables, users, exams and conversations, to measure against."""

import json
import os
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.deployed import LAYOUT
from bench.process import begin_process
from local import template
from local.emulator import REGION, Emulator, Folders
from local.layout import PROJECT
from tests.factories.tables import create_tables

KEY = "a-signing-key-of-the-benchmarks-and-nothing-else"
_BASE = {
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
    "JWT_SECRET": KEY,
    "POWERTOOLS_SERVICE_NAME": "bench",
    "STAGE": "bench",
}


@dataclass(slots=True)
class World:
    """A running engine.

    Attributes:
        environment: what a function there runs with, all that any of them needs.
    """

    environment: dict[str, str]
    _emulator: Emulator

    def client(self, service: str) -> Any:
        """A boto3 client of one of its services."""
        return self._emulator.client(service)


@contextmanager
def running() -> Iterator[World]:
    """The engine with empty tables; this process has the functions' environment meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        emulator = Emulator(LAYOUT, _free_port(), Folders(root / "state", root / "scratch", root / "logs"))
        emulator.start()
        try:
            environment = {**_placeholders(), **_BASE, "AWS_ENDPOINT_URL": emulator.endpoint}
            environment["AWS_ENDPOINT_URL_DYNAMODB"] = emulator.endpoint
            environment |= create_tables(emulator.client("dynamodb"), "bench")
            before = dict(os.environ)
            os.environ.update(environment, LOG_LEVEL="ERROR")
            begin_process()
            try:
                yield World(environment, emulator)
            finally:
                begin_process()
                os.environ.clear()
                os.environ.update(before)
        finally:
            emulator.stop(keep_state=False)


def recorded_event(path: str, token: str) -> dict[str, Any]:
    """One of the events in `events/`, sent with a token."""
    text = (PROJECT / "events" / path).read_text(encoding="utf-8").replace("<access token>", token)
    event: dict[str, Any] = json.loads(text)
    return event


def token_for(user_id: int, role: str = "user,admin") -> str:
    """An access token for somebody, valid from now."""
    from smartexam.accounts import tokens  # noqa: PLC0415 - settings are read from the environment made above
    from smartexam.platform.principal import Principal  # noqa: PLC0415 - as above

    return tokens.issue(Principal(user_id, role, f"student{user_id}", "Asha Rao", 1), time.time())


def _placeholders() -> dict[str, str]:
    """A value for every variable of a function; the important ones are set afterwards."""
    found: dict[str, str] = {}
    document = template.load(LAYOUT.template)
    defaults = {name: str(parameter.get("Default", "nothing")) for name, parameter in document["Parameters"].items()}
    for _, properties in template.functions(document):
        for name, value in properties.get("Environment", {}).get("Variables", {}).items():
            placeholder = "http://127.0.0.1:9/nothing" if name.endswith(("URL", "ENDPOINT")) else "nothing"
            parameter = value.get("Ref") if isinstance(value, dict) else None
            found[name] = defaults.get(parameter, placeholder)
    for secret in ("JWT_SECRET_ARN", "GROQ_SECRET_ARN"):
        found.pop(secret, None)
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
