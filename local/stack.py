"""The local stack as one object: start it, use it, stop it without a trace.

with LocalStack() as stack:
    urlopen(f"{stack.base_url}/api-docs")
"""

import asyncio
import contextlib
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from local import deployment
from local.artifacts import build, discard_old
from local.clock_file import ClockFile
from local.emulator import CREDENTIALS, REGION, Emulator, Folders
from local.gateway.api import ApiDescription, Backend, HttpApi
from local.gateway.invoker import InvocationError, Invoker
from local.gateway.server import Server
from local.layout import Layout
from local.local_routes import LocalRoutes
from local.template import Resolver, Template, functions, load

SWEEPER = "AttemptSweeper"
DEFAULT_CONCURRENCY = min(32, 4 * (os.cpu_count() or 2))
_SNAPSHOT_FORMAT = "1"
_KEEP_SNAPSHOTS = 6
_SWEEP_SECONDS = 150.0
# Where a search for a free port begins: the same machine finds the same ports again, and with them its snapshot.
_FIRST_FREE = {"gateway": 3100, "aws": 4600}
_PORTS_TRIED = 200

T = TypeVar("T")


class StackError(Exception):
    """The stack cannot run; the message is for the developer."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to run.

    Attributes:
        port: of the gateway; 0 for one that is free.
        aws_port: of the emulator; likewise.
        data_dir: keeps data over restarts; None for the demo data at every start.
        demo: whether to load demo data; without, the tables are empty.
        parameters: of the template, over its defaults and what this machine needs.
        concurrency: how many of each function run at once.
        report: is told what is being done.
    """

    port: int = 0
    aws_port: int = 0
    data_dir: Path | None = None
    demo: bool = True
    parameters: Mapping[str, str] = field(default_factory=dict)
    concurrency: int = DEFAULT_CONCURRENCY
    report: Callable[[str], None] = lambda _: None


class LocalStack:
    """The whole product on loopback, as a context manager. `base_url` and `aws_endpoint` say where."""

    def __init__(self, options: Options | None = None, layout: Layout | None = None) -> None:
        self._options = options or Options()
        self._layout = layout or Layout()
        self._closing = contextlib.ExitStack()
        self._changing = threading.Lock()
        self._emulator: Emulator
        self._api: HttpApi
        self._clock: ClockFile
        self._loop: asyncio.AbstractEventLoop
        self._snapshot: Path
        self._sweeper: str | None = None
        self.base_url = ""
        self.aws_endpoint = ""

    def __enter__(self) -> Self:
        """Start everything and wait until it is ready.

        Raises:
            StackError: and `BuildError`, `DeploymentError`, `EmulatorError`, `TemplateError`: why it cannot run.
        """
        try:
            self._start()
        except BaseException:
            self._closing.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop everything; no process stays."""
        self._closing.close()

    @property
    def is_ready(self) -> bool:
        """Whether requests reach the functions."""
        return self._api.backend is not None

    @property
    def physical_ids(self) -> Mapping[str, str]:
        """What the deployed resources are called, by logical id."""
        return deployment.physical_ids(self._emulator)

    @property
    def environment(self) -> Mapping[str, str]:
        """What a process needs to use the layer's data modules against this stack, as the functions do."""
        return {
            **deployment.function_environment(self._emulator),
            "AWS_ENDPOINT_URL": self.aws_endpoint,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            **{name.upper(): value for name, value in CREDENTIALS.items()},
        }

    def client(self, service: str) -> Any:
        """A boto3 client of one of the emulated services."""
        return self._emulator.client(service)

    def restore_demo_data(self) -> None:
        """Back to the demo data: tables, files, queues, mails and the clock.

        The emulator is stopped and started on a copy of the state that it had right after deployment. With it go the
        functions' processes, and so everything that they remember: blocks of ids, papers, keys, sessions.
        """
        with self._changing:
            backend, self._api.backend = self._api.backend, None
            if backend is not None:
                self._await(backend.invoker.close())
            self._emulator.stop()
            self._restore_snapshot()
            self._clock.set(0.0)
            self._emulator.start()
            self._connect()

    # The rest of `Control`, called on the gateway's loop

    async def set_clock(self, offset_seconds: float) -> float:
        """Set the functions' clock; the server's time that follows, epoch seconds."""
        await asyncio.to_thread(self._clock.set, offset_seconds)
        now = time.time() + offset_seconds
        datetime.fromtimestamp(now, UTC)
        return now

    async def sent_mails(self) -> Mapping[str, Any]:
        """What the emulator's SES kept."""
        kept: Mapping[str, Any] = await asyncio.to_thread(self._emulator.read_json, "/_ministack/ses/messages")
        return kept

    async def run_schedule(self) -> Any:
        """Run the sweeper; what it answers."""
        backend = self._api.backend
        if backend is None or self._sweeper is None:
            raise InvocationError(f"the template has no function {SWEEPER} with a schedule")
        event = {
            "version": "0",
            "source": "aws.events",
            "detail-type": "Scheduled Event",
            "resources": [],
            "detail": {},
        }
        event["time"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return await backend.invoker.invoke(backend.functions[self._sweeper], event, timeout_seconds=_SWEEP_SECONDS)

    async def reset(self) -> None:
        """Back to the demo data."""
        await asyncio.to_thread(self.restore_demo_data)

    def _start(self) -> None:
        report = self._options.report
        listener, port = _listen(self._options.port)
        self._closing.callback(listener.close)
        aws_port = self._options.aws_port or _free_port(_FIRST_FREE["aws"])
        self.base_url = f"http://127.0.0.1:{port}"
        self.aws_endpoint = f"http://127.0.0.1:{aws_port}"

        template = load(self._layout.template)
        parameters = self._parameters(template)
        resolver = Resolver(template, parameters, REGION)
        self._sweeper = _sweeper(template)
        self._api = HttpApi(ApiDescription.read(template, resolver), port, LocalRoutes(self))
        self._loop = self._start_gateway(listener)

        run = self._layout.run(aws_port)
        shutil.rmtree(run, ignore_errors=True)
        self._closing.callback(shutil.rmtree, run, ignore_errors=True)
        data_dir = self._options.data_dir
        self._clock = ClockFile(run / "clock", data_dir / "clock" if data_dir is not None else None)
        self._clock.load()
        logs = self._layout.logs if self._options.port else run / "logs"
        for log in ("aws.log", "functions.log"):
            (logs / log).unlink(missing_ok=True)
        state = data_dir.resolve() / "state" if data_dir is not None else run / "state"
        self._emulator = Emulator(self._layout, aws_port, Folders(state, run / "scratch", logs))

        report("Building the layer and the functions")
        artifacts = build(template, self._layout)
        local_template = deployment.localised(
            template,
            artifacts,
            deployment.Addresses(self.base_url, self.aws_endpoint),
            {"SMARTEXAM_LOCAL": "1", "LOCAL_CLOCK_FILE": str(self._clock.path)},
        )
        version = self._version(local_template, parameters)
        self._snapshot = self._layout.snapshots / version

        def deploy() -> None:
            deployment.deploy(self._emulator, local_template, artifacts, parameters)

        self._closing.callback(self._disconnect)
        if not self._snapshot.is_dir():
            self._make_snapshot(run, deploy)
        kept_version = state.parent / "version" if data_dir is not None else None
        if kept_version is None or not state.is_dir():
            self._restore_snapshot()
            if kept_version is not None:
                kept_version.write_text(version, encoding="ascii")
        report("Starting AWS")
        self._emulator.start()
        if kept_version is not None and kept_version.read_text(encoding="ascii") != version:
            report("Deploying what changed")
            deploy()
            kept_version.write_text(version, encoding="ascii")
        self._connect()

    def _make_snapshot(self, run: Path, deploy: Callable[[], None]) -> None:
        """Deploy to an empty emulator, load the demo data, and keep the state that this leaves."""
        folders = self._emulator.folders
        fresh = Emulator(self._layout, self._emulator.port, Folders(run / "fresh", folders.scratch, folders.logs))
        self._emulator, emulator = fresh, self._emulator
        self._options.report("Deploying template.yaml")
        fresh.start()
        deploy()
        self._connect()
        if self._options.demo:
            self._options.report("Loading the demo data")
            self._load_demo_data()
        self._disconnect()
        self._emulator = emulator
        self._layout.snapshots.mkdir(parents=True, exist_ok=True)
        discard_old(self._layout.snapshots, "*", keep=_KEEP_SNAPSHOTS - 1)
        # Within one file system, so that a snapshot is whole or not there.
        with contextlib.suppress(FileExistsError):
            fresh.folders.state.rename(self._snapshot)

    def _load_demo_data(self) -> None:
        # In a process of its own: the layer reads its settings once, from the environment.
        layer = [str(path) for path in (self._layout.project / "layers" / "common", self._layout.project)]
        environment = {**self.environment, "PYTHONPATH": os.pathsep.join(layer), "PATH": os.environ.get("PATH", "")}
        done = subprocess.run(
            [sys.executable, "-m", "local.demo", self.base_url],
            check=False,
            env=environment,
            cwd=self._layout.project,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise StackError(f"The demo data could not be loaded:\n{done.stdout}{done.stderr}".rstrip())

    def _restore_snapshot(self) -> None:
        state = self._emulator.folders.state
        shutil.rmtree(state, ignore_errors=True)
        shutil.copytree(self._snapshot, state)
        self._snapshot.touch()

    def _connect(self) -> None:
        """Let the gateway's requests through to the running emulator."""
        names = deployment.physical_ids(self._emulator)
        invoker = Invoker(self._emulator.port, REGION, self._options.concurrency)
        self._api.backend = Backend(invoker, names, names.get("HttpApi", "local"))

    def _disconnect(self) -> None:
        backend, self._api.backend = self._api.backend, None
        if backend is not None and self._loop.is_running():
            self._await(backend.invoker.close())
        self._emulator.stop()

    def _start_gateway(self, listener: socket.socket) -> asyncio.AbstractEventLoop:
        loop = asyncio.new_event_loop()
        server = Server(self._api.handle, listener)
        thread = threading.Thread(target=loop.run_forever, name="gateway", daemon=True)
        thread.start()

        def stop() -> None:
            asyncio.run_coroutine_threadsafe(server.stop(), loop).result(timeout=10)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(timeout=10)
            loop.close()

        self._closing.callback(stop)
        asyncio.run_coroutine_threadsafe(server.start(), loop).result(timeout=10)
        return loop

    def _await(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    def _parameters(self, template: Template) -> dict[str, str]:
        declared = template.get("Parameters", {})
        port = self.base_url.rpartition(":")[2]
        chosen = {
            "AppBaseUrl": self.base_url,
            "AllowedOrigins": f"{self.base_url},http://localhost:{port}",
            **self._options.parameters,
        }
        return {name: value for name, value in chosen.items() if name in declared}

    def _version(self, local_template: Template, parameters: Mapping[str, str]) -> str:
        """Names everything that the state after deployment follows from."""
        digest = hashlib.sha256(_SNAPSHOT_FORMAT.encode())
        digest.update(json.dumps([local_template, parameters, self._options.demo], default=str).encode())
        for file in sorted(Path(__file__).parent.glob("demo*.py")):
            digest.update(file.read_bytes())
        installed = self._layout.emulator_venv.glob("lib/python*/site-packages/ministack-*.dist-info")
        digest.update("".join(sorted(folder.name for folder in installed)).encode())
        return digest.hexdigest()[:20]


def _sweeper(template: Template) -> str | None:
    """The function behind the sweeper's schedule."""
    for logical_id, properties in functions(template):
        kinds = {event.get("Type") for event in properties.get("Events", {}).values()}
        if logical_id.startswith(SWEEPER) and kinds & {"Schedule", "ScheduleV2"}:
            return logical_id
    return None


def _listen(port: int) -> tuple[socket.socket, int]:
    """A listening socket on loopback, and its port."""
    for candidate in [port] if port else range(_FIRST_FREE["gateway"], _FIRST_FREE["gateway"] + _PORTS_TRIED):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", candidate))
            listener.listen(512)
        except OSError:
            listener.close()
        else:
            listener.settimeout(0)
            return listener, candidate
    raise StackError(f"Port {port} is in use: choose another with PORT=..." if port else "no free port")


def _free_port(first: int) -> int:
    for candidate in range(first, first + _PORTS_TRIED):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", candidate))
                return candidate
    raise StackError("no free port")
