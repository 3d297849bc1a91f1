"""Query strings for every shape of a route, and the cursors in them."""

from typing import Any

from fuzz.requests import refused, request
from smartexam.platform import cursors, pages
from smartexam.platform.http import bodies
from smartexam.platform.pages import PageQuery
from tools.openapi import functions

SHAPES = [route.query for group in functions.groups() for route in group.api.routes if route.query is not None]
_CURSORS = [cursors.encode("list", place) or "" for place in ("EXAM#7", "2|50|a\n", "x" * 100)]
# The first byte of an input chooses the shape.
SEEDS = (
    b"\x00category_id=1&status=ongoing&cursor=",
    b"\x01page=2&page=3&q=%ff&role=both",
    b"\x02timePeriod=custom&startDate=2026-01-01&endDate=2026-02-30&exam=9007199254740993",
    *(b"\x03cursor=" + cursor.encode() for cursor in _CURSORS),
    b"\x04ids=1,2,3&before=2026-01-01T00:00:00+05:30",
)


def read(data: bytes) -> None:
    """A shape or a reason; a cursor's own place, or a reason."""
    text = data[1:].decode("latin-1")
    query = request(query=text).query
    shape = SHAPES[data[0] % len(SHAPES)] if data else SHAPES[0]
    refused(lambda: bodies.convert_query(query, shape))
    given = query.get("cursor", text)
    places: list[Any] = []
    refused(lambda: places.append(cursors.decode("list", given)))
    assert not places or places[0] is None or cursors.encode("list", places[0]) in _CURSORS
    refused(lambda: pages.wanted("list", PageQuery(cursor=given), 50))
