"""The client: signs in, connects two users, and passes lines between keyboard, network and screen."""

from __future__ import annotations

import argparse
import sys
import threading
import urllib.parse
from collections.abc import Sequence

from chatting.conversation import Conversation
from chatting.line import Line
from chatting.screen import Screen
from smartexam_client import ApiError, Connection, HttpTransport

DEMO_PASSWORD = "Student@2025demo"  # noqa: S105 - of the demo data, for everybody to know


def get_connected(api: Connection, username: str, screen: Screen) -> int:
    """Asks for a connection, or accepts the other's request; returns the conversation, None until it exists."""
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
    """Runs the client; returns 1 if something could not be sent."""
    parser = argparse.ArgumentParser(description="Chat with one other user.")
    parser.add_argument("url", help="such as http://127.0.0.1:3000")
    parser.add_argument("username", help="who signs in")
    parser.add_argument("other", help="the username of the other one")
    parser.add_argument("--password", default=DEMO_PASSWORD, help="by default the demo students'")
    options = parser.parse_args(arguments)

    screen = Screen(sys.stdout)
    api = Connection(HttpTransport(options.url), _sleep)
    background = Connection(HttpTransport(options.url), _sleep)
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


def _sleep(seconds: float) -> None:
    threading.Event().wait(seconds)
