"""The built web app at `/app/`, as CloudFront serves it: cached by content hash, and every address of a screen is the
same page.
"""

import asyncio
import gzip
import json
import mimetypes
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from local.gateway.messages import Answer, Request, error_answer

PREFIX = "/app"
_ASSETS = "assets/"
# As `WebAddresses` in infrastructure/site.yaml, which leaves these alone
_FILE_NAME = re.compile(r"^assets/|\.[a-z0-9]+$")
_FOREVER = "public, max-age=31536000, immutable"
_COMPRESSED: Final = {".css", ".html", ".js", ".json", ".svg"}
_TYPES: Final = {".js": "text/javascript", ".woff2": "font/woff2", ".webmanifest": "application/manifest+json"}


class WebFiles:
    """Answers requests under `/app/` with the files of a build.

    Args:
        folder: the build's folder.
        headers: what every answer carries.
    """

    def __init__(self, folder: Path, headers: Mapping[str, str]) -> None:
        self._folder = folder
        self._headers = tuple(headers.items())

    async def __call__(self, request: Request) -> Answer:
        """The file of a path, the app's page for the address of a screen."""
        if request.method not in {"GET", "HEAD"}:
            return error_answer(405, "Method not allowed", request.id, (("allow", "GET, HEAD"),))
        if request.path == PREFIX:
            return Answer(302, (("location", f"{PREFIX}/"),))
        return await asyncio.to_thread(self._find, request)

    def _find(self, request: Request) -> Answer:
        name = request.path[len(PREFIX) + 1 :]
        file = (self._folder / name).resolve()
        if not name or not file.is_file() or not file.is_relative_to(self._folder):
            if _FILE_NAME.search(name):
                return error_answer(404, "Not found", request.id)
            name, file = "index.html", self._folder / "index.html"
        if not file.is_file():
            return error_answer(503, "The web app is not built: run `make web`", request.id)
        return self._answer(request, file, _FOREVER if name.startswith(_ASSETS) else "no-cache")

    def _answer(self, request: Request, file: Path, caching: str) -> Answer:
        kind = _TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        charset = "; charset=utf-8" if kind.startswith("text/") else ""
        headers = [("content-type", f"{kind}{charset}"), ("cache-control", caching), *self._headers]
        body = file.read_bytes()
        if file.suffix in _COMPRESSED and "gzip" in (request.header("accept-encoding") or ""):
            headers += [("content-encoding", "gzip"), ("vary", "accept-encoding")]
            body = _compressed(body)
        return Answer(200, headers, body)


@lru_cache(maxsize=256)
def _compressed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def read_headers(file: Path, *, images: str, connections: str) -> dict[str, str]:
    """The security headers of the app, without those that only make sense over TLS.

    Args:
        file: `web/headers.json`, which the template's response headers repeat.
        images: sources of images other than the app's own origin.
        connections: addresses of sockets and uploads.
    """
    headers: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    del headers["strict-transport-security"]
    policy = headers["content-security-policy"].replace("{images}", images).replace("{connections}", connections)
    return headers | {"content-security-policy": policy}
