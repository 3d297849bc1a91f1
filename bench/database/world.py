"""The users whose requests are measured, and the measurement of a request."""

import io
import itertools
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from bench.capacity import Usage, metered
from bench.database import bulk, rows
from bench.database.crowd import Crowd
from bench.database.results import count, own_results, rows_of, statistics_of
from bench.local_engine import LocalEngine
from chat_ws.app import lambda_handler as sockets
from smartexam.accounts import tokens
from smartexam.accounts.store import refresh_tokens
from smartexam.accounts.user import User
from smartexam.platform import ids
from smartexam.platform.dynamodb import engine, table
from smartexam.platform.keys import user_key
from smartexam.platform.observability import logger
from smartexam.talk.realtime import delivery
from smartexam.talk.store.messaging.items import MembershipItem, RosterItem, conversation_key, membership_sk
from tests.factories.chat import Wire, socket_event
from tests.factories.events import Answer, FakeContext, answer_of, http_event
from tests.factories.users import create_user

_numbers = itertools.count(1)
_OWN_EXAMS = 60


@dataclass(frozen=True, slots=True)
class Measured:
    """The cost of one request.

    Attributes:
        route: as in the API's description; `what` distinguishes requests of one route.
        log_bytes: of its log lines.
        answer_bytes: of the answer's body.
    """

    route: str
    what: str
    usage: Usage
    log_bytes: int
    answer_bytes: int


@dataclass
class World:
    """Users in the middle of a crowd.

    Attributes:
        student: has results, conversations and turns of their own.
        friend: is connected with the student.
        measured: the measurements, in order.
    """

    running: LocalEngine
    crowd: Crowd
    unmetered: Any
    student: User = field(init=False)
    friend: User = field(init=False)
    admin: User = field(init=False)
    wire: Wire = field(default_factory=Wire)
    measured: list[Measured] = field(default_factory=list)
    _ahead: float = 0.0
    _sessions: dict[int, str] = field(default_factory=dict)
    _log: io.StringIO = field(default_factory=io.StringIO)

    def __post_init__(self) -> None:
        """Create the users and their items."""
        for handler in logger().handlers:
            if isinstance(handler, logging.StreamHandler):
                handler.setStream(self._log)
        delivery._post_to = self.wire.post  # noqa: SLF001 - connections end here
        delivery.hang_up = self._hang_up
        self.student, self.friend = self.new_user(), self.new_user()
        self.admin = self.new_user(role="admin")
        self._own()

    def new_user(self, **fields: Any) -> User:
        """An account."""
        number = next(_numbers)
        return create_user(username=f"world.{number}", email=f"world{number}@example.org", now=self.now(), **fields)

    def now(self) -> float:
        """The functions' time."""
        return time.time() + self._ahead

    def sign_in(self, user: User) -> None:
        """Let a user's requests come from a sign-in that is stored."""
        self._sessions[user.id] = refresh_tokens.issue(user, self.now()).session

    def pass_time(self, seconds: float) -> None:
        """Move the functions' time."""
        self._ahead += seconds
        self.running.clock_file.write_text(str(self._ahead), encoding="ascii")

    def call(self, function: str, who: User | None, method: str, path: str, body: Any = None, **request: Any) -> Answer:
        """Let a function handle a request, and return its successful answer.

        Raises:
            RuntimeError: it was not successful.
        """
        handler = import_module(f"{function}.app").lambda_handler
        token = None
        if who is not None:
            token = tokens.issue(who.principal(self._sessions.get(who.id, "")), self.now())
        answer = answer_of(handler(http_event(method, path, token=token, body=body, **request), FakeContext()))
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {answer.body}")
        return answer

    def frame(self, route: str, connection_id: str, body: Mapping[str, Any] | None = None, **fields: Any) -> None:
        """Have a WebSocket event handled with success.

        Raises:
            RuntimeError: it was not.
        """
        event = socket_event(route, connection_id, "" if body is None else {"action": route, **body}, **fields)
        status = sockets(event, FakeContext())["statusCode"]
        if status >= 400:
            raise RuntimeError(f"{route}: {status}")

    def measure(self, route: str, request: Callable[[], Any], what: str = "") -> Any:
        """Measure a request in a warm process, and return its answer."""
        self._take_ids()
        self._log.seek(0)
        self._log.truncate()
        with metered(engine.connection().client, self.unmetered) as usage:
            answer = request()
        logged = len(self._log.getvalue().encode())
        sent = len(answer.raw.get("body") or "") if isinstance(answer, Answer) else 0
        self.measured.append(Measured(route, what, usage, logged, sent))
        return answer

    @staticmethod
    def _take_ids() -> None:
        """Reserve blocks of ids, because a new block now and then is not a cost of one request."""
        allocator = ids.allocator()
        for kind, size in ids._BLOCK_SIZES.items():  # noqa: SLF001 - nobody else needs to know
            following, end = allocator._blocks.get(kind, (1, 1))  # noqa: SLF001 - see above
            if end - following < size // 2:
                allocator._blocks.pop(kind, None)  # noqa: SLF001 - see above
                allocator.take(kind)

    def _hang_up(self, connection_id: str) -> None:
        self.wire.gone.add(connection_id)

    def _own(self) -> None:
        scale, student = self.crowd.scale, self.student
        # Above all numbers of the crowd's results.
        first = 5_000_000 + student.id * 10_000
        # Not of the first exam, which is sat while it is measured.
        exams = [self.crowd.exams[1 + number % (len(self.crowd.exams) - 1)] for number in range(scale.own)]
        mine = own_results(student.id, student.username, exams[: len(self.crowd.exams) - 1], first)
        bulk.put(rows_of(mine))
        bulk.put(statistics_of(mine))
        count([mine])
        bulk.put(rows.Turns(student.id)(range(scale.own)))
        members = {rows.user(number).id: rows.user(number).full_name for number in range(100)}
        members |= {user.id: user.full_name for user in (student, self.friend)}
        newest = scale.in_conversation
        pk = conversation_key(rows.CONVERSATION)
        table.put(RosterItem(pk, "ROSTER", admin_id=rows.user(0).id, members=members))
        for user in (student, self.friend):
            table.put(
                MembershipItem(
                    user_key(user.id),
                    membership_sk(rows.CONVERSATION),
                    conversation_id=rows.CONVERSATION,
                    read_up_to=newest - 10,
                    read_count=newest - 10,
                )
            )
