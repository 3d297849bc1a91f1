"""The messages of a conversation, from both HTTP and the WebSocket."""

from __future__ import annotations

import threading
import urllib.parse
from collections.abc import Callable
from typing import Any

from smartexam_client import Connection

Document = dict[str, Any]


class Conversation:
    """The messages of a conversation, each once, whichever way it arrived."""

    def __init__(self, conversation_id: int, show: Callable[[Document], None]) -> None:
        """`show` gets every new message."""
        self.id = conversation_id
        self._show = show
        self._shown: set[int] = set()
        self._lock = threading.Lock()

    def add(self, message: Document) -> bool:
        """Shows a message if it is new; returns whether it was."""
        with self._lock:
            is_new = message["id"] not in self._shown
            self._shown.add(message["id"])
            if is_new:
                self._show(message)
            return is_new

    def catch_up(self, api: Connection) -> None:
        """Fetches missed messages: one page, and older ones only while all messages of a page are new."""
        missed: list[Document] = []
        path = f"/api/chat/messages/{self.id}"
        while page := api.get(path)["messages"]:
            missed = [message for message in page if message["id"] not in self._shown] + missed
            if not self._shown or page[0]["id"] in self._shown:
                break
            path = f"/api/chat/messages/{self.id}?before={urllib.parse.quote(page[0]['created_at'])}"
        for message in missed:
            self.add(message)
