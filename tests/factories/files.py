"""Files in buckets, in memory."""

import pytest

from smartexam.platform import storage
from smartexam.platform.errors import Unavailable

BUCKET = "uploads-test"


class Files(dict[str, bytes]):
    """What is stored in the bucket of uploads, by key; `fails` makes the storage unreachable."""

    fails = False

    def put(self, bucket: str, key: str, content: bytes, media_type: str) -> None:
        """Store a file."""
        self._reach(bucket)
        del media_type
        self[key] = content

    def fetch(self, bucket: str, key: str, *, most: int) -> bytes | None:
        """The content of a file."""
        self._reach(bucket)
        assert len(self.get(key, b"")) <= most
        return self.get(key)

    def delete(self, bucket: str, key: str) -> None:
        """Delete a file."""
        self._reach(bucket)
        self.pop(key, None)

    def _reach(self, bucket: str) -> None:
        assert bucket == BUCKET
        if self.fails:
            raise Unavailable

    @classmethod
    def installed(cls, monkeypatch: pytest.MonkeyPatch) -> "Files":
        """Files in place of the storage."""
        files = cls()
        monkeypatch.setenv("UPLOADS_BUCKET", BUCKET)
        monkeypatch.setattr(storage, "put", files.put)
        monkeypatch.setattr(storage, "get", files.fetch)
        monkeypatch.setattr(storage, "delete", files.delete)
        return files
