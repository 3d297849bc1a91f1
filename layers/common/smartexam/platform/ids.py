"""Allocates integer ids in blocks: one atomic add reserves many, and a warm process hands them out.

Ids are unique and below 2^53. They have gaps, and are not in order of time across processes.
"""

import threading
from functools import lru_cache

from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import IntAttribute, Item

# How many ids a process reserves at once. A process that stops loses the rest of its block. Small blocks keep the ids
# of rare things short enough to read out on the phone.
_BLOCK_SIZES = {"attempt": 50, "comment": 50, "question": 20, "connection": 20, "conversation": 20}


class CounterItem(Item):
    """The highest reserved id of a kind."""

    class Meta:
        context = "identity"

    value = IntAttribute()


class IdAllocator:
    """Hands out ids of each kind from reserved blocks; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._blocks: dict[str, tuple[int, int]] = {}

    def take(self, kind: str, count: int = 1) -> range:
        """`count` fresh ids, consecutive.

        A block too small for `count` is kept for later single ids, and a separate run is reserved.

        Raises:
            Unavailable: the counter cannot be reached.
        """
        if count < 1:
            raise ValueError("count must be positive")
        with self._lock:
            following, end = self._blocks.get(kind, (1, 1))
            if end - following >= count:
                self._blocks[kind] = (following + count, end)
                return range(following, following + count)
            reserved = self._reserve(kind, max(count, _BLOCK_SIZES.get(kind, 1)))
            if len(reserved) > count:
                self._blocks[kind] = (reserved.start + count, reserved.stop)
            return reserved[:count]

    @staticmethod
    def _reserve(kind: str, count: int) -> range:
        counter = table.update(CounterItem, f"COUNTER#{kind}", "COUNTER", [CounterItem.value.add(count)])
        return range(counter.value - count + 1, counter.value + 1)


@lru_cache(maxsize=1)
def allocator() -> IdAllocator:
    """This process's allocator."""
    return IdAllocator()


def next_id(kind: str) -> int:
    """One fresh id of a kind (`user`, `exam`, `question`, `attempt`, ...)."""
    return allocator().take(kind)[0]


def highest(kind: str) -> int:
    """An upper bound for the ids of a kind so far; 0 if there are none."""
    counter = table.get(CounterItem, f"COUNTER#{kind}", "COUNTER")
    return 0 if counter is None else counter.value
