"""An engine with real transactions, behind the same interface as the in-memory database."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.dynamodb.values import Item as StoredItem
from tests.factories.tables import everything

Key = tuple[str, str]
Table = dict[Key, StoredItem]
_BATCH = 25


class EngineDatabase:
    """The six tables on an engine.

    Args:
        client: of the engine.
        names: the environment variables that name its tables.
    """

    def __init__(self, client: Any, names: Mapping[str, str]) -> None:
        self._client = client
        self._names = dict(names)

    def call(self, operation: str, arguments: Any) -> dict[str, Any]:
        """Replaces a client's `_make_api_call`."""
        answer: dict[str, Any] = self._client._make_api_call(operation, arguments)
        return answer

    def table(self, context: str) -> Table:
        """What is stored in a context's table, by key."""
        return self.snapshot()[context]

    def snapshot(self) -> dict[str, Table]:
        """Everything that is stored now."""
        found = everything(self._client, self._names)
        return {context: {_key(item): item for item in items} for context, items in found.items()}

    def restore(self, snapshot: Mapping[str, Table]) -> None:
        """Restore a snapshot."""
        now = self.snapshot()
        for context, wanted in snapshot.items():
            self._write(context, [_deletion(key) for key in now[context] if key not in wanted])
            changed = [item for key, item in wanted.items() if now[context].get(key) != item]
            self._write(context, [{"PutRequest": {"Item": item}} for item in changed])

    def expire(self, now: float) -> None:
        """Delete expired items."""
        stored = self.table("ephemeral")
        gone = [key for key, item in stored.items() if "expires_at" in item and float(item["expires_at"]["N"]) <= now]
        self._write("ephemeral", [_deletion(key) for key in gone])

    def _write(self, context: str, requests: list[dict[str, Any]]) -> None:
        name = self._names[f"{context.upper()}_TABLE"]
        for chunk in _chunks(requests):
            self._client.batch_write_item(RequestItems={name: chunk})


def _key(item: StoredItem) -> Key:
    return item["pk"]["S"], item["sk"]["S"]


def _deletion(key: Key) -> dict[str, Any]:
    return {"DeleteRequest": {"Key": {"pk": {"S": key[0]}, "sk": {"S": key[1]}}}}


def _chunks(requests: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    return (requests[at : at + _BATCH] for at in range(0, len(requests), _BATCH))
