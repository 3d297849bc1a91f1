"""The API's description and the page that shows it, read at the first request for them.

Deployed, the descriptions are there in compressed form only, which `functions/Makefile` makes: compressing one takes
longer than all the rest of a request for it.
"""

import gzip
from base64 import b64encode
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path

import msgspec

from docs.service import RouteTable

_FOLDER = Path(__file__).parent
# In order of their dependencies; together they are one script.
_SCRIPTS = ("dom.js", "schema.js", "operation.js", "tryout.js", "main.js")


@dataclass(frozen=True)
class Asset:
    """A text served as it is.

    Attributes:
        content: the text in UTF-8, compressed with gzip if `is_packed`.
    """

    content: bytes
    content_type: str
    is_packed: bool = False

    @cached_property
    def text(self) -> str:
        """The text itself."""
        return (gzip.decompress(self.content) if self.is_packed else self.content).decode()

    @cached_property
    def etag(self) -> str:
        """Changes with the text; weak, because it is served in two forms."""
        return f'W/"{sha256(self.content).hexdigest()[:32]}"'


@dataclass(frozen=True, slots=True)
class Page:
    """A page that contains its scripts and styles, and the policy that lets the browser run only these."""

    asset: Asset
    policy: str


class _RouteGroup(msgspec.Struct):
    """Routes under one title: name, summary, method and path of each."""

    routes: list[tuple[str, str, str, str]]


class _Start(msgspec.Struct):
    """What the page shows before the description is there; a small part of it."""

    groups: list[_RouteGroup]


@lru_cache(maxsize=1)
def description() -> Asset:
    """The OpenAPI document."""
    return _json("openapi.json")


@lru_cache(maxsize=1)
def socket_description() -> Asset:
    """The AsyncAPI document."""
    return _json("asyncapi.json")


@lru_cache(maxsize=1)
def route_table() -> RouteTable:
    """The routes in the description."""
    groups = msgspec.json.decode((_FOLDER / "start.json").read_bytes(), type=_Start).groups
    return RouteTable.of((method, path) for group in groups for _, _, method, path in group.routes)


@lru_cache(maxsize=1)
def reference_page() -> Page:
    """The page with its style and its script in one document, so that it needs no further route."""
    start = (_FOLDER / "start.json").read_text(encoding="utf-8").strip()
    style, script = _text("style.css"), "\n".join([f"const start = {start};", *map(_text, _SCRIPTS)])
    html = _text("index.html").replace("/*style*/", style).replace("/*script*/", script)
    policy = (
        f"default-src 'none'; script-src 'sha256-{_digest(script)}'; style-src 'sha256-{_digest(style)}'; "
        "object-src 'none'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    return Page(Asset(html.encode(), "text/html; charset=utf-8"), policy)


def _json(name: str) -> Asset:
    packed = _FOLDER / f"{name}.gz"
    is_packed = packed.is_file()
    return Asset((packed if is_packed else _FOLDER / name).read_bytes(), "application/json", is_packed)


def _text(name: str) -> str:
    return (_FOLDER / "page" / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()
