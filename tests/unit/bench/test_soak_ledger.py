"""The soak test excuses a server error only if it killed that function's process, and only in the API's error shape."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from bench.soak import processes
from bench.soak.killer import Kill
from bench.soak.ledger import Failure, Ledger

FAILURE = Failure(100.0, 100.2, "ExamsFunction", "POST /start-exam/{exam_id}", 500, is_shaped=True)
KILL = Kill(100.1, "local-ExamsFunction-1A2B", was_busy=True)


@pytest.mark.parametrize(
    ("failure", "kill"),
    [
        (FAILURE, replace(KILL, function="local-ChatFunction-1A2B")),
        (FAILURE, replace(KILL, at=98.0)),
        (FAILURE, replace(KILL, at=100.3)),
        (replace(FAILURE, is_shaped=False), KILL),
    ],
)
def test_what_no_kill_explains(failure: Failure, kill: Kill) -> None:
    ledger = Ledger()
    ledger.failed(failure)
    assert ledger.unexplained([kill]) == [failure]


def test_what_a_kill_explains() -> None:
    ledger = Ledger()
    ledger.failed(FAILURE)
    ledger.failed(replace(FAILURE, status=0, is_shaped=False))
    assert ledger.unexplained([KILL]) == []


def test_what_was_promised_and_not_kept() -> None:
    ledger = Ledger()
    ledger.expect("results", [1, 2], [1, 2])
    ledger.expect("results", [1, 2, 2], [1, 2])
    assert ledger.violations == ["results: found [1, 2, 2], expected [1, 2]"]


def test_busy_processes_are_distinguished_from_waiting_ones() -> None:
    script = "import sys\nprint('ready', flush=True)\nsys.stdin.readline()\nwhile True: pass"
    command = [sys.executable, "-c", script]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={"AWS_LAMBDA_FUNCTION_NAME": "f"}
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        while processes.is_at_work(process.pid):
            pass  # it has printed, and keeps waiting
        assert processes.function_of(process.pid) == "f"
        assert process.pid in processes.children(os.getpid())
        process.stdin.write("go\n")
        process.stdin.flush()
        while not processes.is_at_work(process.pid):
            pass
        process.kill()
    assert processes.children(os.getpid()) == [] or process.pid not in processes.children(os.getpid())
    assert not processes.is_at_work(process.pid)
