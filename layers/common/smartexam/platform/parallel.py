"""Runs several independent reads in parallel."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


def in_parallel(work: Callable[[ItemT], ResultT], items: Iterable[ItemT], *, most: int) -> list[ResultT]:
    """The results of `work` for each item, in order, at most `most` at a time; the invocation's trace counts all calls.

    The first item is done by the calling thread, because starting a thread takes longer than preparing most calls.

    Raises:
        The first error that `work` raises.
    """
    wanted = list(items)
    if min(most, len(wanted)) < 2:  # noqa: PLR2004 - one needs no thread
        return [work(item) for item in wanted]
    context = copy_context()
    first, *others = wanted
    with ThreadPoolExecutor(min(most - 1, len(others))) as pool:
        done = pool.map(lambda item: context.copy().run(work, item), others)
        return [work(first), *done]
