"""Time until a screen can be used, in a real browser on a slowed processor and network."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.soak.stack import RunningStack
from tests.e2e.chromium import FLAGS, executable

# Lighthouse's "slow 4G", also known as "fast 3G".
LATENCY_MS = 150
BYTES_PER_SECOND = 1_600_000 / 8
SLOWDOWN = 4
SIGN_IN, SITTING = "sign-in", "sitting"
_STUDENT = {"username": "student1", "password": "Student@2025demo"}
_READY = {SIGN_IN: "input[type=password]", SITTING: "[role=timer]"}
_PATIENCE_MS = 120_000
# Notes when an element is first in the page, by the page's own clock, which begins with the navigation.
_WATCH = """
new MutationObserver((_, observer) => {
  if (document.querySelector('%s')) { globalThis.usableAt = performance.now(); observer.disconnect(); }
}).observe(document, { childList: true, subtree: true });
"""


@contextmanager
def phone() -> Iterator[Callable[[str, str], float]]:
    """A function that opens a screen (its name and address) with nothing in the cache, and returns the milliseconds."""
    # Not needed by other parts, and installed for tests.
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    log = Path(tempfile.gettempdir()) / "bench-web.log"
    with RunningStack(log, 2) as stack, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=executable(), args=list(FLAGS))

        def open_screen(name: str, path: str) -> float:
            context = browser.new_context(base_url=stack.base_url)
            context.set_default_timeout(_PATIENCE_MS)
            try:
                if name == SITTING:
                    signed_in = context.request.post("/login", data=_STUDENT)
                    started = context.request.post(path.replace("/app/exams", "/start-exam").removesuffix("/sit"))
                    if not (signed_in.ok and started.ok):
                        raise SystemExit(f"the exam could not be started: {started.text()}")
                page = context.new_page()
                page.add_init_script(_WATCH % _READY[name])
                _slow_down(context.new_cdp_session(page))
                page.goto(path)
                page.wait_for_selector(_READY[name], state="attached")
                usable: float = page.evaluate("globalThis.usableAt")
                return usable
            finally:
                context.close()

        yield open_screen
        browser.close()


def _slow_down(debugger: Any) -> None:
    network = {
        "offline": False,
        "latency": LATENCY_MS,
        "downloadThroughput": BYTES_PER_SECOND,
        "uploadThroughput": BYTES_PER_SECOND / 2,
    }
    debugger.send("Network.emulateNetworkConditions", network)
    debugger.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
