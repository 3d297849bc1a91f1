"""The connection: opened with a ticket, kept alive, reopened, without losing or repeating messages."""

from __future__ import annotations

import json
import queue
import threading
import time
import uuid

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from chatting.conversation import Conversation, Document
from chatting.screen import Screen
from smartexam_client import Connection, ConnectionLostError

HEARTBEAT_SECONDS = 50.0  # a user is online for 120 s after any frame
LONGEST_WAIT = 30.0


class Line:
    """A connection that is reopened whenever it breaks."""

    def __init__(self, api: Connection, conversation: Conversation, screen: Screen) -> None:
        self._api, self._conversation, self._screen = api, conversation, screen
        self._waiting: dict[str, str] = {}  # unacknowledged texts, by client_id
        self._outbox: queue.Queue[Document] = queue.Queue()
        self._ends = threading.Event()
        self._settled = threading.Condition()

    def say(self, text: str) -> None:
        """Sends a message now, or after reconnecting."""
        client_id = str(uuid.uuid4())
        with self._settled:
            self._waiting[client_id] = text
        self._outbox.put(self._message(client_id, text))

    def mark_read(self) -> None:
        """Marks the conversation as read."""
        self._outbox.put({"action": "markRead", "conv_id": self._conversation.id})

    def finish(self, seconds: float = 10.0) -> bool:
        """Waits for the acknowledgements, then ends; returns whether all arrived."""
        with self._settled:
            done = self._settled.wait_for(lambda: not self._waiting, timeout=seconds)
        self._ends.set()
        return done

    def run(self) -> None:
        """Keeps a connection open until `finish`."""
        wait = 1.0
        while not self._ends.is_set():
            try:
                # Each connection needs a new ticket.
                with connect(self._api.post("/api/chat/ws-ticket")["url"], open_timeout=15) as connection:
                    self._conversation.catch_up(self._api)
                    self._send_again()
                    wait = 1.0
                    self._talk(connection)
            except (OSError, WebSocketException, ConnectionLostError) as error:
                self._screen.note(f"no connection ({error}); trying again in {wait:.0f} s")
                self._ends.wait(wait)
                wait = min(LONGEST_WAIT, wait * 2)

    def _talk(self, connection: ClientConnection) -> None:
        next_heartbeat = time.monotonic() + HEARTBEAT_SECONDS
        while not self._ends.is_set():
            if time.monotonic() > next_heartbeat:
                next_heartbeat += HEARTBEAT_SECONDS
                connection.send(json.dumps({"action": "heartbeat"}))
            while not self._outbox.empty():
                connection.send(json.dumps(self._outbox.get()))
            try:
                self._take(json.loads(connection.recv(timeout=0.1)))
            except TimeoutError:
                continue

    def _take(self, event: Document) -> None:
        data = event["data"]
        match event["event"]:
            case "message_sent":
                with self._settled:
                    self._waiting.pop(data["client_id"], None)
                    self._settled.notify_all()
                self._conversation.add(data["message"])
            case "chat_message" if data["conv_id"] == self._conversation.id:
                self._conversation.add(data)
            case "user_typing":
                self._screen.note(f"{data['name']} is typing")
            case "error" if data.get("client_id") in self._waiting:
                self._refused(data)
            case "error":
                self._screen.note(data["message"])

    def _refused(self, error: Document) -> None:
        client_id = error["client_id"]
        if "retry_after" in error:
            text = self._waiting[client_id]
            later = threading.Timer(error["retry_after"], self._outbox.put, [self._message(client_id, text)])
            later.daemon = True
            later.start()
            return
        with self._settled:
            self._waiting.pop(client_id)
            self._settled.notify_all()
        self._screen.note(f"not sent: {error['message']}")

    def _send_again(self) -> None:
        """Unacknowledged messages may have arrived; their `client_id` keeps them from being stored twice."""
        self._outbox = queue.Queue()
        with self._settled:
            for client_id, text in self._waiting.items():
                self._outbox.put(self._message(client_id, text))

    def _message(self, client_id: str, text: str) -> Document:
        return {
            "action": "sendMessage",
            "conv_id": self._conversation.id,
            "message": text,
            "client_id": client_id,
        }
