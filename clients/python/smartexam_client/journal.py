"""Stores a sheet's unconfirmed answers across restarts of the device."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any, Protocol

Document = dict[str, Any]


class Journal(Protocol):
    """Stores one document. A database such as IndexedDB or SQLite serves as well as a file."""

    def load(self) -> Document | None:
        """The stored document; None if there is none."""
        ...

    def save(self, document: Document) -> None:
        """Stores the document in place of the last one, atomically; OSError if it cannot."""
        ...

    def clear(self) -> None:
        """Deletes it."""
        ...


class FileJournal:
    """One JSON file that only its owner may read."""

    def __init__(self, path: Path) -> None:
        """The folder is created when it is needed."""
        self._path = path

    def load(self) -> Document | None:
        """See `Journal`. A file that cannot be read is renamed to `.broken`, for people."""
        try:
            document = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return None
        except ValueError:
            document = None
        if isinstance(document, dict):
            return document
        self._path.replace(self._path.with_name(f"{self._path.name}.broken"))
        return None

    def save(self, document: Document) -> None:
        """See `Journal`; flushed to the disk, so that a power failure loses nothing."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=f".{self._path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(document, file, ensure_ascii=False)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def clear(self) -> None:
        """See `Journal`."""
        self._path.unlink(missing_ok=True)
