"""Applies changes of accounts to credentials already issued, without a database read per request.

Role changes, new passwords and deletions are written to one small feed. A warm process reads its new entries every few
seconds, so a change applies everywhere within five. Admin routes read the account instead.
"""

import threading
from functools import lru_cache

from msgspec import structs

from smartexam.accounts.store import revocations
from smartexam.accounts.store.revocations import Revocation
from smartexam.platform.principal import Principal
from smartexam.platform.stopwatch import Stopwatch

# Leaves time for the read itself within the promised five seconds.
_REFRESH_SECONDS = 4.0
# Entries are stamped by other machines' clocks, and become visible some time after they are stamped.
_OVERLAP_SECONDS = 60.0


class RevocationFeed:
    """This process's copy of the feed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._changes: dict[int, list[Revocation]] = {}
        self._age: Stopwatch | None = None
        self._read_up_to = 0.0

    def applied(self, principal: Principal, now: float) -> Principal | None:
        """The principal after later changes, None if its credential was revoked.

        `principal` is as its credential says, `now` in epoch seconds.

        Raises:
            Unavailable: the copy is stale and the feed cannot be read, so the credential cannot be judged.
        """
        self._refresh(now)
        for change in self._changes.get(principal.user_id, ()):
            if change.session is not None:
                if change.session == principal.session:
                    return None
            elif principal.version < change.auth_version:
                is_kept = principal.session != "" and principal.session == change.kept
                if change.role is None and not is_kept:
                    return None
                principal = structs.replace(
                    principal,
                    role=change.role or principal.role,
                    full_name=change.full_name or principal.full_name,
                    version=change.auth_version,
                )
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
