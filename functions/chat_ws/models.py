"""Shapes of clients' frames. API Gateway chooses the route by `action`."""

from msgspec import Struct

from smartexam.talk.messenger import Id, SendBody


class SendMessage(SendBody, frozen=True, kw_only=True):
    """A message for a conversation."""

    conv_id: Id


class InConversation(Struct, frozen=True):
    """Something about a conversation."""

    conv_id: Id


class AboutQuestion(Struct, frozen=True):
    """Something about a question's discussion."""

    question_id: Id


class Heartbeat(Struct, frozen=True):
    """A sign of life."""


class Correlation(Struct, frozen=True):
    """The fields of a frame that an error repeats."""

    action: str | None = None
    client_id: str | None = None
