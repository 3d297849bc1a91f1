"""Calls that begin at the same moment."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from smartexam.platform.errors import AppError

T = TypeVar("T")


def together(calls: Sequence[Callable[[], T]]) -> list[T | AppError]:
    """What the calls return or are refused with, all begun at the same moment."""
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], T]) -> T | AppError:
        barrier.wait()
        try:
            return call()
        except AppError as error:
            return error

    with ThreadPoolExecutor(max_workers=len(calls)) as pool:
        return list(pool.map(run, calls))
