"""Runs the guides' commands literally against the local stack."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from local.stack import LocalStack
from tests.contract.client import ADMIN, Client

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
DOCUMENTED = "http://127.0.0.1:3000"


@pytest.fixture(autouse=True)
def _as_first_started(stack: LocalStack) -> None:
    """The demo exams only, as after a first start."""
    stack.reset()


def block(guide: str, language: str, containing: str) -> str:
    """The single block of a guide in a language that contains a text."""
    text = (ROOT / guide).read_text(encoding="utf-8")
    blocks = re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    (found,) = (each for each in blocks if containing in each)
    return str(found)


def run(command: list[str], code: str, stack: LocalStack, **environment: str) -> str:
    done = subprocess.run(
        command,
        input=code.replace(DOCUMENTED, stack.base_url),
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment},
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def shell(code: str, stack: LocalStack, **environment: str) -> str:
    return run(["bash"], f"set -euo pipefail\n{code}", stack, **environment)


def test_the_readmes_calls_with_curl_end_with_a_result(stack: LocalStack) -> None:
    printed = shell(block("README.md", "sh", "/api/auth/login"), stack)

    # The answers follow each other without line breaks.
    last = json.loads('{"result":' + printed.rpartition('{"result":')[2])
    assert last["success"] is True
    assert last["result"]["total_questions"] > 0


def test_the_readmes_python_ends_with_a_result(stack: LocalStack) -> None:
    printed = run([sys.executable, "-"], block("README.md", "python", "/api/auth/login"), stack)

    assert "'percentage':" in printed


def test_the_clients_first_program_ends_with_a_result(stack: LocalStack, tmp_path: Path) -> None:
    program = block("clients/python/README.md", "python", "AutoSync(")

    printed = run(
        [sys.executable, "-"], program, stack, HOME=str(tmp_path), PYTHONPATH=str(ROOT / "clients" / "python")
    )

    assert "percentage=" in printed


def test_the_example_exam_is_imported_as_described(stack: LocalStack, tmp_path: Path) -> None:
    admin = Client(stack.base_url).signed_in(*ADMIN)
    fields = {"name": "Imported", "date": "2025-01-05", "start_time": "09:00", "duration": 60}
    exam_id = admin.post("/admin/exams", fields).body["exam_id"]
    commands = block("examples/README.md", "sh", "import-csv").replace("/42,/", f"/{exam_id},/")

    commands = re.sub(r"/\w+/physics\.csv", str(tmp_path / "physics.csv"), commands)
    printed = shell(commands, stack, ADMIN_TOKEN=str(admin.token))

    admin.close()
    assert json.loads(printed) == {"inserted": 36, "skipped": 0, "errors": [], "success": True}
