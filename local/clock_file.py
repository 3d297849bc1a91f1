"""The file that tells the functions the offset of their clock."""

import math
import os
import tempfile
from pathlib import Path

# A hundred years either way; further dates are outside datetime's range.
MAX_OFFSET_SECONDS = 100 * 366 * 86_400.0


class ClockFile:
    """Stores the offset in seconds. It is replaced atomically, because functions read it at any time."""

    def __init__(self, path: Path, copy: Path | None = None) -> None:
        """Store the offset in `path` and, to outlive this run, in `copy`."""
        self.path = path
        self._copy = copy

    def load(self) -> None:
        """Restore the offset of an earlier run; 0 if there is none."""
        try:
            self.set(float(self._copy.read_text(encoding="ascii")) if self._copy is not None else 0.0)
        except (OSError, ValueError):
            self.set(0.0)

    def set(self, offset_seconds: float) -> None:
        """Set the offset, absolutely.

        Raises:
            ValueError: not a finite number, or over a hundred years.
        """
        if not math.isfinite(offset_seconds) or abs(offset_seconds) > MAX_OFFSET_SECONDS:
            raise ValueError("offset_seconds must be within a hundred years")
        for target in filter(None, (self.path, self._copy)):
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, scratch = tempfile.mkstemp(dir=target.parent, prefix=".clock-")
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(repr(offset_seconds))
            Path(scratch).replace(target)
