"""Users who chat: every acknowledged message must exist once, and unread counts must be exact."""

import random
import threading
from dataclasses import dataclass, field
from typing import Any

from bench.soak.client import GaveUpError
from bench.soak.device import Device
from bench.soak.ledger import Ledger
from bench.soak.setting import Person, Setting

_BURST = 3


@dataclass
class Said:
    """A message that was acknowledged; `text` is None once it is deleted."""

    id: int
    text: str | None


@dataclass
class Talker:
    """Sends to its conversations in turn, by WebSocket and by HTTP, edits, deletes and reads.

    Args:
        conversations: where it talks.
        reads: whether it opens conversations; one that never does has everything unread in the end.
    """

    person: Person
    conversations: list[int]
    ledger: Ledger
    chance: random.Random
    ending: threading.Event
    reads: bool = True
    said: dict[int, list[Said]] = field(default_factory=dict)
    device: Device = field(init=False)
    _sent: int = 0

    def __post_init__(self) -> None:
        """Get a device."""
        self.device = Device(self.person.client)

    def run(self) -> None:
        """Act; what goes wrong is in the ledger."""
        try:
            while not self.ending.is_set():
                self.send(self.chance.choice(self.conversations))
                self._something_else()
                self.ending.wait(self.chance.uniform(1.0, 3.0))
            self.device.close()
        except (GaveUpError, KeyError, TypeError, ValueError) as error:
            self.ledger.violated(f"{self.person.name} could not go on talking: {error!r}")

    def send(self, conversation_id: int) -> None:
        """Send one message until it is acknowledged."""
        self._sent += 1
        text = f"{self.person.name} says {self._sent}"
        if self.chance.random() < 0.5:
            message = self.device.send(conversation_id, text, text)
            self.ledger.count("messages acknowledged by WebSocket")
        else:
            body = {"message": text, "client_id": text}
            message = self.person.client.post(f"/api/chat/messages/{conversation_id}", body)["message"]
            self.ledger.count("messages acknowledged by HTTP")
        self.said.setdefault(conversation_id, []).append(Said(message["id"], text))

    def read_all(self) -> None:
        """Open every conversation."""
        for conversation_id in self.conversations:
            self.person.client.get(f"/api/chat/messages/{conversation_id}")

    def history(self, conversation_id: int) -> list[tuple[int, str]]:
        """Page back through a conversation: (id, text), the oldest first."""
        found: list[tuple[int, str]] = []
        before = ""
        while page := self.person.client.get(f"/api/chat/messages/{conversation_id}{before}")["messages"]:
            found[:0] = [(each["id"], each["message"]) for each in page]
            before = f"?before={page[0]['created_at'].replace('+', '%2B')}"
        return found

    def unread(self) -> dict[int, int]:
        """What is unread, by conversation."""
        listed = self.person.client.get("/api/chat/conversations")["conversations"]
        return {each["id"]: each["unread"] for each in listed}

    def _something_else(self) -> None:
        dice = self.chance.random()
        client = self.person.client
        if dice < 0.10:
            self.device.cut()
        elif dice < 0.18:
            self._edit()
        elif dice < 0.24:
            self._delete()
        elif dice < 0.34:
            self.device.say(action="typing", conv_id=self.chance.choice(self.conversations))
        elif dice < 0.42:
            self.device.say(action="heartbeat")
        elif dice < 0.50:
            client.get("/api/chat/conversations")
        elif dice < 0.54:
            client.get("/api/chat/search?q=so")
        elif dice < 0.85 and self.reads:
            client.get(f"/api/chat/messages/{self.chance.choice(self.conversations)}")

    def _own(self) -> Said | None:
        mine = [said for each in self.said.values() for said in each[-20:] if said.text is not None]
        return self.chance.choice(mine) if mine else None

    def _edit(self) -> None:
        if (said := self._own()) is not None:
            text = f"{said.text} (edited)"
            self.person.client.call("PUT", f"/api/chat/messages/{said.id}/edit", {"message": text})
            said.text = text
            self.ledger.count("messages edited")

    def _delete(self) -> None:
        if (said := self._own()) is not None:
            answer = self.person.client.call("DELETE", f"/api/chat/messages/{said.id}", accepts=(200, 404))
            if answer.status != 200 and not answer.failures:
                self.ledger.violated(f"message {said.id} was not there to be deleted")
            said.text = None
            self.ledger.count("messages deleted")


def check(talkers: list[Talker], setting: Setting, ledger: Ledger) -> None:
    """Histories, then unread counts: of who never read, after all have read, and after some more messages."""
    members: dict[int, list[Talker]] = {setting.group: talkers}
    members |= {id_: [talkers[at] for at in pair] for pair, id_ in setting.dms.items()}
    silent = [talker for talker in talkers if not talker.reads]
    for talker in silent:
        mine = {id_: those for id_, those in members.items() if talker in those}
        _check_unread(talker, {id_: _by_others(talker, id_, those) for id_, those in mine.items()}, ledger)
    for id_, those in members.items():
        _check_history(id_, those, ledger)
    for talker in talkers:
        talker.read_all()
        _check_unread(talker, dict.fromkeys(talker.conversations, 0), ledger)
    burst: dict[int, dict[str, int]] = {id_: {} for id_ in members}
    for talker in talkers:
        for _ in range(_BURST):
            id_ = talker.chance.choice(talker.conversations)
            talker.send(id_)
            burst[id_][talker.person.name] = burst[id_].get(talker.person.name, 0) + 1
        talker.device.close()
    for talker in talkers:
        expected = {
            id_: sum(count for name, count in burst[id_].items() if name != talker.person.name)
            for id_ in talker.conversations
        }
        _check_unread(talker, expected, ledger)


def _by_others(talker: Talker, conversation_id: int, members: list[Talker]) -> int:
    others = [other for other in members if other is not talker]
    return sum(said.text is not None for other in others for said in other.said.get(conversation_id, []))


def _check_unread(talker: Talker, expected: dict[int, int], ledger: Ledger) -> None:
    found = talker.unread()
    ledger.expect(f"unread of {talker.person.name}", found, expected)
    total: Any = talker.person.client.get("/api/chat/unread_count")["unread"]
    ledger.expect(f"all unread of {talker.person.name}", total, sum(expected.values()))


def _check_history(conversation_id: int, members: list[Talker], ledger: Ledger) -> None:
    expected = sorted(
        (said.id, said.text)
        for talker in members
        for said in talker.said.get(conversation_id, [])
        if said.text is not None
    )
    for talker in members:
        found = talker.history(conversation_id)
        ledger.expect(f"conversation {conversation_id} as {talker.person.name} sees it", found, expected)
