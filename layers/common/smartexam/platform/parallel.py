"""Runs several independent reads in parallel."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


def in_parallel(work: Callable[[ItemT], ResultT], items: Iterable[ItemT], *, most: int) -> list[ResultT]:
    """The results of `work` for each item, in order, at most `most` at a time; the invocation's trace counts all calls.

    Raises:
        The first error that `work` raises.
    """
    wanted = list(items)
    if len(wanted) < 2:  # noqa: PLR2004 - one needs no thread
        return [work(item) for item in wanted]
    context = copy_context()
    with ThreadPoolExecutor(min(most, len(wanted))) as pool:
        return list(pool.map(lambda item: context.copy().run(work, item), wanted))
