"""The example client sits the physics mock test, and the server's score equals its own."""

import runpy
from pathlib import Path

import pytest

from local.stack import LocalStack

pytestmark = pytest.mark.e2e

SCRIPT = Path(__file__).parents[2] / "examples" / "sit_exam.py"


def test_score_is_the_expected_one(stack: LocalStack, capsys: pytest.CaptureFixture[str]) -> None:
    main = runpy.run_path(str(SCRIPT))["main"]

    status = main([stack.base_url, "--pace", "0", "--clean-up"])

    output = capsys.readouterr().out
    assert status == 0, output
    assert "81.42 of 130.5" in output
