"""A cold start logs nothing, because log lines cost money."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
START = """
import logging

logging.basicConfig(level=logging.INFO)  # as Lambda's runtime sets it
import exams.app
from smartexam.platform.dynamodb import table

table.connection().client
try:
    table.call("GetItem", {})
except Exception:
    pass  # nobody listens there
"""


def test_a_cold_start_writes_nothing() -> None:
    environment = {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:9",
        "JWT_SECRET": "a-signing-key-of-the-tests-and-nothing-else",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "layers/common"), str(ROOT / "functions")]),
        "STAGE": "test",
    }
    done = subprocess.run(
        [sys.executable, "-c", START], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ("", "")
