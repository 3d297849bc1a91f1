"""Expected answers and stored items of flows."""

from collections.abc import Callable

from tests.factories.events import Answer
from tests.faults.consistency import Stored, of


def ok(answer: Answer) -> bool:
    """Whether it is a success."""
    return answer.status == 200 and answer.body.get("success") is not False


def code(*codes: str) -> Callable[[Answer], bool]:
    """Tells whether an answer is an error with one of these codes."""
    return lambda answer: answer.body.get("code") in codes


def nothing(stored: Stored, answer: Answer) -> None:
    """No additional check."""


def entries(stored: Stored, action: str) -> int:
    """How often an action is in the log of changes."""
    return sum(row["action"] == action for row in of(stored["identity"], "AUDIT").values())
