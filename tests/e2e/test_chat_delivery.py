"""Messages from many devices whose connections are cut at random: none is lost or doubled."""

import itertools
import json
import os
import random
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from local.stack import LocalStack
from smartexam.accounts import tokens
from smartexam.accounts.user import User
from smartexam.platform.dynamodb import table
from smartexam.talk.store.messaging import connections
from tests.contract.client import Client
from tests.factories.process import forget_processes_state
from tests.factories.users import create_user

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

# The whole test takes minutes: `make soak`. Every test run does a part.
CONVERSATIONS, MESSAGES, DEVICES = (10, 200, 4) if os.environ.get("SOAK") else (4, 20, 4)
# The server's clock runs this much faster than the real one, so that the pause between messages is short.
SPEED = 30
AT_ONCE = 6


class FastClock:
    """The server's clock, running ahead of the real one."""

    def __init__(self, stack: LocalStack) -> None:
        self._stack, self._began, self._ends = stack, time.time(), threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def now(self) -> float:
        return self._began + (time.time() - self._began) * SPEED

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()
        self._stack.set_clock(0)

    def _run(self) -> None:
        while not self._ends.wait(0.02):
            self._stack.set_clock(self.now() - time.time())


@dataclass
class Account:
    """A user of the stack."""

    user: User
    base_url: str
    clock: FastClock

    def client(self) -> Client:
        return Client(self.base_url, tokens.issue(self.user.principal(), self.clock.now()))


@dataclass
class Device:
    """A device that sends its share of a conversation's messages, and records what it receives."""

    account: Account
    conversation_id: int
    texts: list[str]
    chance: random.Random
    slots: threading.Semaphore
    acknowledged: list[int] = field(default_factory=list)
    shown: dict[int, tuple[str, str]] = field(default_factory=dict)
    cuts: int = 0

    def run(self) -> None:
        connection = self._open()
        for text in self.texts:
            while not self._send(connection, text):
                self._cut(connection)
                connection = self._open()
            if self.chance.random() < 0.1:
                self._cut(connection)
                connection = self._open()
        connection.close()
        self.catch_up()

    def catch_up(self) -> list[int]:
        """Page back through the whole conversation; returns its ids, the oldest first."""
        client = self.account.client()
        ids: list[int] = []
        query: dict[str, str] = {}
        while page := client.get(f"/api/chat/messages/{self.conversation_id}", query=query).body["messages"]:
            ids[:0] = [message["id"] for message in page]
            for message in page:
                self._show(message)
            query = {"before": page[0]["created_at"]}
        client.close()
        return ids

    def _open(self) -> ClientConnection:
        for _ in range(10):
            with self.slots:
                client = self.account.client()
                ticket = client.post("/api/chat/ws-ticket")
                client.close()
                # On a busy machine the server's clock may be behind a new token, and ahead of a ticket's minute.
                assert ticket.status in {200, 401}, ticket
                if ticket.status == 200:
                    with suppress(InvalidStatus):
                        return connect(ticket.body["url"], legacy=True, open_timeout=30)
        pytest.fail("no ticket opened a connection")

    def _cut(self, connection: ClientConnection) -> None:
        """Cut, not closed: the server gets no closing handshake."""
        self.cuts += 1
        # The connection's threads see the end and exit; with a closed socket they would not.
        with suppress(OSError):
            connection.socket.shutdown(socket.SHUT_RDWR)

    def _send(self, connection: ClientConnection, text: str) -> bool:
        """Whether the message was acknowledged; it is repeated until then, with the same id."""
        frame = {"action": "sendMessage", "conv_id": self.conversation_id, "message": text, "client_id": text}
        while True:
            with self.slots:
                try:
                    connection.send(json.dumps(frame))
                    if self.chance.random() < 0.05:
                        return False
                    answer = self._answer(connection, text)
                except (ConnectionClosed, OSError, TimeoutError):
                    return False
            if answer["event"] == "message_sent":
                self.acknowledged.append(answer["data"]["message"]["id"])
                self._show(answer["data"]["message"])
                return True
            assert answer["data"]["code"] in {"too_fast", "unavailable"}, answer
            threading.Event().wait(2.5 / SPEED)

    def _answer(self, connection: ClientConnection, text: str) -> dict[str, Any]:
        while True:
            event: dict[str, Any] = json.loads(connection.recv(timeout=20))
            if event["event"] == "chat_message":
                self._show(event["data"])
            elif event["data"].get("client_id") == text:
                return event

    def _show(self, message: dict[str, Any]) -> None:
        known = self.shown.setdefault(message["id"], (message["created_at"], message["message"]))
        assert known == (message["created_at"], message["message"])


@pytest.fixture
def in_stack(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This process uses the stack's tables and keys, as its functions do."""
    for name, value in stack.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("JWT_SECRET")
    forget_processes_state()
    table.reset()
    yield
    table.reset()
    forget_processes_state()


@pytest.mark.usefixtures("in_stack")
def test_every_acknowledged_message_is_there_once_and_in_one_order(stack: LocalStack) -> None:
    slots = threading.Semaphore(AT_ONCE)
    with FastClock(stack) as clock:
        conversations = [_conversation(stack, clock, slots, number) for number in range(CONVERSATIONS)]
        devices = list(itertools.chain.from_iterable(conversations))
        with ThreadPoolExecutor(len(devices)) as pool:
            list(pool.map(Device.run, devices))
        for members in conversations:
            _expect_one_history(members)
    assert sum(device.cuts for device in devices) > CONVERSATIONS


def _conversation(stack: LocalStack, clock: FastClock, slots: threading.Semaphore, number: int) -> list[Device]:
    pair = [Account(create_user(now=clock.now()), stack.base_url, clock) for _ in range(2)]
    peer = connections.ask(pair[0].user.principal(), pair[1].user.id, pair[1].user.full_name, clock.now())
    conversation_id = connections.accept(pair[1].user.principal(), peer.connection_id, clock.now()).conversation_id
    assert conversation_id is not None
    return [
        Device(
            account=pair[device % 2],
            conversation_id=conversation_id,
            texts=[f"{number}-{device}-{text}" for text in range(MESSAGES // DEVICES)],
            chance=random.Random(number * DEVICES + device),
            slots=slots,
        )
        for device in range(DEVICES)
    ]


def _expect_one_history(devices: list[Device]) -> None:
    histories = [device.catch_up() for device in devices]
    assert histories == [histories[0]] * len(devices)
    history = histories[0]
    assert len(set(history)) == len(history)
    assert sorted(history) == sorted(itertools.chain.from_iterable(device.acknowledged for device in devices))
    for device in devices:
        assert sorted(device.shown, key=lambda id_: device.shown[id_]) == history
        texts = [device.shown[id_][1] for id_ in history]
        assert sorted(texts) == sorted(itertools.chain.from_iterable(each.texts for each in devices))
        assert [text for text in texts if text in set(device.texts)] == device.texts
