"""Changes that bind credentials already issued, without a database read per request.

Role changes, new passwords and deletions are one small feed. A warm process re-reads what is new in it every few
seconds, so a change binds everywhere within five; admin routes do not wait for it, they read the account.
"""

import threading
from functools import lru_cache

from msgspec import structs

from smartexam.accounts.store import revocations
from smartexam.accounts.store.revocations import Revocation
from smartexam.platform.principal import Principal
from smartexam.platform.stopwatch import Stopwatch

# With the read itself this stays within the five seconds that are promised.
_REFRESH_SECONDS = 4.0
# Entries may be written by machines whose clocks differ from ours, and become visible after they were stamped.
_OVERLAP_SECONDS = 60.0


class RevocationFeed:
    """What this process knows of the feed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._changes: dict[int, list[Revocation]] = {}
        self._age: Stopwatch | None = None
        self._read_up_to = 0.0

    def applied(self, principal: Principal, now: float) -> Principal | None:
        """The principal as later changes leave it, None if its credential is dead.

        Args:
            principal: as its credential says.
            now: epoch seconds.

        Raises:
            Unavailable: the feed is stale and cannot be read; letting the request through would be a guess.
        """
        self._refresh(now)
        for change in self._changes.get(principal.user_id, ()):
            if principal.version < change.auth_version:
                if change.role is None:
                    return None
                principal = structs.replace(principal, role=change.role, version=change.auth_version)
        return principal

    def _refresh(self, now: float) -> None:
        with self._lock:
            if self._age is not None and self._age.seconds() < _REFRESH_SECONDS:
                return
            age = Stopwatch()
            horizon = now - revocations.REVOCATION_SECONDS
            first = self._age is None or now < self._read_up_to - _OVERLAP_SECONDS
            changes = {} if first else self._changes
            for change in revocations.revocations_since(horizon if first else self._read_up_to - _OVERLAP_SECONDS):
                known = changes.setdefault(change.user_id, [])
                if change not in known:
                    known.append(change)
                    known.sort(key=lambda entry: entry.auth_version)
            self._changes, self._age, self._read_up_to = changes, age, now


@lru_cache(maxsize=1)
def feed() -> RevocationFeed:
    """This process's copy of the feed."""
    return RevocationFeed()
