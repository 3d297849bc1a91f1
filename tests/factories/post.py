"""Intercepts functions' messages to queues, and the mails that follow."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from mailer.app import lambda_handler as mailer
from mailer.letters import Letter
from tests.factories.events import FakeContext, sqs_event


@dataclass(frozen=True, slots=True)
class Sent:
    """A message sent to a queue."""

    queue: str
    body: dict[str, Any]
    delay_seconds: int


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail passed to SES."""

    to: str
    letter: Letter

    @property
    def token(self) -> str:
        """The token in the mail's link; both parts must have the same one."""
        links = {found[1] for part in (self.letter.text, self.letter.html) for found in _LINK.finditer(part)}
        (token,) = links
        return token


_LINK = re.compile(r"https://exams\.example\.test/set-password\?token=([\w-]+)")


@dataclass
class PostOffice:
    """Collects messages to queues, and delivers the mails among them on request."""

    sent: list[Sent] = field(default_factory=list)
    mails: list[Mail] = field(default_factory=list)

    def take(self, url: str, message: msgspec.Struct, *, delay_seconds: int = 0) -> None:
        """In place of `queues.send`."""
        self.sent.append(Sent(url.rsplit("/", 1)[-1], msgspec.to_builtins(message), delay_seconds))

    def take_all(self, url: str, messages: Sequence[msgspec.Struct]) -> None:
        """Replaces `queues.send_all`."""
        for message in messages:
            self.take(url, message)

    def take_mail(self, address: str, letter: Letter) -> None:
        """In place of `sender.send`."""
        self.mails.append(Mail(address, letter))

    def taken(self, queue: str) -> Iterator[Sent]:
        """Remove and return the messages of a queue."""
        waiting = [message for message in self.sent if message.queue == queue]
        self.sent = [message for message in self.sent if message.queue != queue]
        yield from waiting

    def delivered(self) -> list[Mail]:
        """Let the mailer work through its queue; returns the mails that it sent."""
        before = len(self.mails)
        bodies = [message.body for queue in ("mail", "invitation") for message in self.taken(queue)]
        if bodies:
            assert mailer(sqs_event(*bodies), FakeContext()) == {"batchItemFailures": []}
        return self.mails[before:]
