"""Parses the docstrings of handlers and shapes."""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_SECTION = re.compile(r"^(Args|Returns|Raises|Yields|Attributes):$")
_ENTRY = re.compile(r"^ {4}(\w+): (.*)$")


@dataclass(frozen=True, slots=True)
class Prose:
    """A handler's docstring.

    Attributes:
        summary: its first sentence, without the full stop.
        description: the rest before the first section.
        raises: when an error is raised, by the name of its class.
    """

    summary: str
    description: str
    raises: dict[str, str]


def read(handler: Callable[..., Any]) -> Prose:
    """The docstring of a handler.

    Raises:
        ValueError: it has none.
    """
    text = inspect.getdoc(handler)
    if not text:
        raise ValueError(f"{handler.__module__}.{handler.__name__} has no docstring")
    whole, sections = _sections(text)
    first, _, rest = whole.partition("\n")
    first, _, more = first.partition(". ")
    return Prose(first.strip().rstrip("."), "\n".join(filter(None, [more, rest])).strip(), sections.get("Raises", {}))


def fields(shape: type) -> tuple[str, dict[str, str]]:
    """What the docstring of a shape says of the whole, and of its fields by name; fields of bases included."""
    told: dict[str, str] = {}
    for base in reversed(shape.__mro__):
        text = inspect.cleandoc(base.__doc__ or "") if base.__module__ not in {"builtins", "msgspec"} else ""
        told |= _sections(text)[1].get("Attributes", {})
    return _sections(inspect.cleandoc(shape.__doc__ or ""))[0], {name: _sentence(text) for name, text in told.items()}


def _sections(text: str) -> tuple[str, dict[str, dict[str, str]]]:
    """A docstring's text before the first section, and the entries of its sections."""
    body: list[str] = []
    found: dict[str, dict[str, str]] = {}
    entries: dict[str, str] | None = None
    last = None
    for line in text.splitlines():
        if named := _SECTION.match(line):
            entries, last = found.setdefault(named.group(1), {}), None
        elif entries is None:
            body.append(line)
        elif entry := _ENTRY.match(line):
            last = entry.group(1)
            entries[last] = entry.group(2).strip()
        elif last and line.strip():
            entries[last] += f" {line.strip()}"
    return "\n".join(body).strip(), found


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
