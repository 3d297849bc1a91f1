"""The benchmark of all routes: none is missing, and those of a sitting keep their budgets."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
# They serve a shipped file, or lead elsewhere.
WITHOUT_DATA = {"GET /openapi.json", "GET /asyncapi.json", "GET /api-docs", "GET /"}
# It does no more than ask for a job, by a queue that the benchmark does not have.
QUEUED = {"GET /api/account/export"}
SOCKET_ROUTES = {
    "$connect",
    "$disconnect",
    "sendMessage",
    "typing",
    "heartbeat",
    "markRead",
    "joinDiscussion",
    "leaveDiscussion",
}


def described_routes() -> set[str]:
    document = json.loads((ROOT / "functions/docs/openapi.json").read_text(encoding="utf-8"))
    return {f"{method.upper()} {path}" for path, operations in document["paths"].items() for method in operations}


def test_every_route_is_measured(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    # In its own process, because the measured functions' environment is the process's.
    done = subprocess.run(
        [sys.executable, "-m", "bench", "database", "--quick", "--json", str(report)],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")},
    )
    assert done.returncode == 0, done.stdout + done.stderr

    part = json.loads(report.read_text(encoding="utf-8"))["parts"]["database"]
    measured = {row["route"] for row in part["tables"][0]["rows"]}
    assert described_routes() - measured == WITHOUT_DATA | QUEUED
    assert measured - described_routes() == {*SOCKET_ROUTES, "result_aggregator"}
    assert [budget["what"] for budget in part["budgets"] if not budget["holds"]] == []
