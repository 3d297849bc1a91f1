"""Cross-origin rules from the template's `CorsConfiguration`, applied like an HTTP API does."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from local.gateway.messages import Answer, Request

# A developer's page, at any port. No deployed API admits it.
_DEVELOPER = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class Cors:
    """What pages from other origins may do."""

    origins: Sequence[str]
    methods: Sequence[str]
    headers: Sequence[str]
    exposed: Sequence[str]
    max_age: int | None
    credentials: bool

    def preflight(self, request: Request) -> Answer | None:
        """The answer to a preflight request; None for other requests.

        A refused origin gets the same status without the headers, so the browser refuses.
        """
        if request.method != "OPTIONS" or request.header("access-control-request-method") is None:
            return None
        headers = self._for_origin(request)
        if headers:
            if self.methods:
                headers.append(("access-control-allow-methods", ",".join(self.methods)))
            if self.headers:
                headers.append(("access-control-allow-headers", ",".join(self.headers)))
            if self.max_age is not None:
                headers.append(("access-control-max-age", str(self.max_age)))
        return Answer(204, headers)

    def decorated(self, request: Request, answer: Answer) -> Answer:
        """An answer with the headers for the request's origin; like on AWS, they replace the function's own."""
        kept = [(name, value) for name, value in answer.headers if not name.startswith("access-control-")]
        headers = self._for_origin(request)
        if headers and self.exposed:
            headers.append(("access-control-expose-headers", ",".join(self.exposed)))
        return Answer(answer.status, (*kept, *headers), answer.body)

    def _for_origin(self, request: Request) -> list[tuple[str, str]]:
        origin = request.header("origin")
        if origin is None or not (
            _DEVELOPER.fullmatch(origin) or any(_allows(allowed, origin) for allowed in self.origins)
        ):
            return []
        if self.credentials:
            headers = [("access-control-allow-origin", origin), ("access-control-allow-credentials", "true")]
        else:
            headers = [("access-control-allow-origin", "*" if "*" in self.origins else origin)]
        headers.append(("vary", "origin"))
        return headers


def read_cors(settings: Any) -> Cors | None:
    """The rules of a resolved `CorsConfiguration`; None if there is none."""
    if settings is True:
        settings = {"AllowOrigins": ["*"]}
    if not isinstance(settings, Mapping):
        return None
    max_age = settings.get("MaxAge")
    return Cors(
        origins=_strings(settings.get("AllowOrigins")),
        methods=_strings(settings.get("AllowMethods")),
        headers=_strings(settings.get("AllowHeaders")),
        exposed=_strings(settings.get("ExposeHeaders")),
        max_age=None if max_age is None else int(max_age),
        credentials=str(settings.get("AllowCredentials", "")).lower() == "true",
    )


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(item) for item in value or () if not isinstance(item, Mapping)]


def _allows(allowed: str, origin: str) -> bool:
    if allowed in {"*", origin, origin.rstrip("/")}:
        return True
    # In an HTTP API, `https://*` allows every origin with that scheme.
    return allowed.endswith("://*") and urlsplit(origin).scheme == urlsplit(allowed).scheme
