"""The terminal."""

from __future__ import annotations

import os
from typing import Any, TextIO

Document = dict[str, Any]


class Screen:
    """Shows messages and notes."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._colour = out.isatty() and "NO_COLOR" not in os.environ

    def message(self, message: Document) -> None:
        """Shows a message. Its text is somebody else's and must not control the terminal."""
        text = "".join(character if character.isprintable() else " " for character in message["message"])
        self._line(f"{message['sender_name']}: {text}", "36" if message["is_own"] else "32")

    def note(self, text: str) -> None:
        """Shows a note of the program itself."""
        self._line(f"* {text}", "2")

    def _line(self, text: str, colour: str) -> None:
        print(f"\033[{colour}m{text}\033[0m" if self._colour else text, file=self._out, flush=True)
