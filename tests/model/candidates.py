"""The states that are possible after everything observed.

An answer keeps the candidates that would have given it. An interrupted request adds the states after each of its steps,
because nobody knows how far it came. Two simultaneous requests must have the effect of one after the other, in one of
the two orders. If no candidate is left, the product has contradicted itself.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from tests.factories.events import Answer

S = TypeVar("S")
# More than this many only occur if a machine hardly ever reads.
_MOST = 2000


class Disagreement(AssertionError):
    """The product's answer contradicts the reference."""


@dataclass(frozen=True, slots=True)
class Prediction(Generic[S]):
    """The prediction for a request.

    Attributes:
        steps: the state before it, and after each step; an interrupted request leaves one of them.
        accept: the state after the request, given its answer; raises `Disagreement`.
    """

    steps: list[S]
    accept: Callable[[Answer], S]


@dataclass(frozen=True, slots=True)
class Happened(Generic[S]):
    """An executed request, or an interrupted one, whose `answer` is None.

    Attributes:
        apply: the candidates that follow from one; raises `Disagreement`, or returns none.
        told: a description, for messages.
        was_sent: whether it made any database call before it was interrupted.
    """

    apply: Callable[[S, Answer | None], Iterable[S]]
    answer: Answer | None
    told: str
    was_sent: bool = True


class Candidates(Generic[S]):
    """The states that agree with all observations; they can be compared and hashed."""

    def __init__(self, first: S) -> None:
        self.possible: list[S] = [first]

    @property
    def one(self) -> S:
        """Any of them, for what is the same in all."""
        return self.possible[0]

    def observe(self, happened: Happened[S]) -> None:
        """Take a request into account."""
        self._keep(self._after([happened]))

    def observe_both(self, one: Happened[S], other: Happened[S], *between: list[Happened[S]]) -> None:
        """Take two simultaneous requests into account.

        Args:
            one: the request that began first.
            other: the request that was executed as a whole in the middle of it.
            between: further orders, in which the other one was executed after a part of the first one.
        """
        found: list[S] = []
        reasons = []
        for order in ([one, other], [other, one], *between):
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
    """The states that follow from one by a request, for `Happened.apply`."""
    predicted = prediction(state)
    return predicted.steps if answer is None else [predicted.accept(answer)]


def refusal(steps: list[S], status: int, code: str | None, check: Callable[[Answer], S] | None = None) -> Prediction[S]:
    """A request that must be refused with a status and a code, after these steps."""

    def accept(answer: Answer) -> S:
        equal((answer.status, answer.body.get("code")), (status, code))
        return steps[-1] if check is None else check(answer)

    return Prediction(steps, accept)


def success(steps: list[S], check: Callable[[Any], S] | None = None) -> Prediction[S]:
    """A request that must succeed, after these steps; `check` gets its body."""

    def accept(answer: Answer) -> S:
        equal(answer.status, 200)
        return steps[-1] if check is None else check(answer.body)

    return Prediction(steps, accept)


def equal(found: Any, expected: Any) -> None:
    """Disagree unless two values are equal."""
    if found != expected:
        raise Disagreement(f"{found!r} where {expected!r} is expected")
