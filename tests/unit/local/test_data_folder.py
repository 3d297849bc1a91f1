"""A data folder can be used by one stack at a time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.locks import locked
from local.stack import LocalStack, Options, StackError


def test_a_folder_that_another_stack_uses_is_refused(tmp_path: Path) -> None:
    lock = locked(tmp_path / ".lock")
    assert lock is not None

    with lock, pytest.raises(StackError, match="in use by another stack"), LocalStack(Options(data_dir=tmp_path)):
        pytest.fail("two stacks on one folder")


def test_a_folder_that_cannot_be_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="ascii")

    with pytest.raises(StackError, match="No data can be kept"), LocalStack(Options(data_dir=tmp_path / "file")):
        pytest.fail("a stack without a place for its data")


def test_the_lock_ends_with_its_process(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from local.locks import locked; print(bool(locked(Path(sys.argv[1]))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / ".lock")],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[3],
        env=dict(os.environ),
    )

    assert done.stdout.strip() == "True"
    again = locked(tmp_path / ".lock")
    assert again is not None
    again.close()
