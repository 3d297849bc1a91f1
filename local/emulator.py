"""Runs MiniStack, an AWS emulator, as a child process on loopback."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.request import urlopen

import boto3
from botocore.config import Config

from local.function_logs import LogSplitter
from local.layout import Layout

REGION = "us-east-1"
CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
_START_SECONDS = 30.0
_STOP_SECONDS = 15.0
_POLL_SECONDS = 0.03


class EmulatorError(Exception):
    """The emulator does not run; the message is for the developer."""


@dataclass(frozen=True, slots=True)
class Folders:
    """The folders that one emulator writes to.

    Attributes:
        state: its data; written when it stops, read when it starts.
        scratch: unpacked functions; emptied at every start.
        logs: `aws.log` and `functions.log`.
    """

    state: Path
    scratch: Path
    logs: Path


class Emulator:
    """One MiniStack on a loopback port, with its state in a folder."""

    def __init__(self, layout: Layout, port: int, folders: Folders) -> None:
        self.port = port
        self.folders = folders
        self._layout = layout
        self._process: subprocess.Popen[bytes] | None = None
        self._pump: threading.Thread | None = None

    @property
    def endpoint(self) -> str:
        """The address of all its AWS services."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it with the content of its state folder, and wait until it answers.

        Raises:
            EmulatorError: it is not installed, its port is taken, or it did not start.
        """
        if not self._layout.emulator_python.exists():
            raise EmulatorError(f"MiniStack is not installed in {self._layout.emulator_venv}: run `make run`")
        if _is_listening(self.port):
            raise EmulatorError(f"Port {self.port} is in use: choose another with AWS_PORT=...")
        shutil.rmtree(self.folders.scratch, ignore_errors=True)
        for folder in (self.folders.state, self.folders.scratch, self.folders.logs):
            folder.mkdir(parents=True, exist_ok=True)
        process = subprocess.Popen(
            # -P: the emulator's imports must not be searched for in this package's folder.
            [self._layout.emulator_python, "-P", Path(__file__).with_name("emulator_process.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self._environment(),
            cwd=self.folders.scratch,
            start_new_session=True,
        )
        self._process = process
        if process.stdout is None:
            raise EmulatorError("no pipe from the emulator")
        splitter = LogSplitter(self.folders.logs / "aws.log", self.folders.logs / "functions.log")
        self._pump = threading.Thread(target=_pump, args=(process.stdout, splitter), name="emulator", daemon=True)
        self._pump.start()
        deadline = time.monotonic() + _START_SECONDS
        while not self._is_healthy():
            if process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise EmulatorError(f"MiniStack did not start, see {self.folders.logs / 'aws.log'}")
            time.sleep(_POLL_SECONDS)

    def stop(self, *, keep_state: bool = True) -> None:
        """Stop it and all its workers.

        Args:
            keep_state: let it write its state first; otherwise it is killed at once.
        """
        process, self._process = self._process, None
        if process is None:
            return
        if keep_state:
            # The functions' processes too: it waits for them before it writes its state, and one may be busy for
            # minutes.
            _signal_group(process, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_STOP_SECONDS)
        _signal_group(process, signal.SIGKILL)
        process.wait()
        if process.stdin is not None:
            process.stdin.close()
        if self._pump is not None:
            self._pump.join(timeout=5)
        if process.stdout is not None:
            process.stdout.close()
        shutil.rmtree(self.folders.scratch, ignore_errors=True)

    def client(self, service: str) -> Any:
        """A boto3 client of one of its services."""
        config = Config(retries={"total_max_attempts": 2}, s3={"addressing_style": "path"}, tcp_keepalive=True)
        return boto3.session.Session(region_name=REGION, **CREDENTIALS).client(
            service, endpoint_url=self.endpoint, config=config
        )

    def read_json(self, path: str) -> Any:
        """The content of one of its own pages (`/_ministack/...`)."""
        with urlopen(f"{self.endpoint}{path}", timeout=10) as response:  # noqa: S310 - always http, on loopback
            return json.load(response)

    def _is_healthy(self) -> bool:
        try:
            self.read_json("/_ministack/health")
        except OSError:
            return False
        return True

    def _environment(self) -> dict[str, str]:
        """Its environment. Functions inherit it, so it must not contain anything of the developer's environment."""
        state = str(self.folders.state)
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL") if name in os.environ}
        return {
            **inherited,
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_REGION": REGION,
            "PERSIST_STATE": "1",
            "STATE_DIR": state,
            "S3_PERSIST": "1",
            "S3_DATA_DIR": f"{state}/s3",
            "TMPDIR": str(self.folders.scratch),
            # Unused services would listen on additional ports, and a Docker daemon must not be used.
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "DOCKER_HOST": "unix:///nonexistent",
            # Otherwise a function that crashes loses its last output.
            "PYTHONUNBUFFERED": "1",
        }


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    # It was started as the leader of its own process group.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _is_listening(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _pump(stream: IO[bytes], splitter: LogSplitter) -> None:
    with splitter:
        for line in stream:
            splitter.write(line.decode("utf-8", "replace"))
