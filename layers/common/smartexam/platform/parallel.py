"""Several independent readings at once, where one after the other would keep somebody waiting."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


def in_parallel(work: Callable[[ItemT], ResultT], items: Iterable[ItemT], *, most: int) -> list[ResultT]:
    """What `work` makes of each item, in their order; at most `most` at a time, each seen by the invocation's trace.

    Raises:
        Whatever `work` raises for one of them.
    """
    wanted = list(items)
    if len(wanted) < 2:  # noqa: PLR2004 - one needs no thread
        return [work(item) for item in wanted]
    context = copy_context()
    with ThreadPoolExecutor(min(most, len(wanted))) as pool:
        return list(pool.map(lambda item: context.copy().run(work, item), wanted))
