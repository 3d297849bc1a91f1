"""Generates histories, the same ones in every run.

`make test` runs a few hundred with each machine. HISTORIES=50000 runs this many with all of them together.
"""

import os
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

T = TypeVar("T")

MACHINES = 5
_GIVEN = int(os.environ.get("HISTORIES", "0"))
# Each chunk starts with a new seed, because hypothesis remembers all its examples.
_CHUNK = 250
_FIRST_SEED = int(os.environ.get("HISTORIES_SEED", "1"))
# Enough for the largest operation: one beside another.
_BYTES = 48
_CALL_NUMBERS = (1, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 6, 7, 8, 10, 12)


class Dice:
    """Chooses by the bytes of one operation, from the left.

    An operation is one draw of hypothesis, because drawing its parts would take longer than executing it. The first of
    `choices` is the simplest, because hypothesis shrinks bytes to zeros.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def pick(self, choices: Sequence[T]) -> T:
        """One of several; more frequent ones are repeated in `choices`."""
        byte = self._content[self._at]
        self._at += 1
        return choices[byte * len(choices) >> 8]

    def number(self, below: int) -> int:
        """0 or more, below a bound."""
        return self.pick(range(below))

    def call_number(self) -> int:
        """The number of one of a request's database calls: most make four or five."""
        return self.pick(_CALL_NUMBERS)

    def chance(self, share: float) -> bool:
        """Whether something comes that does in this share of cases."""
        byte = self._content[self._at]
        self._at += 1
        return byte >= 256 * (1 - share)


def sequences(roll: Callable[[Dice], T]) -> st.SearchStrategy[list[T]]:
    """About twenty operations. A single list would mostly be short, or could not be shrunk to one operation."""
    one = st.binary(min_size=_BYTES, max_size=_BYTES).map(lambda content: roll(Dice(content)))
    part = st.lists(one, max_size=14)
    return st.tuples(part, part, part, part).map(lambda parts: [each for part in parts for each in part])


def explored(
    histories: st.SearchStrategy[Any], run: Callable[[Any], None], *, count: int = 200, is_fixed: bool = False
) -> int:
    """Run many histories; of one that fails, the shortest that hypothesis finds.

    Args:
        histories: how to draw them.
        run: carries one out, and raises where the product fails.
        count: how many; HISTORIES in the environment overrides it
        is_fixed: unless this is set.

    Returns:
        How many were run.
    """
    wanted = -(-_GIVEN // MACHINES) if _GIVEN and not is_fixed else count
    done = 0

    def counted(history: Any) -> None:
        nonlocal done
        done += 1
        run(history)

    for number, at in enumerate(range(0, wanted, _CHUNK)):
        explore = settings(
            max_examples=min(_CHUNK, wanted - at),
            database=None,
            deadline=None,
            report_multiple_bugs=False,
            phases=[Phase.generate, Phase.shrink],
            # On a busy machine drawing is slow at random, and histories are long.
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        )(seed(_FIRST_SEED + number)(given(history=histories)(counted)))
        explore()
    assert done >= wanted, "there are not so many histories"
    return done
