"""The local stack as one object: start, use, stop."""

import contextlib
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from local import deployment, images, web
from local.artifacts import build
from local.clock_file import ClockFile
from local.emulator import CREDENTIALS, REGION, Emulator, Folders
from local.gateway.api import ApiDescription, Backend, Handler, HttpApi
from local.gateway.invoker import InvocationError, Invoker
from local.gateway.thread import GatewayThread
from local.layout import Layout
from local.local_routes import LocalRoutes
from local.locks import locked
from local.model import endpoint
from local.model.service import Service
from local.ports import claim
from local.snapshots import Snapshots
from local.template import Resolver, Template, functions, load

SWEEPER = "AttemptSweeper"
DEFAULT_CONCURRENCY = min(32, 4 * (os.cpu_count() or 2))
_SWEEP_SECONDS = 150.0


class StackError(Exception):
    """The stack cannot run; the message is for the developer."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to run.

    Attributes:
        port: of the gateway; 0 for any free port.
        aws_port: of the emulator; likewise.
        data_dir: keeps data across restarts; None for the demo data at every start.
        demo: whether to load demo data; otherwise the tables are empty.
        parameters: the template's parameters, overriding its defaults and this machine's.
        concurrency: how many of each function run at once.
        report: called with what is being done.
    """

    port: int = 0
    aws_port: int = 0
    data_dir: Path | None = None
    demo: bool = True
    parameters: Mapping[str, str] = field(default_factory=dict)
    concurrency: int = DEFAULT_CONCURRENCY
    report: Callable[[str], None] = lambda _: None


class LocalStack:
    """The whole product on loopback, as a context manager: `with LocalStack() as stack: ...`.

    Attributes:
        base_url: the gateway's address, without a trailing slash.
        aws_endpoint: the emulated AWS's.
    """

    def __init__(self, options: Options | None = None, layout: Layout | None = None) -> None:
        self._options = options or Options()
        self._layout = layout or Layout()
        self._closing = contextlib.ExitStack()
        self._changing = threading.Lock()
        self._emulator: Emulator
        self._api: HttpApi
        self._clock: ClockFile
        self._gateway: GatewayThread
        self._snapshots = Snapshots(self._layout)
        self._version = ""
        self._has_data = False
        self._sweeper: str | None = None
        self._scheduled: list[str] = []
        self._s3: Any
        self._images_bucket = ""
        self.base_url = ""
        self.aws_endpoint = ""

    def __enter__(self) -> Self:
        """Start everything and wait until it is ready.

        Raises:
            StackError: the demo data is refused; also `BuildError`, `DeploymentError`, `EmulatorError`, `PortError` and
                `TemplateError`, as in their modules.
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
        """Stop everything, including all processes."""
        self._closing.close()

    @property
    def is_ready(self) -> bool:
        """Whether requests reach the functions and the data is loaded."""
        return self._has_data and self._api.backend is not None

    @property
    def physical_ids(self) -> Mapping[str, str]:
        """The deployed resources' names by logical id."""
        return deployment.physical_ids(self._emulator)

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment with which a process can use the layer's stores against this stack."""
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

    def set_clock(self, offset_seconds: float) -> float:
        """Set the functions' clock to an offset from the real one; returns its new time, epoch seconds.

        Raises:
            ValueError: not a finite number, or over a hundred years.
        """
        self._clock.set(offset_seconds)
        return time.time() + offset_seconds

    def sent_mails(self) -> Mapping[str, Any]:
        """The mails of functions, which the emulator's SES kept: see `local.outbox`."""
        kept: Mapping[str, Any] = self._emulator.read_json("/_ministack/ses/messages")
        return kept

    def run_schedule(self) -> Any:
        """Run the sweeper and then the other scheduled functions; returns the sweeper's result.

        Raises:
            FunctionError: it failed; `InvocationError`, `TimeoutError`: it did not answer.
        """
        backend = self._api.backend
        if backend is None or self._sweeper is None:
            raise InvocationError(f"there is no function {SWEEPER} with a schedule")
        event = {
            "version": "0",
            "source": "aws.events",
            "detail-type": "Scheduled Event",
            "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "resources": [],
            "detail": {},
        }
        answers = []
        for function in (self._sweeper, *self._scheduled):
            work = backend.invoker.invoke(backend.functions[function], event, timeout_seconds=_SWEEP_SECONDS)
            answers.append(self._gateway.call(work, timeout_seconds=_SWEEP_SECONDS + 1))
        return answers[0]

    def reset(self) -> None:
        """Restore the demo data: tables, files, queues, mails and the clock.

        The emulator is stopped and started with a copy of the state after deployment. The functions' processes end with
        it, and so their caches: blocks of ids, papers, keys, sessions.

        Raises:
            StackError: it does not run.
        """
        with self._changing:
            if self._api.backend is None:
                raise StackError("The stack does not run")
            self._disconnect(keep_state=False)
            self._snapshots.restore(self._version, self._emulator.folders.state)
            self._clock.set(0.0)
            self._emulator.start()
            self._connect()

    def _start(self) -> None:
        data_dir = self._options.data_dir
        if data_dir is not None:
            self._closing.callback(_claimed(data_dir).close)
        ports = claim(self._options.port, self._options.aws_port)
        self._closing.callback(ports.close)
        self.base_url = f"http://127.0.0.1:{ports.port}"
        self.aws_endpoint = f"http://127.0.0.1:{ports.aws_port}"

        template = load(self._layout.template)
        parameters = self._parameters(template)
        scheduled = _scheduled(template)
        self._sweeper = next((name for name in scheduled if name.startswith(SWEEPER)), None)
        self._scheduled = [name for name in scheduled if name != self._sweeper]
        description = ApiDescription.read(template, Resolver(template, parameters, REGION))
        model = endpoint.Model(Service.from_environment())
        web_headers = web.read_headers(
            self._layout.web / "headers.json",
            images="",
            connections=f"{self.aws_endpoint} ws{self.aws_endpoint.removeprefix('http')}",
        )
        mounted: dict[str, Handler] = {
            "/_local/": LocalRoutes(self, model),
            web.PREFIX: web.WebFiles(self._layout.web / "dist", web_headers),
            images.PREFIX: images.ImageFiles(self._image),
        }
        self._api = HttpApi(description, ports.port, mounted)
        self._gateway = GatewayThread(self._api.handle, ports.listener)
        self._gateway.start()
        self._closing.callback(self._gateway.stop)

        run = self._layout.run(ports.aws_port)
        shutil.rmtree(run, ignore_errors=True)
        self._closing.callback(shutil.rmtree, run, ignore_errors=True)
        self._clock = ClockFile(run / "clock", data_dir / "clock" if data_dir is not None else None)
        logs = self._layout.logs(ports.port)
        for log in ("aws.log", "functions.log"):
            (logs / log).unlink(missing_ok=True)
        state = (data_dir if data_dir is not None else run) / "state"
        self._emulator = Emulator(self._layout, ports.aws_port, Folders(state, run / "scratch", logs))
        self._closing.callback(self._stop_emulator)

        self._options.report("Building the layer and the functions")
        artifacts = build(template, self._layout)
        local_template = deployment.localised(
            template,
            artifacts,
            deployment.Addresses(self.base_url, self.aws_endpoint),
            {
                "SMARTEXAM_LOCAL": "1",
                "LOCAL_CLOCK_FILE": str(self._clock.path),
                "GROQ_API_KEY": endpoint.KEY,
                "IMAGES_BASE_URL": self.base_url,
            },
        )
        self._version = self._snapshots.name(local_template, parameters, self._options.demo)

        def deploy() -> None:
            deployment.deploy(self._emulator, local_template, artifacts, parameters)

        if not self._snapshots.has(self._version):
            self._make_snapshot(run / "fresh", deploy)
        self._start_with_data(state, deploy)
        self._clock.load()
        self._connect()
        self._has_data = True

    def _start_with_data(self, state: Path, deploy: Callable[[], None]) -> None:
        """Start the emulator with the required data."""
        deployed = state.with_name("deployed-version")
        keeps = self._options.data_dir is not None
        if not keeps or not state.is_dir():
            self._snapshots.restore(self._version, state)
            deployed.write_text(self._version, encoding="ascii")
        self._options.report("Starting AWS")
        self._emulator.start()
        if deployed.read_text(encoding="ascii") != self._version:
            self._options.report("Deploying what changed")
            deploy()
            deployed.write_text(self._version, encoding="ascii")

    def _make_snapshot(self, state: Path, deploy: Callable[[], None]) -> None:
        """Deploy to an empty emulator, load the demo data, and keep the resulting state."""
        later = self._emulator
        folders = Folders(state, later.folders.scratch, later.folders.logs)
        self._emulator = Emulator(self._layout, later.port, folders)
        self._options.report("Deploying template.yaml")
        self._emulator.start()
        deploy()
        self._connect()
        if self._options.demo:
            self._options.report("Loading the demo data")
            self._load_demo_data()
        self._disconnect(keep_state=True)
        self._snapshots.keep(self._version, state)
        self._emulator = later

    def _load_demo_data(self) -> None:
        # In its own process, because the layer reads its settings once, from the environment.
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

    def _image(self, key: str) -> tuple[bytes, str] | None:
        try:
            found = self._s3.get_object(Bucket=self._images_bucket, Key=key)
        except self._s3.exceptions.ClientError:
            return None
        return found["Body"].read(), found.get("ContentType", "application/octet-stream")

    def _connect(self) -> None:
        """Connect the gateway to the running emulator."""
        names = deployment.physical_ids(self._emulator)
        self._images_bucket = names.get("ImagesBucket", "")
        self._s3 = self._emulator.client("s3")
        invoker = Invoker(self._emulator.port, REGION, self._options.concurrency)
        self._api.backend = Backend(invoker, names, names.get("HttpApi", "local"))

    def _stop_emulator(self) -> None:
        # A reset in progress would start it again.
        with self._changing:
            self._disconnect(keep_state=self._options.data_dir is not None)

    def _disconnect(self, *, keep_state: bool) -> None:
        backend, self._api.backend = self._api.backend, None
        if backend is not None:
            self._gateway.call(backend.invoker.close())
        self._emulator.stop(keep_state=keep_state)

    def _parameters(self, template: Template) -> dict[str, str]:
        declared = template.get("Parameters", {})
        port = self.base_url.rpartition(":")[2]
        chosen = {
            "AppBaseUrl": f"{self.base_url}{web.PREFIX}",
            "AllowedOrigins": f"{self.base_url},http://localhost:{port}",
            # Limits per source only apply to requests with the header X-Local-Source.
            "TrustedNetworks": "127.0.0.0/8,::1/128",
            **self._options.parameters,
            # Also with a real service: the gateway calls it, and keeps its key.
            "GroqBaseUrl": f"{self.base_url}{endpoint.PREFIX}",
        }
        return {name: value for name, value in chosen.items() if name in declared}


def _claimed(data_dir: Path) -> IO[bytes]:
    """The lock on a data folder, because two stacks would overwrite each other's data."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = locked(data_dir / ".lock")
    except OSError as error:
        raise StackError(f"No data can be kept in {data_dir}: {error.strerror}") from error
    if lock is None:
        raise StackError(f"The data in {data_dir} is in use by another stack: choose another folder with DATA_DIR=...")
    return lock


def _scheduled(template: Template) -> list[str]:
    """The functions with a schedule."""
    return [
        logical_id
        for logical_id, properties in functions(template)
        if {event.get("Type") for event in properties.get("Events", {}).values()} & {"Schedule", "ScheduleV2"}
    ]
