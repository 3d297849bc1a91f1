"""Replaces thread pools, so that the same history makes the same calls in the same order."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Self, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class SerialPool:
    """Runs everything in sequence, in the caller's thread."""

    def __init__(self, **_: Any) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def map(self, function: Callable[[T], R], values: Iterable[T]) -> Iterator[R]:
        """As an executor does it."""
        return map(function, values)
