"""What may be the case, by all that was seen.

An answer leaves those candidates that would have given it. A request that was cut off adds those after each of its
steps, since nobody was told how far it came. Two requests at once must have come to what one after the other comes to,
in one of the two orders. When no candidate is left, the product has contradicted itself.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from tests.factories.events import Answer

S = TypeVar("S")
# More than this many come only of a machine that hardly ever looks.
_MOST = 2000


class Disagreement(AssertionError):
    """The product answers otherwise than it must."""


@dataclass(frozen=True, slots=True)
class Prediction(Generic[S]):
    """What must come of a request.

    Attributes:
        steps: the state before anything, and after each step; a request that is cut off leaves one of them.
        accept: the state after the request, given its answer; raises `Disagreement`.
    """

    steps: list[S]
    accept: Callable[[Answer], S]


@dataclass(frozen=True, slots=True)
class Happened(Generic[S]):
    """A request that was carried out, or cut off: then `answer` is None.

    Attributes:
        apply: the candidates that one becomes by it; raises `Disagreement`, or gives none.
        told: what it was, for whoever reads of a disagreement.
        was_sent: whether any call of the database was made before it was cut off.
    """

    apply: Callable[[S, Answer | None], Iterable[S]]
    answer: Answer | None
    told: str
    was_sent: bool = True


class Candidates(Generic[S]):
    """The states that agree with everything seen so far; they can be compared and hashed."""

    def __init__(self, first: S) -> None:
        self.possible: list[S] = [first]

    @property
    def one(self) -> S:
        """Any of them, for what is the same in all."""
        return self.possible[0]

    def observe(self, happened: Happened[S]) -> None:
        """Take a request into account."""
        self._keep(self._after([happened]))

    def observe_both(self, one: Happened[S], other: Happened[S], late: Happened[S] | None = None) -> None:
        """Take two requests into account that were under way at the same time.

        Args:
            one: the one that began first, in the middle of which
            other: as a whole came.
            late: the first once more, as it may go on when it was let in before the other took its rights.
        """
        found: list[S] = []
        reasons = []
        for order in ([one, other], [other, one], *([[other, late]] if late is not None else [])):
            try:
                found += self._after(order)
            except Disagreement as reason:
                reasons.append(f"{[each.told for each in order]}: {reason}")
        if not found:
            raise Disagreement("neither order explains it: " + " / ".join(reasons))
        self._keep(found)

    def _after(self, order: list[Happened[S]]) -> list[S]:
        possible = self.possible
        for happened in order:
            if not happened.was_sent and happened.answer is None:
                continue
            found: list[S] = []
            reasons = []
            for candidate in possible:
                try:
                    found += happened.apply(candidate, happened.answer)
                except Disagreement as reason:
                    reasons.append(str(reason))
            if not found:
                shown = None if happened.answer is None else (happened.answer.status, happened.answer.body)
                raise Disagreement(f"{happened.told} answered {shown}: {'; '.join(dict.fromkeys(reasons))}")
            possible = list(dict.fromkeys(found))
        return possible

    def _keep(self, found: Iterable[S]) -> None:
        self.possible = list(dict.fromkeys(found))
        assert len(self.possible) <= _MOST, "too little is ever looked at"


def outcomes(state: S, prediction: Callable[[S], Prediction[S]], answer: Answer | None) -> list[S]:
    """What a state becomes by a request, as `Happened.apply` wants it."""
    predicted = prediction(state)
    return predicted.steps if answer is None else [predicted.accept(answer)]


def refusal(steps: list[S], status: int, code: str | None, check: Callable[[Answer], S] | None = None) -> Prediction[S]:
    """A request that is to be refused with a status and a code, after these steps."""

    def accept(answer: Answer) -> S:
        equal((answer.status, answer.body.get("code")), (status, code))
        return steps[-1] if check is None else check(answer)

    return Prediction(steps, accept)


def success(steps: list[S], check: Callable[[Any], S] | None = None) -> Prediction[S]:
    """A request that is to succeed, after these steps; `check` gets its body."""

    def accept(answer: Answer) -> S:
        equal(answer.status, 200)
        return steps[-1] if check is None else check(answer.body)

    return Prediction(steps, accept)


def equal(found: Any, expected: Any) -> None:
    """Disagree unless two values are equal."""
    if found != expected:
        raise Disagreement(f"{found!r} where {expected!r} is expected")
