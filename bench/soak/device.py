"""A device on the WebSocket API: connects, sends, is cut off, reconnects."""

import json
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage
from websockets.sync.client import ClientConnection, connect

from bench.soak.client import PATIENCE_SECONDS, Client, GaveUpError

_ANSWER_SECONDS = 8.0


@dataclass
class Device:
    """One person's connection; not to be shared by threads.

    Attributes:
        received: how many messages of others arrived by it.
        deaths: frames at which the function died, as the gateway said.
        silences: frames that got no answer.
    """

    client: Client
    received: int = 0
    deaths: int = 0
    silences: int = 0
    cuts: int = 0
    _connection: ClientConnection | None = field(default=None, repr=False)
    _never: threading.Event = field(default_factory=threading.Event)

    def send(self, conversation_id: int, text: str, client_id: str) -> dict[str, Any]:
        """Send a message until it is acknowledged; returns it as stored.

        Raises:
            GaveUpError: refused for another reason than the rate limit, or no answer for longer than
                `PATIENCE_SECONDS`.
        """
        frame = {"action": "sendMessage", "conv_id": conversation_id, "message": text, "client_id": client_id}
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            data = self._exchange(frame, client_id)
            if data is None:
                continue
            if "message" in data and isinstance(data["message"], dict):
                message: dict[str, Any] = data["message"]
                return message
            if data.get("code") not in {"too_fast", "unavailable", "internal_error"}:
                raise GaveUpError(f"message refused: {data}")
            self._never.wait(float(data.get("retry_after", 1)))
        raise GaveUpError(f"{client_id} was not acknowledged in {PATIENCE_SECONDS:.0f} s")

    def say(self, **frame: Any) -> None:
        """Send a frame that needs no answer."""
        try:
            self._open().send(json.dumps(frame))
        except (ConnectionClosed, OSError):
            self._drop()

    def cut(self) -> None:
        """Close the connection without a closing handshake."""
        if self._connection is not None:
            self.cuts += 1
            with suppress(OSError):
                self._connection.socket.shutdown(socket.SHUT_RDWR)
        self._drop()

    def close(self) -> None:
        """Hang up."""
        self._drop()

    def _exchange(self, frame: dict[str, Any], client_id: str) -> dict[str, Any] | None:
        """The answer to a frame; None if the connection was lost or nothing came."""
        try:
            connection = self._open()
            connection.send(json.dumps(frame))
            deadline = time.monotonic() + _ANSWER_SECONDS
            while (left := deadline - time.monotonic()) > 0:
                event: dict[str, Any] = json.loads(connection.recv(timeout=left))
                data: dict[str, Any] = event.get("data") or {}
                if "event" not in event:
                    # API Gateway's own message: the function died at this frame, or at an earlier one.
                    self.deaths += 1
                    return None
                if event["event"] == "chat_message":
                    self.received += 1
                elif data.get("client_id") == client_id:
                    return data
                elif data.get("code") == "signed_out":
                    break
        except TimeoutError:
            self.silences += 1
        except (ConnectionClosed, OSError):
            pass
        self._drop()
        return None

    def _open(self) -> ClientConnection:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._connection is None:
            url = self.client.post("/api/chat/ws-ticket")["url"]
            # A ticket is valid once, and a refused handshake may have used it.
            with suppress(InvalidHandshake, InvalidMessage, OSError):
                self._connection = connect(url, legacy=True, open_timeout=20)
            if time.monotonic() > deadline:
                raise GaveUpError("no ticket opened a connection")
        return self._connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(OSError, ConnectionClosed):
                connection.close()
