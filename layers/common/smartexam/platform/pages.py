"""Lists in numbered pages, and cursors beside them.

A page by its number has to count its way there; how far that costs anything is said at `table.skip`. A cursor leads to
the page after the one it came with, at the same cost everywhere. It remembers that page's number, and the total where
counting it anew would cost.
"""

import re
from dataclasses import dataclass

from smartexam.platform import cursors
from smartexam.platform.errors import BadRequest, InvalidFields

_PLACE = re.compile(r"([0-9]{1,9})\|([0-9]{1,15})\|(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which page a client asks for.

    Attributes:
        number: from 1 on.
        size: rows on a page.
        after: the sort key to go on after; None if the page is only known by its number.
        total: how many rows there were when the list was begun; None if it begins here.
    """

    number: int
    size: int
    after: str | None = None
    total: int | None = None

    @property
    def skipped(self) -> int:
        """How many rows lie before it."""
        return (self.number - 1) * self.size


def wanted(list_name: str, page: int | None, cursor: str | None, size: int) -> Wanted:
    """The page that a query asks for; a cursor wins over a number.

    Raises:
        InvalidFields: the number is not positive.
        BadRequest: the cursor is not of this list.
    """
    place = cursors.decode(list_name, cursor)
    if place is None:
        if page is not None and not 1 <= page <= 10**9:
            raise InvalidFields([("page", "must be a positive whole number")])
        return Wanted(page or 1, size)
    found = _PLACE.fullmatch(place)
    if found is None:
        raise BadRequest("Invalid cursor", code="invalid_cursor")
    return Wanted(int(found[1]), size, found[3], int(found[2]))


def next_cursor(list_name: str, page: Wanted, total: int, place: str | None) -> str | None:
    """The cursor of the page after this one, None if this is the last."""
    return None if place is None else cursors.encode(list_name, f"{page.number + 1}|{total}|{place}")


def count_pages(total: int, size: int) -> int:
    """How many pages so many rows fill."""
    return -(-total // size)
