"""Where a sheet keeps its answers across a restart of the device."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any, Protocol

Document = dict[str, Any]


class Journal(Protocol):
    """Keeps one document. A database of the platform at hand (IndexedDB, SQLite) does as well as a file."""

    def load(self) -> Document | None:
        """What was kept last; None if nothing."""
        ...

    def save(self, document: Document) -> None:
        """Keeps the document in place of the last one, wholly or not at all; OSError if it cannot."""
        ...

    def clear(self) -> None:
        """Forgets it."""
        ...


class FileJournal:
    """One JSON file that only its owner may read."""

    def __init__(self, path: Path) -> None:
        """The folder is made when it is needed."""
        self._path = path

    def load(self) -> Document | None:
        """See `Journal`. A file that cannot be understood is set aside as `.broken`: a person may still read it."""
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
        """See `Journal`; on the disk when it returns, so that pulling the plug loses nothing."""
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
