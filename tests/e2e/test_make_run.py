"""The local stack as a developer runs it, in its own process."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from tests.conftest import free_port

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
SECONDS = 90


@pytest.fixture
def run() -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """`python -m local` on free ports, and its address."""
    port = free_port()
    environment = {**os.environ, "PORT": str(port), "AWS_PORT": str(free_port())}
    with subprocess.Popen(
        [sys.executable, "-m", "local"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        yield process, f"http://127.0.0.1:{port}"
        if process.poll() is None:
            process.kill()


def wait_until_ready(base_url: str) -> None:
    deadline = time.monotonic() + SECONDS
    patience = urllib3.Retry(200, backoff_factor=0.1, backoff_max=0.5, status_forcelist=[503], raise_on_status=False)
    with urllib3.PoolManager(retries=patience) as pool:
        answer = pool.request("GET", f"{base_url}/_local/health")
    assert answer.status == 200
    assert time.monotonic() < deadline


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_serves_and_ends_without_leaving_a_process(
    run: tuple["subprocess.Popen[str]", str], ending: signal.Signals
) -> None:
    process, base_url = run
    wait_until_ready(base_url)

    process.send_signal(ending)
    output, _ = process.communicate(timeout=30)

    assert "student1" in output
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
