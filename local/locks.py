"""File locks, for what only one stack on this machine may use at a time."""

import fcntl
from pathlib import Path
from typing import IO


def locked(path: Path) -> IO[bytes] | None:
    """Lock a file for this process; the system unlocks it when the process ends in any way.

    Returns:
        The file, to be kept open as long as the lock is wanted; None if another process has it.
    """
    file = path.open("wb")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file
