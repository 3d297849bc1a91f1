"""A new version of the app that is deployed while an exam is sat: the page stays as it is, and nothing is lost."""

import base64
import hashlib
import http.client
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from local.layout import PROJECT
from local.stack import LocalStack
from tests.contract.client import STUDENTS
from tests.e2e.web.conftest import PATIENCE_MS
from tests.e2e.web.screens import sign_in
from tests.e2e.web.sitting import MCQ, Sitting

TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}
NOT_SENT = frozenset({"host", "origin", "referer", "connection", "accept-encoding", "content-length"})
NOT_ANSWERED = frozenset({"content-length", "connection", "transfer-encoding", "date", "server"})
UPDATE = "async () => { await (await navigator.serviceWorker.ready).update() }"
IS_WAITING = "async () => Boolean((await navigator.serviceWorker.ready).waiting)"
HAS_TAKEN_OVER = """async () => {
    const registration = await navigator.serviceWorker.ready;
    registration.waiting?.postMessage("take over");
    return !registration.waiting && !registration.installing;
}"""
LOADED = """performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname)
    .filter(path => path.startsWith("/app/assets/")).map(path => path.split("/").at(-1))"""


def _gateway(api: str, folder: Path) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            # A browser keeps its connections from one test to the next.
            threading.current_thread().name = "loopback"
            super().setup()

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if not path.startswith("/app/"):
                self._forward()
                return
            file = _file(folder, path.removeprefix("/app/"))
            if file is None:
                self._answer(404, "text/plain", b"")
            else:
                self._answer(200, TYPES.get(file.suffix, "application/octet-stream"), file.read_bytes())

        def _forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            sent = {**dict(_without(self.headers.items(), NOT_SENT)), "Origin": f"http://{api}"}
            with closing(http.client.HTTPConnection(api, timeout=60)) as asked:
                asked.request(self.command, self.path, body or None, sent)
                answer = asked.getresponse()
                content = answer.read()
            self.send_response(answer.status)
            for name, value in _without(answer.getheaders(), NOT_ANSWERED):
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = _forward  # noqa: N815 - the name that the server looks for

        def handle_one_request(self) -> None:
            self.close_connection = True  # whatever follows if the page has gone meanwhile
            with suppress(ConnectionError):
                super().handle_one_request()

        def _answer(self, status: int, kind: str, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Cache-Control", "no-cache")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


class Site:
    """The app's files in a folder of the test, and the stack's API, at one origin."""

    def __init__(self, stack: LocalStack, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(PROJECT / "web" / "dist", folder)
        api = urlsplit(stack.base_url).netloc
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _gateway(api, folder))
        self.server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def deploy_another(self) -> set[str]:
        """Replace the build by one whose files all have other names; returns these."""
        page, worker = self.folder / "index.html", self.folder / "sw.js"
        before = _integrity(page)
        names = {file.name: _renamed(file) for file in self._assets()}
        for file in [page, worker, *self._assets()]:
            if file.suffix in {".js", ".css", ".html"}:
                text = file.read_text(encoding="utf-8")
                for old, new in names.items():
                    text = text.replace(old, new)
                file.write_text(text, encoding="utf-8")
        for file in self._assets():
            file.rename(file.with_name(names[file.name]))
        text = worker.read_text(encoding="utf-8")
        assert before in text
        worker.write_text(text.replace(before, _integrity(page)), encoding="utf-8")
        return set(names.values())

    def _assets(self) -> list[Path]:
        return sorted((self.folder / "assets").iterdir())


def _without(headers: Iterable[tuple[str, str]], left_out: frozenset[str]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers if name.lower() not in left_out]


def _file(folder: Path, name: str) -> Path | None:
    """A file of the build, the page for addresses of screens, None for files that are not there."""
    file = folder / name
    if file.is_file():
        return file
    return None if name.startswith("assets/") else folder / "index.html"


def _renamed(file: Path) -> str:
    last = "1" if file.stem.endswith("0") else "0"
    return f"{file.stem[:-1]}{last}{file.suffix}"


def _integrity(file: Path) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(file.read_bytes()).digest()).decode()


@pytest.fixture
def site(stack: LocalStack, built: None, tmp_path: Path) -> Iterator[Site]:
    site = Site(stack, tmp_path / "dist")
    yield site
    site.server.shutdown()
    site.server.server_close()


def test_a_new_version_waits_for_the_end_of_the_exam(
    browser: Browser, new_exam: Callable[..., int], site: Site
) -> None:
    profile = browser.new_context(base_url=site.origin, locale="en-IN")
    profile.set_default_timeout(PATIENCE_MS)
    sign_in(profile, *STUDENTS[0])
    page = profile.new_page()
    plain, formula = MCQ | {"question_text": "Two and two"}, MCQ
    sitting = Sitting(page, new_exam([plain, formula])).begin()
    sitting.option("A. 3").check()
    sitting.has_saved({"1": "A"})
    page.evaluate(UPDATE)
    page.evaluate("globalThis.mark = 1")

    names = site.deploy_another()
    page.evaluate(UPDATE)
    page.wait_for_function(IS_WAITING)
    assert page.evaluate(HAS_TAKEN_OVER) is False

    # The formulas' code is loaded only now, and is no longer on the server.
    sitting.option("B. 4").check()
    sitting.button("Save & next").click()
    expect(page.get_by_role("math").first).to_be_visible()
    sitting.option("C. 5").check()
    sitting.has_saved({"1": "B", "2": "C"})
    assert page.evaluate("globalThis.mark") == 1
    assert page.evaluate(IS_WAITING) is True
    assert not names & set(page.evaluate(LOADED))

    # A reload brings the new page, with its own files alone.
    page.reload()
    expect(sitting.option("B. 4")).to_be_checked()
    expect(sitting.saved).to_have_text("All answers saved")
    assert set(page.evaluate(LOADED)) <= names
    assert page.evaluate(IS_WAITING) is True

    sitting.button("Submit exam").click()
    sitting.button("Yes, submit").click()
    expect(sitting.heading("Result")).to_be_visible()
    page.wait_for_function(HAS_TAKEN_OVER, polling=500)
    profile.close()
