"""The example chat client: two users in two terminals."""

import subprocess
import sys
from pathlib import Path

import pytest

from local.stack import LocalStack

pytestmark = pytest.mark.e2e

SCRIPT = Path(__file__).parents[2] / "examples" / "chat.py"


def terminal(stack: LocalStack, *names: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), stack.base_url, *names],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={"PYTHONUNBUFFERED": "1"},
    )


def until(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdout is not None
    seen = []
    for text in process.stdout:
        seen.append(text.strip())
        if seen[-1] == line:
            return
    pytest.fail(f"{line!r} never came: {seen}")


def test_what_one_types_the_other_sees(stack: LocalStack) -> None:
    ravi, meera = terminal(stack, "student1", "student2"), terminal(stack, "student2", "student1")
    try:
        for process in (ravi, meera):
            until(process, "* connected; type, and end with Ctrl-D")
            assert process.stdin is not None
        print("hello from one", "and at once another", sep="\n", file=ravi.stdin, flush=True)
        until(meera, "Ravi Kumar: hello from one")
        print("hello back", file=meera.stdin, flush=True)
        until(ravi, "Meera Nair: hello back")
        for process in (ravi, meera):
            assert process.stdin is not None
            process.stdin.close()
            assert process.wait(20) == 0
    finally:
        for process in (ravi, meera):
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None and not pipe.closed:
                    pipe.close()
