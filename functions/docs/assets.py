"""The API's description and the page that shows it, read at the first request for them."""

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
_METHODS = frozenset({"get", "post", "put", "delete"})


@dataclass(frozen=True)
class Asset:
    """A text served as it is."""

    text: str
    content_type: str

    @cached_property
    def etag(self) -> str:
        """Changes with the text; weak, because the compressed form has other bytes."""
        return f'W/"{sha256(self.text.encode()).hexdigest()[:32]}"'


@dataclass(frozen=True, slots=True)
class Page:
    """A page that contains its scripts and styles, and the policy that lets the browser run only these."""

    asset: Asset
    policy: str


class _Paths(msgspec.Struct):
    """The part of the description that tells the routes."""

    paths: dict[str, dict[str, msgspec.Raw]]


@lru_cache(maxsize=1)
def description() -> Asset:
    """The OpenAPI document."""
    return Asset((_FOLDER / "openapi.json").read_text(encoding="utf-8"), "application/json")


@lru_cache(maxsize=1)
def socket_description() -> Asset:
    """The AsyncAPI document."""
    return Asset((_FOLDER / "asyncapi.json").read_text(encoding="utf-8"), "application/json")


@lru_cache(maxsize=1)
def route_table() -> RouteTable:
    """The routes in the description."""
    paths = msgspec.json.decode(description().text, type=_Paths).paths
    return RouteTable.of((method, path) for path, item in paths.items() for method in item if method in _METHODS)


@lru_cache(maxsize=1)
def reference_page() -> Page:
    """The page with its style and its script in one document, so that it needs no further route."""
    style, script = _text("style.css"), "\n".join(map(_text, _SCRIPTS))
    html = _text("index.html").replace("/*style*/", style).replace("/*script*/", script)
    policy = (
        f"default-src 'none'; script-src 'sha256-{_digest(script)}'; style-src 'sha256-{_digest(style)}'; "
        "object-src 'none'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    return Page(Asset(html, "text/html; charset=utf-8"), policy)


def _text(name: str) -> str:
    return (_FOLDER / "page" / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()
