"""A device of the demonstration: the client's answer sheet on a connection that can be cut."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from typing import Protocol

from smartexam_client import AnswerSheet, Call, Connection, ConnectionLostError, HttpTransport, Transport


class CuttableTransport(Transport, Protocol):
    """A transport whose connection can be cut on purpose."""

    def lose(self, call: Call) -> None:
        """Sends half of the call, then loses the connection, like a phone in a tunnel."""
        ...


class CuttableHttpTransport(HttpTransport):
    """HTTP whose connection can be cut on purpose."""

    def lose(self, call: Call) -> None:
        """See `CuttableTransport`; announces the whole body and closes after half of it."""
        self._connection.close()
        try:
            self._connection.putrequest(call.method, self._prefix + call.path)
            for name, value in call.headers.items():
                self._connection.putheader(name, value)
            self._connection.putheader("Content-Length", str(len(call.body)))
            self._connection.endheaders(call.body[: len(call.body) // 2])
        except (OSError, http.client.HTTPException) as error:
            raise ConnectionLostError(f"{call.method} {call.path}: {error}") from error
        finally:
            self._connection.close()


class Device:
    """A student's device: its connection, and the sheet on it."""

    def __init__(self, transport: CuttableTransport, sleep: Callable[[float], None], exam_id: int) -> None:
        self._transport = transport
        self._exam_id = exam_id
        self.connection = Connection(transport, sleep)
        self.sheet = AnswerSheet(self.connection, exam_id)

    def lose_connection(self) -> None:
        """Starts a sync and is cut off in the middle of the request."""
        call = self.connection.json_call(f"/api/sync-exam-answers/{self._exam_id}", self.sheet.changes())
        self._transport.lose(self.connection.authorised(call))
