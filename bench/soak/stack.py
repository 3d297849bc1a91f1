"""The local stack in its own process, started like `make run`, seen from outside."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import urllib3

from bench.soak import processes
from local.layout import PROJECT

_START_SECONDS = 120.0
_STOP_SECONDS = 60.0


class StackError(Exception):
    """The stack did not start, or did not end as it should."""


class RunningStack:
    """`python -m local` on free ports: `with RunningStack(log, 2) as stack: ...`.

    Args:
        log: where its output goes.
        concurrency: how many processes of each function there are at most.
        settings: settings of the stack that are not the usual ones.

    Attributes:
        base_url: where its gateway answers.
        gateway: the process that this started; the emulator is its child, the functions' processes are the emulator's.
    """

    def __init__(self, log: Path, concurrency: int, settings: Mapping[str, str] | None = None) -> None:
        self._log = log
        self._concurrency = concurrency
        self._settings = dict(settings or {})
        self._ports = (_free_port(), _free_port())
        self.base_url = f"http://127.0.0.1:{self._ports[0]}"
        self._process: subprocess.Popen[bytes] | None = None
        self._output: IO[bytes] | None = None

    def __enter__(self) -> Self:
        """Start it and wait until it is ready.

        Raises:
            StackError: it ended or took too long.
        """
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self._output = self._log.open("wb")
        port, aws_port = self._ports
        limits = {"LOCAL_CONCURRENCY": str(self._concurrency)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "local"],
            cwd=PROJECT,
            env={**_environment(), **self._settings, "PORT": str(port), "AWS_PORT": str(aws_port), **limits},
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            self._wait_until_ready()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Make sure that it is gone."""
        self.kill()

    @property
    def gateway(self) -> int:
        """The gateway's process id."""
        if self._process is None:
            raise StackError("not started")
        return self._process.pid

    @property
    def emulator(self) -> int:
        """The emulator's process id: the one child of the gateway."""
        found = processes.children(self.gateway)
        if len(found) != 1:
            raise StackError(f"expected one emulator, found {found}")
        return found[0]

    def workers(self) -> dict[int, str]:
        """The functions' processes, with the name of what each runs."""
        named = {pid: processes.function_of(pid) for pid in processes.children(self.emulator)}
        return {pid: name for pid, name in named.items() if name is not None}

    def log_files(self) -> Path:
        """The folder of its logs."""
        return PROJECT / ".local" / "logs" / str(self._ports[0])

    def unpacked_functions(self) -> int:
        """How many copies of functions lie on the disk, one for each process and none besides."""
        folder = PROJECT / ".local" / "run" / str(self._ports[1]) / "scratch"
        return sum(entry.name.startswith("ministack-lambda-") for entry in folder.iterdir())

    def stop(self) -> list[str]:
        """End it as Ctrl-C or a service manager does; what was wrong with how it ended."""
        process = self._process
        if process is None:
            return []
        group = [process.pid, self.emulator]
        process.send_signal(signal.SIGTERM)
        faults = []
        try:
            code = process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            faults.append(f"still running {_STOP_SECONDS:.0f} s after SIGTERM")
        else:
            faults += [f"exit status {code}"] if code else []
        left = [pid for leader in group for pid in processes.in_group(leader) if pid != process.pid or faults]
        faults += [f"process {pid} is left" for pid in left]
        faults += [f"port {port} is still listened on" for port in self._ports if _is_listening(port)]
        return faults

    def kill(self) -> None:
        """End what is left of it, at once; the emulator ends with its starter."""
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._output is not None:
            self._output.close()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        patience = urllib3.Retry(600, backoff_factor=0.1, backoff_max=0.3, status_forcelist=[503])
        with urllib3.PoolManager(retries=patience, timeout=10) as pool:
            try:
                answer = pool.request("GET", f"{self.base_url}/_local/health")
            except urllib3.exceptions.HTTPError as error:
                raise StackError(f"not ready, see {self._log}") from error
        if answer.status != 200 or time.monotonic() > deadline:
            raise StackError(f"not ready, see {self._log}")


def _environment() -> dict[str, str]:
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "PYTHONPATH")
    return {name: os.environ[name] for name in kept if name in os.environ}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _is_listening(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
