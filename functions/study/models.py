"""Shapes of requests and answers."""

from msgspec import Struct


class HistoryMessage(Struct, frozen=True):
    """One message of a conversation; `isUser` is false for the assistant's."""

    text: str
    isUser: bool  # noqa: N815 - the contract's spelling
    timestamp: str


class AssistantState(Struct, frozen=True):
    """The daily limit, how much of it is used, and the latest messages, the oldest first."""

    dailyLimit: int  # noqa: N815 - the contract's spelling
    questionsUsed: int  # noqa: N815 - the contract's spelling
    history: list[HistoryMessage]
    success: bool = True


class StudyQuestion(Struct, frozen=True):
    """What the student asks, 3 to 500 characters."""

    message: str


class StudyAnswer(Struct, frozen=True):
    """The assistant's answer in blocks, and how many questions the day has left."""

    response: str
    questions_remaining: int
    success: bool = True


class Cleared(Struct, frozen=True):
    """The history was deleted."""

    message: str
    success: bool = True
