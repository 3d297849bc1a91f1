"""Reads JSON as language models write it: in fences, cut off, with LaTeX whose backslashes are not doubled."""

import json
import re
from typing import Any, Final

# Commands whose first letter makes a valid JSON escape: \frac would become a form feed and "rac".
_COMMANDS: Final = (
    "frac|forall|flat|beta|bar|binom|begin|big|bigg|boldsymbol|bmatrix|bullet|backslash|because|nu|ne|neq|nabla|neg|not|notin|"
    "ni|ngtr|nless|rho|right|rightarrow|rangle|rceil|rfloor|rm|times|theta|tau|text|textbf|textrm|tan|tanh|to|triangle|"
    "tfrac|top|tilde|therefore|upsilon|uparrow|underline|underbrace|union"
)
_BARE_COMMAND = re.compile(rf"(?<!\\)((?:\\\\)*)\\(?=(?:{_COMMANDS})(?![a-z]))")
_BAD_ESCAPE = re.compile(r'(?<!\\)((?:\\\\)*)\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})')
_FENCE = "```"
_LANGUAGE = re.compile(r"[a-zA-Z]*")
_BETWEEN = re.compile(r"[\s,]*")
_LONGEST = 400_000


def read_items(text: str, name: str) -> list[dict[str, Any]] | None:
    """The objects of the list called `name` in an answer; of a cut-off answer, the complete objects.

    Returns:
        The objects; None if the answer has no such list.
    """
    text = _unfenced(text)
    text = _BAD_ESCAPE.sub(r"\1\\\\", _BARE_COMMAND.sub(r"\1\\\\", text))
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        return _complete_ones(text, name)
    if isinstance(whole, dict):
        whole = whole.get(name)
    return [item for item in whole if isinstance(item, dict)] if isinstance(whole, list) else None


def read_object(text: str) -> dict[str, Any] | None:
    """The single object of an answer; None if it is not an object."""
    items = read_items(f'{{"items": [{_unfenced(text)}]}}', "items")
    return items[0] if items else None


def _unfenced(text: str) -> str:
    text = text[:_LONGEST].strip()
    if text.startswith(_FENCE):
        text = _LANGUAGE.sub("", text.removeprefix(_FENCE), count=1)
    return text.removesuffix(_FENCE)


def _complete_ones(text: str, name: str) -> list[dict[str, Any]] | None:
    start = re.search(rf'"{re.escape(name)}"\s*:\s*\[', text)
    at = start.end() if start else text.find("[") + 1
    if not at:
        return None
    decoder = json.JSONDecoder()
    found: list[dict[str, Any]] = []
    while True:
        skipped = _BETWEEN.match(text, at)
        at = skipped.end() if skipped else at
        if text[at : at + 1] != "{":
            return found
        try:
            item, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return found
        if isinstance(item, dict):
            found.append(item)
