"""Caches Google's certificates behind google-auth's transport interface, for as long as Google allows."""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import urllib3
from google.auth import transport
from google.auth.exceptions import TransportError

from smartexam.platform.stopwatch import Stopwatch

_MAX_AGE = re.compile(r"max-age=(\d+)")
_DEFAULT_SECONDS, _LONGEST_SECONDS = 3600.0, 24 * 3600.0
# An unknown key id may be Google's newest or made up, and made-up ones must not make us fetch every time.
_SHORTEST_SECONDS = 30.0
_MOST_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer of the certificate server; `is_stale` requires a new one whatever its age."""

    status: int
    data: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    age: Stopwatch = field(default_factory=Stopwatch)
    is_stale: bool = False

    @property
    def good_for(self) -> float:
        """The seconds for which it may be cached."""
        found = _MAX_AGE.search(self.headers.get("cache-control", ""))
        return min(float(found[1]), _LONGEST_SECONDS) if found else _DEFAULT_SECONDS


class Certificates(transport.Request):
    """A transport for google-auth that caches each address's answer."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, Fetched] = {}
        self._http = urllib3.PoolManager(timeout=urllib3.Timeout(connect=1.0, read=2.0), retries=urllib3.Retry(1))

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **kwargs: Any,
    ) -> Fetched:
        """The certificates at an address, cached or fetched.

        Raises:
            TransportError: they cannot be fetched and none are cached.
        """
        del body, headers, timeout, kwargs
        with self._lock:
            kept = self._kept.get(url)
            if kept is not None and not kept.is_stale and kept.age.seconds() < kept.good_for:
                return kept
            try:
                fetched = self._fetch(url, method)
            except TransportError:
                if kept is None:
                    raise
                return kept
            self._kept[url] = fetched
            return fetched

    def renew_if_without(self, url: str, key_id: str) -> None:
        """Make the next call fetch again if the cached certificates lack a key and are not fresh."""
        with self._lock:
            kept = self._kept.get(url)
            if kept is None or key_id.encode() in kept.data or kept.age.seconds() < _SHORTEST_SECONDS:
                return
            self._kept[url] = replace(kept, is_stale=True)

    def _fetch(self, url: str, method: str) -> Fetched:
        asked = Stopwatch()
        try:
            response = self._http.request(method, url, redirect=False, preload_content=False)
            data = response.read(_MOST_BYTES)
            response.release_conn()
        except urllib3.exceptions.HTTPError as error:
            raise TransportError(str(error)) from error  # type: ignore[no-untyped-call]
        if response.status != 200:  # noqa: PLR2004 - OK
            raise TransportError(f"status {response.status}")  # type: ignore[no-untyped-call]
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Fetched(response.status, data, headers, asked)
