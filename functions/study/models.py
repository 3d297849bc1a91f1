"""Shapes of requests and answers."""

from typing import Annotated

from msgspec import Struct

from smartexam.platform.texts import visible

SHORTEST_QUESTION, LONGEST_QUESTION = 3, 500


class HistoryMessage(Struct, frozen=True):
    """One message of a conversation; `isUser` is false for the assistant's.

    Attributes:
        text: the text.
        isUser: true for the student's messages, false for the assistant's.
        timestamp: when it was sent, UTC.
    """

    text: str
    isUser: bool  # noqa: N815 - the contract's spelling
    timestamp: str


class AssistantState(Struct, frozen=True):
    """The daily limit, how much of it is used, and the latest messages, the oldest first.

    Attributes:
        dailyLimit: questions that a student may ask per day, which ends at midnight of the institute.
        questionsUsed: questions of today that were answered.
        history: the latest messages, the oldest first.
    """

    dailyLimit: int  # noqa: N815 - the contract's spelling
    questionsUsed: int  # noqa: N815 - the contract's spelling
    history: list[HistoryMessage]
    success: bool = True


class StudyQuestion(Struct, frozen=True):
    """What the student asks, 3 to 500 characters.

    Attributes:
        message: the question, 3 to 500 characters.
    """

    message: Annotated[str, visible(LONGEST_QUESTION, SHORTEST_QUESTION)]


class StudyAnswer(Struct, frozen=True):
    """The assistant's answer in blocks, and how many questions the day has left.

    Attributes:
        response: the answer in blocks that begin with `[FINAL ANSWER]`, `[GIVEN]`, `[SOLUTION]` and
            `[EXPLANATION]`.
        questions_remaining: questions that are left for today.
    """

    response: str
    questions_remaining: int
    success: bool = True


class Cleared(Struct, frozen=True):
    """The history was deleted."""

    message: str
    success: bool = True
