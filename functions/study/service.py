"""The rules of the study assistant: questions, the context sent with them, and what is kept of answers."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from smartexam.platform.errors import Unavailable
from smartexam.platform.texts import clean, read_text
from smartexam.platform.times import iso, local_date
from smartexam.talk.store.study import Turn
from study.models import LONGEST_QUESTION, SHORTEST_QUESTION, HistoryMessage
from study.prompt import SYSTEM

DAILY_LIMIT = 50
# Counted as two messages each.
SHOWN_TURNS = 25
# The context sent with a question: enough for follow-up questions, at a fraction of the question's own cost.
CONTEXT_TURNS = 8
CONTEXT_TOKENS = 3000
ANSWER_TOKENS = 2048
LONGEST_ANSWER = 12_000
FINAL_ANSWER = "[FINAL ANSWER]"

_BLOCKS = "FINAL ANSWER|GIVEN|SOLUTION|EXPLANATION"
# However the model decorates a heading: `**[GIVEN]:**`, `### [GIVEN]`.
_HEADING = re.compile(rf"^[ \t*_#>]*\[({_BLOCKS})\][ \t*_:]*$", re.IGNORECASE | re.MULTILINE)
# About four bytes of Latin text are a token, about three of LaTeX and Indian scripts; this overestimates.
_BYTES_PER_TOKEN = 3
_TOKENS_PER_MESSAGE = 4


def read_question(text: str) -> str:
    """A question's text as it is stored and sent to the model.

    Raises:
        InvalidFields: it is too short or too long.
    """
    return read_text(text, "message", shortest=SHORTEST_QUESTION, longest=LONGEST_QUESTION)


def conversation(turns: Sequence[Turn], question: str) -> list[dict[str, str]]:
    """The messages for the model: its rules, the last whole turns within the budget, and the question.

    `turns` are given oldest first.
    """
    kept: list[Turn] = []
    left = CONTEXT_TOKENS
    for turn in reversed(turns):
        left -= _tokens(turn.question) + _tokens(turn.answer)
        if left < 0:
            break
        kept.append(turn)
    messages = [{"role": "system", "content": SYSTEM}]
    for turn in reversed(kept):
        messages.append({"role": "user", "content": turn.question})
        messages.append({"role": "assistant", "content": turn.answer})
    return [*messages, {"role": "user", "content": question}]


def readable(answer: str) -> str:
    """A model's answer as it is stored and sent: text of bounded size that starts with its first block.

    Raises:
        Unavailable: it is empty.
    """
    text = clean(answer)
    if not text:
        raise Unavailable("The assistant had no answer. Please try again.", code="model_unavailable", retry_after=5)
    text = _HEADING.sub(lambda found: f"[{found[1].upper()}]", text)
    if FINAL_ANSWER not in text:
        text = f"{FINAL_ANSWER}\n{text}"
    return text if len(text) <= LONGEST_ANSWER else text[: LONGEST_ANSWER - 1] + "…"


def history(turns: Sequence[Turn]) -> list[HistoryMessage]:
    """Turns as separate messages."""
    messages: list[HistoryMessage] = []
    for turn in turns:
        asked_at = iso(turn.asked_at)
        messages.append(HistoryMessage(turn.question, isUser=True, timestamp=asked_at))
        messages.append(HistoryMessage(turn.answer, isUser=False, timestamp=asked_at))
    return messages


def seconds_left_today(now: float, timezone: str) -> float:
    """Seconds until midnight in a time zone."""
    tomorrow = local_date(now, timezone) + timedelta(days=1)
    midnight = datetime.combine(tomorrow, time(), ZoneInfo(timezone)).astimezone(UTC)
    return midnight.timestamp() - now


def _tokens(text: str) -> int:
    return len(text.encode()) // _BYTES_PER_TOKEN + _TOKENS_PER_MESSAGE
