"""`python -m local`: run the stack until Ctrl-C."""

import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path

from local.artifacts import BuildError
from local.demo import ACCOUNTS
from local.deployment import DeploymentError
from local.emulator import EmulatorError
from local.layout import Layout
from local.ports import PortError
from local.stack import DEFAULT_CONCURRENCY, LocalStack, Options, StackError
from local.template import TemplateError, load

_SWITCHES = {"1": "true", "0": "false"}
_HIGHEST_PORT = 65_535


def main() -> int:
    """Run until a signal; returns the exit code."""
    stopping = threading.Event()
    layout = Layout()
    started = time.monotonic()
    try:
        options = _options(layout)
        _log_to(layout.logs(options.port))
        # From here on a signal stops everything in order, even while the stack starts.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _interrupt)
        with LocalStack(options, layout) as stack:
            _welcome(stack, options, layout, time.monotonic() - started)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, lambda *_: stopping.set())
            stopping.wait()
            print("\nStopping ...", flush=True)
            # A second Ctrl-C must not interrupt stopping.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
    except (BuildError, DeploymentError, EmulatorError, PortError, StackError, TemplateError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _options(layout: Layout) -> Options:
    data_dir = os.environ.get("DATA_DIR")
    concurrency = os.environ.get("LOCAL_CONCURRENCY", "")
    return Options(
        port=_port("PORT", 3000),
        aws_port=_port("AWS_PORT", 4566),
        data_dir=Path(data_dir).expanduser().resolve() if data_dir else None,
        parameters=_parameters(layout),
        report=lambda step: print(f"{step} ...", flush=True),
        concurrency=int(concurrency) if concurrency.isdecimal() else DEFAULT_CONCURRENCY,
    )


def _port(name: str, usual: int) -> int:
    text = os.environ.get(name) or str(usual)
    if not text.isdecimal() or not 0 < int(text) <= _HIGHEST_PORT:
        raise PortError(f"{name}={text} is no port")
    return int(text)


def _parameters(layout: Layout) -> dict[str, str]:
    """The template's parameters set by the environment: AdminEmail by ADMIN_EMAIL, or a switch by 1 or 0."""
    chosen = {}
    for name, parameter in load(layout.template).get("Parameters", {}).items():
        variable = "".join(f"_{letter}" if letter.isupper() else letter.upper() for letter in name).lstrip("_")
        # STAGE and LOG_LEVEL of the developer's shell are meant for other programs.
        if variable not in {"STAGE", "LOG_LEVEL"} and os.environ.get(variable):
            given = os.environ[variable]
            chosen[name] = _SWITCHES.get(given, given) if "true" in parameter.get("AllowedValues", ()) else given
    return chosen


def _log_to(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    everything = logging.FileHandler(folder / "gateway.log", mode="w", encoding="utf-8")
    everything.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    failures = logging.StreamHandler()
    failures.setLevel(logging.ERROR)
    log = logging.getLogger("local")
    log.setLevel(logging.INFO)
    log.addHandler(everything)
    log.addHandler(failures)
    log.propagate = False


def _welcome(stack: LocalStack, options: Options, layout: Layout, seconds: float) -> None:
    accounts = "\n".join(f"    {account.username:<10} {account.password:<20} {account.role}" for account in ACCOUNTS)
    kept = (
        f"Data is kept in {options.data_dir}."
        if options.data_dir
        else "Data is gone at the end: DATA_DIR=... keeps it."
    )
    print(
        f"""
Ready after {seconds:.1f} s at {stack.base_url}

    Web app        {stack.base_url}/app/
    API reference  {stack.base_url}/api-docs
    Mails          {stack.base_url}/_local/outbox
    AWS            {stack.aws_endpoint}
    Logs           {layout.logs(options.port)}

{accounts}

{kept} Ctrl-C stops.
""",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
