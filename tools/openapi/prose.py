"""Parses the docstrings of handlers."""

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
    first, _, rest = text.partition("\n")
    first, _, more = first.partition(". ")
    body: list[str] = [more, ""] if more else []
    raises: dict[str, str] = {}
    section = last = None
    for line in rest.strip().splitlines():
        if named := _SECTION.match(line):
            section, last = named.group(1), None
        elif section is None:
            body.append(line)
        elif section == "Raises" and (entry := _ENTRY.match(line)):
            last = entry.group(1)
            raises[last] = entry.group(2).strip()
        elif section == "Raises" and last and line.strip():
            raises[last] += f" {line.strip()}"
    return Prose(first.strip().rstrip("."), "\n".join(body).strip(), raises)
