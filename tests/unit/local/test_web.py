"""The web app's files, as the local gateway serves them."""

import asyncio
import gzip
from pathlib import Path

import pytest

from local.gateway.messages import Answer, Request
from local.images import ImageFiles
from local.web import WebFiles, read_headers

HEADERS = {"content-security-policy": "default-src 'none'"}


@pytest.fixture
def files(tmp_path: Path) -> WebFiles:
    (tmp_path / "dist" / "assets").mkdir(parents=True)
    (tmp_path / "dist" / "index.html").write_text("<title>Exams</title>")
    (tmp_path / "dist" / "assets" / "index-1a2b.js").write_text("go()")
    (tmp_path / "dist" / "sw.js").write_text("keep()")
    (tmp_path / "secret.txt").write_text("secret")
    return WebFiles(tmp_path / "dist", HEADERS)


def get(files: WebFiles, path: str, *headers: tuple[str, str], method: str = "GET") -> Answer:
    return asyncio.run(files(Request(method, path, "", headers, b"", "127.0.0.1", "1.1", "id-1")))


@pytest.mark.parametrize("path", ["/app/", "/app/exams/7/sit", "/app/../secret"])
def test_every_address_is_the_same_page_which_is_never_cached(files: WebFiles, path: str) -> None:
    answer = get(files, path)

    assert (answer.status, answer.body) == (200, b"<title>Exams</title>")
    assert dict(answer.headers) == {
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-cache",
        **HEADERS,
    }


def test_files_named_by_their_content_are_cached_for_a_year(files: WebFiles) -> None:
    answer = get(files, "/app/assets/index-1a2b.js", ("accept-encoding", "gzip, br"))

    assert gzip.decompress(answer.body) == b"go()"
    assert dict(answer.headers)["cache-control"] == "public, max-age=31536000, immutable"
    assert dict(answer.headers)["content-type"] == "text/javascript; charset=utf-8"


def test_the_service_worker_is_asked_for_each_time_and_may_serve_the_whole_app(files: WebFiles) -> None:
    answer = get(files, "/app/sw.js")

    assert answer.body == b"keep()"
    assert dict(answer.headers)["content-type"] == "text/javascript; charset=utf-8"
    assert dict(answer.headers)["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["/app/assets/index-0000.js", "/app/old.js", "/app/../secret.txt", "/app/%2e%2e/secret.txt"]
)
def test_a_file_that_the_build_does_not_have_is_not_the_page(files: WebFiles, path: str) -> None:
    assert get(files, path).status == 404


def test_other_requests_are_redirected_or_refused(files: WebFiles) -> None:
    assert dict(get(files, "/app").headers)["location"] == "/app/"
    assert get(files, "/app/", method="POST").status == 405


def test_without_a_build_it_says_how_to_make_one(tmp_path: Path) -> None:
    assert b"make web" in get(WebFiles(tmp_path, HEADERS), "/app/").body


def test_scripts_come_from_the_own_origin_alone() -> None:
    headers = read_headers(Path("web/headers.json"), images="http://i.test", connections="ws://s.test")

    policy = headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert all(f"{what} 'none';" in f"{policy};" for what in ("object-src", "base-uri", "frame-ancestors"))
    assert "{" not in policy


def test_images_come_from_the_same_origin() -> None:
    files = ImageFiles({"images/a.png": (b"png", "image/png")}.get)

    def get_image(path: str, method: str = "GET") -> Answer:
        return asyncio.run(files(Request(method, path, "", (), b"", "127.0.0.1", "1.1", "id-1")))

    found = get_image("/images/a.png")
    assert (found.status, found.body) == (200, b"png")
    assert dict(found.headers)["content-type"] == "image/png"
    assert get_image("/images/b.png").status == 404
    assert get_image("/images/a.png", "DELETE").status == 405
