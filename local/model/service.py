"""Calls the real model service with the developer's key."""

import os
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from local.gateway.messages import Answer

_GROQ = "https://api.groq.com"
_SECONDS = 60.0
_PASSED_ON = ("content-type", "retry-after")


class Service:
    """A service with Groq's HTTP API."""

    def __init__(self, key: str, base_url: str = _GROQ) -> None:
        self._key = key
        self._url = f"{base_url.rstrip('/')}/openai/v1/chat/completions"

    @classmethod
    def from_environment(cls) -> "Service | None":
        """The service of `GROQ_API_KEY`; None without it."""
        key = os.environ.get("GROQ_API_KEY")
        return cls(key, os.environ.get("GROQ_BASE_URL") or _GROQ) if key else None

    def forward(self, body: bytes) -> Answer:
        """Ask for a completion and return the service's answer, including errors."""
        if not self._url.startswith(("https://", "http://")):
            return Answer(502)
        headers = {"authorization": f"Bearer {self._key}", "content-type": "application/json", "user-agent": "local"}
        request = Request(self._url, body, headers, method="POST")  # noqa: S310 - http or https, as checked above
        try:
            with urlopen(request, timeout=_SECONDS) as response:  # noqa: S310 - see above
                return _answer(response.status, response.headers.items(), response.read())
        except HTTPError as error:
            with error:
                return _answer(error.code, error.headers.items(), error.read())
        except (URLError, OSError):
            return Answer(502)


def _answer(status: int, headers: list[tuple[str, str]], body: bytes) -> Answer:
    kept = tuple((name.lower(), value) for name, value in headers if name.lower() in _PASSED_ON)
    return Answer(status, kept, body)
