"""JSON bodies, for every shape that a route takes."""

import json
from pathlib import Path
from typing import Any

import msgspec

from fuzz.requests import refused, request
from smartexam.platform.http.bodies import read_body
from tools.openapi import functions

SHAPES = [route.takes for group in functions.groups() for route in group.api.routes if route.takes is not None]
_EVENTS = Path(__file__).parents[1] / "events"
# The first byte of an input chooses the shape.
SEEDS = tuple(
    bytes([number]) + body.encode()
    for number, path in enumerate(sorted(_EVENTS.glob("*/*.json")))
    if number < 256
    and isinstance(body := json.loads(path.read_text(encoding="utf-8")).get("body"), str)
    and body.startswith("{")
)


def read(data: bytes) -> None:
    """A shape that can be written as JSON, or a reason."""
    shape = SHAPES[data[0] % len(SHAPES)] if data else SHAPES[0]
    read_bodies: list[Any] = []
    refused(lambda: read_bodies.append(read_body(request(data[1:]), shape, limit=256 * 1024)))
    for body in read_bodies:
        msgspec.json.encode(body)
