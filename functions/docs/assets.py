"""The API's description and the page that shows it, read at the first request for them.

Deployed, the descriptions have a compressed form beside them, which `functions/Makefile` makes: compressing one takes
longer than all the rest of a request for it.
"""

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
        packed: the text compressed with gzip, None if only the text is there.
    """

    text: str
    content_type: str
    packed: bytes | None = None

    @cached_property
    def etag(self) -> str:
        """Changes with the text; weak, because the compressed form has other bytes."""
        return f'W/"{sha256(self.text.encode()).hexdigest()[:32]}"'


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
    return Page(Asset(html, "text/html; charset=utf-8"), policy)


def _json(name: str) -> Asset:
    packed = _FOLDER / f"{name}.gz"
    text = (_FOLDER / name).read_text(encoding="utf-8")
    return Asset(text, "application/json", packed.read_bytes() if packed.is_file() else None)


def _text(name: str) -> str:
    return (_FOLDER / "page" / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()
