"""Google's certificates, fetched through google-auth's transport interface and kept as long as Google says."""

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
# A key id that we do not know may be a day's first new one, or made up: whoever makes them up must not drive us.
_SHORTEST_SECONDS = 30.0
_MOST_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer of the certificate server; `is_stale` asks for a new one whatever its age."""

    status: int
    data: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    age: Stopwatch = field(default_factory=Stopwatch)
    is_stale: bool = False

    @property
    def good_for(self) -> float:
        """Seconds that it may be kept."""
        found = _MAX_AGE.search(self.headers.get("cache-control", ""))
        return min(float(found[1]), _LONGEST_SECONDS) if found else _DEFAULT_SECONDS


class Certificates(transport.Request):
    """A transport for google-auth that fetches each address once in a while instead of at every verification."""

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
        """The certificates at an address, from here or from there.

        Raises:
            TransportError: they cannot be fetched and none are kept.
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
        """Let the next call fetch anew if the certificates kept lack a key, and are not from just now."""
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
