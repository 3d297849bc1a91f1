"""Two people chat in two terminals.

    python3 examples/chat.py http://127.0.0.1:3000 student1 student2
    python3 examples/chat.py http://127.0.0.1:3000 student2 student1

The first name is who signs in, the second whom they write to. What you type is sent, what arrives is shown; an empty
line marks the conversation as read, Ctrl-D ends. Cut the network: what was missed is fetched when it is back, and what
was not acknowledged is sent again, once.

It needs `websockets` (pip install websockets) besides Python 3.11.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import sys
import threading
import time
import urllib.parse
import uuid
from collections.abc import Callable, Sequence
from typing import Any, TextIO

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from sitting.api import Api, ApiError
from sitting.transport import ConnectionLostError, HttpTransport

HEARTBEAT_SECONDS = 50.0  # a user is online for 120 s after a sign of life
LONGEST_WAIT = 30.0
DEMO_PASSWORD = "Student@2025demo"  # noqa: S105 - of the demo data, for everybody to know

Document = dict[str, Any]


class Conversation:
    """What was said, each message once, whichever way it came."""

    def __init__(self, conversation_id: int, show: Callable[[Document], None]) -> None:
        """`show` gets every message that was not shown before."""
        self.id = conversation_id
        self._show = show
        self._shown: set[int] = set()
        self._lock = threading.Lock()

    def add(self, message: Document) -> bool:
        """Shows a message unless it was shown before; whether it was new."""
        with self._lock:
            is_new = message["id"] not in self._shown
            self._shown.add(message["id"])
            if is_new:
                self._show(message)
            return is_new

    def catch_up(self, api: Api) -> None:
        """Fetches what is not known yet: a page, and further back only while all of a page was news."""
        missed: list[Document] = []
        path = f"/api/chat/messages/{self.id}"
        while page := api.get(path)["messages"]:
            missed = [message for message in page if message["id"] not in self._shown] + missed
            if not self._shown or page[0]["id"] in self._shown:
                break
            path = f"/api/chat/messages/{self.id}?before={urllib.parse.quote(page[0]['created_at'])}"
        for message in missed:
            self.add(message)


class Line:
    """A connection that is opened again whenever it breaks."""

    def __init__(self, api: Api, conversation: Conversation, screen: Screen) -> None:
        self._api, self._conversation, self._screen = api, conversation, screen
        self._waiting: dict[str, str] = {}  # texts that were not acknowledged, by client_id
        self._outbox: queue.Queue[Document] = queue.Queue()
        self._ends = threading.Event()
        self._settled = threading.Condition()

    def say(self, text: str) -> None:
        """Sends a message: now, or when there is a connection again."""
        client_id = str(uuid.uuid4())
        with self._settled:
            self._waiting[client_id] = text
        self._outbox.put(self._message(client_id, text))

    def mark_read(self) -> None:
        """Marks the conversation as read."""
        self._outbox.put({"action": "markRead", "conv_id": self._conversation.id})

    def finish(self, seconds: float = 10.0) -> bool:
        """Waits for what is not acknowledged yet, then ends; whether all was."""
        with self._settled:
            done = self._settled.wait_for(lambda: not self._waiting, timeout=seconds)
        self._ends.set()
        return done

    def run(self) -> None:
        """Keeps a connection until `finish`."""
        wait = 1.0
        while not self._ends.is_set():
            try:
                # A ticket opens one connection: a new one for each.
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
        """What was not acknowledged may have arrived or not: its `client_id` keeps it from being there twice."""
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


class Screen:
    """The terminal."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._colour = out.isatty() and "NO_COLOR" not in os.environ

    def message(self, message: Document) -> None:
        """Shows a message. Its text is somebody else's: nothing in it may steer the terminal."""
        text = "".join(character if character.isprintable() else " " for character in message["message"])
        self._line(f"{message['sender_name']}: {text}", "36" if message["is_own"] else "32")

    def note(self, text: str) -> None:
        """Says something of its own."""
        self._line(f"* {text}", "2")

    def _line(self, text: str, colour: str) -> None:
        print(f"\033[{colour}m{text}\033[0m" if self._colour else text, file=self._out, flush=True)


def get_connected(api: Api, username: str, screen: Screen) -> int:
    """Asks for a connection, or accepts if the other asked before; the conversation, once there is one."""
    found = api.get(f"/api/chat/search?q={urllib.parse.quote(username)}")["users"]
    other = next((user for user in found if user["username"].casefold() == username.casefold()), None)
    if other is None:
        raise SystemExit(f"There is nobody called {username}")
    try:
        api.post("/api/chat/request", {"recipient_id": other["id"]}, repeatable=False)
    except ApiError as error:
        if error.code not in {"already_connected", "already_requested"}:
            raise
    said = False
    while True:
        for conversation in api.get("/api/chat/conversations")["conversations"]:
            if conversation["other_id"] == other["id"]:
                conversation_id: int = conversation["id"]
                return conversation_id
        if not said:
            screen.note(f"waiting for {other['full_name']} to do the same in another terminal")
            said = True
        threading.Event().wait(1.0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the client; the exit status is 1 if something could not be sent."""
    parser = argparse.ArgumentParser(description="Chat with one other user.")
    parser.add_argument("url", help="such as http://127.0.0.1:3000")
    parser.add_argument("username", help="who signs in")
    parser.add_argument("other", help="the username of the other one")
    parser.add_argument("--password", default=DEMO_PASSWORD, help="by default the demo students'")
    options = parser.parse_args(arguments)

    screen = Screen(sys.stdout)
    wait = threading.Event().wait
    api = Api(HttpTransport(options.url), lambda seconds: void(wait(seconds)))
    background = Api(HttpTransport(options.url), lambda seconds: void(wait(seconds)))
    for each in (api, background):
        each.sign_in(options.username, options.password)
    conversation = Conversation(get_connected(api, options.other, screen), screen.message)
    line = Line(background, conversation, screen)
    thread = threading.Thread(target=line.run, daemon=True)
    thread.start()
    screen.note("connected; type, and end with Ctrl-D")
    try:
        for text in sys.stdin:
            if text.strip():
                line.say(text.strip())
            else:
                line.mark_read()
    except KeyboardInterrupt:
        screen.note("bye")
    is_sent = line.finish()
    thread.join(5)
    return 0 if is_sent else 1


def void(_: object) -> None:
    """Drops a result that is not wanted."""


if __name__ == "__main__":
    raise SystemExit(main())
