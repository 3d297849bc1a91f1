"""The product for histories: handlers in processes that can be stopped at any database call.

A process is what a warm Lambda keeps between two requests: its block of ids, its copy of the feed of revocations, its
guesses. A history spreads its requests over several processes, and a stopped one starts anew.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

import pytest

from attempt_sweeper import app as sweeper_app
from exams import recent
from smartexam.accounts import authenticate, revocations, tokens
from smartexam.accounts.user import User
from smartexam.api import app as api_app
from smartexam.catalog.store import papers
from smartexam.platform import ids, queues, stopwatch
from smartexam.platform.dynamodb import engine, table
from smartexam.talk.realtime import publishing
from smartexam.talk.store.messaging import groups, sending
from tests.factories import described
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import Answer, FakeContext, answer_of, http_event
from tests.factories.users import access_token

Handler = Callable[[Any, Any], Mapping[str, Any]]
PROCESSES = 3
# Answers per kind that are checked against the API's description; checking all would take longer than everything else.
_DESCRIBED = 20
_TOKEN_SECONDS = 1800
_NUMBERS = re.compile(r"\d+")


class Database(Protocol):
    """The database of a history."""

    def call(self, operation: str, arguments: Any) -> dict[str, Any]:
        """Replaces a client's `_make_api_call`."""

    def snapshot(self) -> Any:
        """Everything that is stored now."""

    def restore(self, snapshot: Any) -> None:
        """Store what was stored then, and nothing else."""

    def expire(self, now: float) -> None:
        """Delete expired items."""

    def table(self, context: str) -> Mapping[tuple[str, str], Mapping[str, Any]]:
        """What is stored in a context's table, by key."""


class Stopped(BaseException):
    """The process was killed; like SIGKILL, nothing in it catches this."""


@dataclass(frozen=True, slots=True)
class Crash:
    """A process is killed at its database call number `at`: before it is sent, or after it was executed."""

    at: int
    is_after: bool


# Interrupted before it could do anything.
NOTHING = Crash(1, is_after=False)


@dataclass(frozen=True, slots=True)
class Pause:
    """Something else happens before database call number `at` is sent."""

    at: int
    meanwhile: Callable[[], None]


@dataclass
class _Run:
    """A request in progress."""

    plan: Crash | Pause | None
    calls: int = 0
    is_dead: bool = False
    failure: Exception | None = None


@dataclass
class Process:
    """What a warm process keeps."""

    allocator: ids.IdAllocator = field(default_factory=ids.IdAllocator)
    feed: revocations.RevocationFeed = field(default_factory=revocations.RevocationFeed)
    versions: recent.PaperVersions = field(default_factory=recent.PaperVersions)
    latest: recent.LatestSittings = field(default_factory=recent.LatestSittings)


class World:
    """A database, a clock, and processes.

    Attributes:
        clock: to be moved.
        requests: how many were made since the world was made.
    """

    def __init__(self, database: Database, patch: pytest.MonkeyPatch) -> None:
        self.database = database
        self.clock = FrozenClock()
        self.requests = 0
        self._base: Any = None
        self._runs: list[_Run] = []
        self._processes = [Process() for _ in range(PROCESSES)]
        self._process = self._processes[0]
        self._described: Counter[tuple[str, str, int, str | None]] = Counter()
        self._tokens: dict[tuple[User, float], str] = {}
        self._patch = patch
        self._install(patch)

    def frozen(self, *apis: Any) -> None:
        """Let functions run by this world's clock."""
        for api in apis:
            self._patch.setattr(api, "clock", self.clock)

    def built(self) -> None:
        """Start every history with what is stored now."""
        self._base = self.database.snapshot()

    def begin(self, stored: Any = None) -> None:
        """Start a new history from the initial state, or from a snapshot."""
        self.database.restore(self._base if stored is None else stored)
        self.clock.set(MORNING)
        papers.load_paper.cache_clear()
        papers.load_answer_key.cache_clear()
        self._processes = [Process() for _ in range(PROCESSES)]
        self._process = self._processes[0]

    def expire(self) -> None:
        """Have the database remove what has run out."""
        self.database.expire(self.clock.now())

    def token(self, user: User) -> str:
        """An access token of an account: a new one every half hour."""
        now = self.clock.now()
        issued_at = now - now % _TOKEN_SECONDS
        key = user, issued_at
        if key not in self._tokens:
            self._tokens[key] = access_token(user, issued_at)
        return self._tokens[key]

    def request(
        self,
        handler: Handler,
        method: str,
        path: str,
        *,
        process: int = 0,
        plan: Crash | Pause | None = None,
        **request: Any,
    ) -> Answer | None:
        """Make a request; `request` as for `http_event`.

        Returns:
            The answer; None if the process was stopped before it gave one.
        """
        event = http_event(method, path, **request)
        response = self.invoked(lambda: handler(event, FakeContext()), process=process, plan=plan)
        if response is None:
            return None
        answer = answer_of(response)
        self._check(method, path, answer)
        return answer

    def invoked(self, invocation: Callable[[], Any], *, process: int = 0, plan: Crash | Pause | None = None) -> Any:
        """What a function returns; None if its process was stopped."""
        self.requests += 1
        run = _Run(plan)
        with self._in_process(process):
            self._runs.append(run)
            try:
                return invocation()
            except Stopped:
                if run.failure is not None:
                    raise run.failure from None
                self._processes[process] = Process()
                return None
            finally:
                self._runs.pop()

    @contextmanager
    def _in_process(self, number: int) -> Iterator[None]:
        before, self._process = self._process, self._processes[number]
        recent.versions = self._process.versions
        recent.sittings = self._process.latest
        try:
            yield
        finally:
            self._process = before
            recent.versions = before.versions
            recent.sittings = before.latest

    def _call(self, operation: str, arguments: Any) -> dict[str, Any]:
        if not self._runs:
            return self.database.call(operation, arguments)
        run = self._runs[-1]
        run.calls += 1
        plan = run.plan
        if run.is_dead or (isinstance(plan, Crash) and plan.at == run.calls and not plan.is_after):
            run.is_dead = True
            raise Stopped
        if isinstance(plan, Pause) and plan.at == run.calls:
            self._interrupt(run, plan)
        try:
            return self.database.call(operation, arguments)
        finally:
            if isinstance(plan, Crash) and plan.at == run.calls:
                run.is_dead = True
                raise Stopped

    def _interrupt(self, run: _Run, plan: Pause) -> None:
        try:
            plan.meanwhile()
        except Exception as failure:
            # The paused handler here would treat it as its own failure.
            run.failure, run.is_dead = failure, True
            raise Stopped from failure

    def _check(self, method: str, path: str, answer: Answer) -> None:
        assert answer.status != 500, answer.body
        code = answer.body.get("code") if isinstance(answer.body, dict) else None
        if answer.status >= 400:
            assert answer.body["status"] == "error", answer.body
            assert answer.body["success"] is False
            assert isinstance(answer.body["message"], str)
        kind = (method, _NUMBERS.sub("1", path), answer.status, code)
        self._described[kind] += 1
        if self._described[kind] <= _DESCRIBED:
            described.check(method, path, answer.raw)

    def _install(self, patch: pytest.MonkeyPatch) -> None:
        patch.setattr(engine.connection().client, "_make_api_call", self._call)
        for module in (engine, table, groups, sending):
            patch.setattr(module, "back_off", lambda _: None)
        patch.setattr(ids, "allocator", _forgettable(lambda: self._process.allocator))
        feed = _forgettable(lambda: self._process.feed)
        for module in (revocations, authenticate, publishing):
            patch.setattr(module, "feed", feed)
        patch.setattr(stopwatch, "time", self.clock.now)
        patch.setattr(recent, "versions", recent.PaperVersions())
        patch.setattr(recent, "sittings", recent.LatestSittings())
        # Other tests check its contents; here it would take a tenth of the time.
        for module in (api_app, sweeper_app, queues):
            patch.setattr(module, "log_invocation", lambda **_: None)
        # Verifying the same token again takes as long as the rest of a request.
        patch.setattr(tokens, "verify", lru_cache(maxsize=1024)(tokens.verify))
        patch.setattr("smartexam.platform.settings.SystemClock", lambda: self.clock)


def _forgettable(read: Callable[[], Any]) -> Callable[[], Any]:
    """In place of a cached function, which tests clear."""
    read.cache_clear = lambda: None  # type: ignore[attr-defined]
    return read
