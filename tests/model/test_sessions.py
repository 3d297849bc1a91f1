"""Sign-ins of apps, their refresh tokens and their connections: rotated, copied, ended in every way, in any order."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import strategies as st

from account.app import api as account_api
from account.app import lambda_handler as account
from auth.app import api as auth_api
from auth.app import lambda_handler as auth
from chat_ws.app import lambda_handler as socket_handler
from smartexam.accounts import revocations
from smartexam.accounts.tokens import LIFETIME_SECONDS
from smartexam.platform import queues
from smartexam.talk.realtime import delivery
from tests.factories.chat import Wire, socket_event
from tests.factories.events import Answer, FakeContext
from tests.factories.users import PASSWORD, create_user
from tests.model.histories import Dice, explored, sequences
from tests.model.world import World

Record = Callable[[str, object], None]

GRACE = 30
# Other sessions are ended by a sign-in of the last hour only.
_RECENT = 3600
# A revocation holds everywhere within five seconds.
_FELT = 6.0
_SECONDS = (0.0, 0.0, 1.0, 10.0, 29.0, 30.0, 31.0, 600.0, LIFETIME_SECONDS - 60.0, LIFETIME_SECONDS + 1.0)
_KINDS = (
    *(["sign_in"] * 3 + ["refresh"] * 3 + ["rotate"] * 6 + ["connect"] * 4),
    *("sign_out", "end", "end_others", "change_password"),
)


@dataclass(frozen=True, slots=True)
class Act:
    """Something that the owner, or who copied a token, does some time after the last; `which` and `other` choose."""

    kind: str
    seconds: float
    which: int
    other: int


def _act(dice: Dice) -> Act:
    return Act(dice.pick(_KINDS), dice.pick(_SECONDS), dice.number(16), dice.number(16))


@dataclass
class Session:
    """A sign-in, as it must be: its refresh tokens with the time of their replacement, None for those not replaced."""

    id: str
    began_at: float
    access: str
    access_until: float
    tokens: dict[str, float | None]
    is_alive: bool = True
    # Signing out ends the refresh tokens and the connections; the access token stays valid until it expires.
    is_signed_out: bool = False
    # Connections, with the end of the access token that opened each.
    sockets: dict[str, float] = field(default_factory=dict)


class Machine:
    """Carries histories out with the real handlers, and says what must come of each step."""

    def __init__(self, world: World, patch: pytest.MonkeyPatch) -> None:
        self.world, self.wire = world, Wire()
        self.user = create_user(username="asha")
        for service in ("auth.service", "smartexam.accounts.proving"):
            patch.setattr(f"{service}.verify_password", lambda stored, given: stored is not None and given == PASSWORD)
        patch.setattr("account.passwords.hash_password", lambda _: self.user.password_hash)
        patch.setattr("account.passwords.refusal", lambda *_: None)
        patch.setattr(delivery, "_post_to", self.wire.post)
        patch.setattr(delivery, "hang_up", self.wire.gone.add)
        # The world's feed: that of the process that handles a request.
        for module in ("chat_ws.app", "chat_ws.handshake"):
            patch.setattr(f"{module}.feed", revocations.feed)
        patch.setattr(queues, "send", lambda *_, **__: None)
        patch.setenv("SOCKETS_ENDPOINT", "http://127.0.0.1:9/test")
        patch.setenv("TRUSTED_NETWORKS", "203.0.113.0/24")
        world.frozen(auth_api, account_api)
        world.built()
        self.sessions: list[Session] = []
        passwords = {"current_password": PASSWORD, "new_password": "another-long-one"}
        self._acts: dict[str, Callable[[Act], None]] = {
            "sign_in": lambda _: self._sign_in(),
            "refresh": lambda act: self._exchange(act, rotate=False),
            "rotate": lambda act: self._exchange(act, rotate=True),
            "connect": self._connect,
            "sign_out": self._sign_out,
            "end": self._end,
            "end_others": lambda act: self._end_others(act, "/api/account/sessions/end-others", None),
            "change_password": lambda act: self._end_others(act, "/api/account/change-password", passwords),
        }

    def run(self, history: list[Act]) -> None:
        self.world.begin()
        self.sessions = []
        self.wire.posted.clear()
        self.wire.gone.clear()
        self._sign_in()
        for act in history:
            self.world.clock.advance(act.seconds)
            self._acts[act.kind](act)
            self._check()

    def _ask(self, handler: Any, method: str, path: str, body: Any = None, token: str | None = None) -> Answer:
        answer = self.world.request(handler, method, path, body=body, token=token)
        assert answer is not None
        return answer

    def _sign_in(self) -> None:
        answer = self._ask(auth, "POST", "/api/auth/login", {"username": "asha", "password": PASSWORD})
        assert answer.status == 200, answer.body
        data, until = answer.body["data"], self.world.clock.now() + LIFETIME_SECONDS
        token = data["access_token"]
        listed = self._ask(account, "GET", "/api/account/sessions", token=token).body["sessions"]
        (name,) = [row["id"] for row in listed if row["current"]]
        self.sessions.append(Session(name, self.world.clock.now(), token, until, {data["refresh_token"]: None}))

    def _exchange(self, act: Act, *, rotate: bool) -> None:
        session, token = self._token(act)
        answer = self._ask(auth, "POST", "/api/auth/refresh", {"refresh_token": token, "rotate": rotate})
        now, replaced_at = self.world.clock.now(), session.tokens[token]
        can_refresh = session.is_alive and not session.is_signed_out
        works = can_refresh and (replaced_at is None or now <= replaced_at + GRACE)
        assert answer.status == (200 if works else 401), (act, answer.body)
        if not works:
            assert answer.body["code"] == "refresh_token_revoked"
            if can_refresh:  # two clients have it: the whole sign-in is over
                self._over(session)
            return
        data = answer.body["data"]
        session.access, session.access_until = data["access_token"], now + LIFETIME_SECONDS
        assert ("refresh_token" in data) == rotate
        if rotate:
            if replaced_at is None:
                session.tokens[token] = now
            session.tokens[data["refresh_token"]] = None

    def _connect(self, act: Act) -> None:
        session = self._session(act)
        name = f"connection-{self.world.requests}-{len(session.sockets)}="
        headers = {"Authorization": f"Bearer {session.access}"}
        status = self._frame("$connect", name, headers=headers)
        is_open = session.is_alive and self.world.clock.now() < session.access_until
        assert (status == 200) == is_open, (act, status)
        if is_open:
            session.sockets[name] = session.access_until

    def _sign_out(self, act: Act) -> None:
        session, token = self._token(act)
        answer = self._ask(auth, "POST", "/api/auth/logout", {"refresh_token": token})
        assert answer.status == 200
        session.is_signed_out = True
        session.sockets = dict.fromkeys(session.sockets, 0.0)

    def _end(self, act: Act) -> None:
        by, other = self._session(act), self.sessions[act.other % len(self.sessions)]
        answer = self._ask(account, "DELETE", f"/api/account/sessions/{other.id}", token=by.access)
        if not self._is_in(by):
            assert answer.status == 401
        elif other is not by and not self._is_recent(by):
            assert (answer.status, answer.body["code"]) == (403, "sign_in_again")
        else:
            assert answer.status == 200, (act, answer.body)
            self._over(other)

    def _end_others(self, act: Act, path: str, body: Any) -> None:
        by = self._session(act)
        answer = self._ask(account, "POST", path, body, token=by.access)
        if not self._is_in(by):
            assert answer.status == 401
            return
        if body is None and not self._is_recent(by):  # with the password it is as good as a new sign-in
            assert (answer.status, answer.body["code"]) == (403, "sign_in_again")
            return
        assert answer.status == 200, (act, answer.body)
        for each in self.sessions:
            if each is not by:
                self._over(each)

    def _over(self, session: Session) -> None:
        session.is_alive = False
        self.world.clock.advance(_FELT)

    def _is_recent(self, session: Session) -> bool:
        return not session.is_signed_out and self.world.clock.now() - session.began_at <= _RECENT

    def _is_in(self, session: Session) -> bool:
        return session.is_alive and self.world.clock.now() < session.access_until

    def _check(self) -> None:
        """Every access token and every connection works if its sign-in lives and its time is not over."""
        for session in self.sessions:
            for name, until in session.sockets.items():
                self.wire.posted.pop(name, None)
                assert self._frame("heartbeat", name, {"action": "heartbeat"}) == 200
                is_open = session.is_alive and self.world.clock.now() < until
                heard = self.wire.posted.get(name, [])
                assert ([event["event"] for event in heard] == ["heartbeat_ack"]) == is_open, (session, name, heard)

    def _frame(self, route: str, name: str, body: Any = "", **fields: Any) -> int:
        event = socket_event(route, name, body, **fields)
        answer = self.world.invoked(lambda: socket_handler(event, FakeContext()))
        assert answer is not None
        status: int = answer["statusCode"]
        return status

    def _session(self, act: Act) -> Session:
        return self.sessions[act.which % len(self.sessions)]

    def _token(self, act: Act) -> tuple[Session, str]:
        session = self._session(act)
        return session, list(session.tokens)[act.other % len(session.tokens)]


@pytest.mark.timeout(0)
def test_sessions(world: World, monkeypatch: pytest.MonkeyPatch, record_property: Record) -> None:
    machine = Machine(world, monkeypatch)

    record_property("histories", explored(st.builds(list, sequences(_act)), machine.run, count=150))
