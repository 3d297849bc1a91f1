"""Lists in numbered pages, with cursors beside the numbers.

Reaching a page by its number requires counting the items before it; see `table.skip` for the cost. A cursor leads to
the next page at a constant cost. It contains that page's number, and the total if counting it again would be expensive.
"""

import re
from dataclasses import dataclass

import msgspec

from smartexam.platform import cursors
from smartexam.platform.errors import BadRequest, InvalidFields
from smartexam.platform.http.queries import Id, PageSize

_PLACE = re.compile(r"([0-9]{1,9})\|([0-9]{1,15})\|(.*)", re.DOTALL)


class PageQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which page: by its number, or by the cursor in the answer before. `limit` is `per_page` by another name."""

    page: Id | None = None
    cursor: str | None = None
    per_page: PageSize | None = None
    limit: PageSize | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """The page that a client asks for.

    Attributes:
        number: from 1 on.
        size: rows on a page.
        after: the sort key to continue after; None if only the page's number is known.
        total: the number of rows when the list's first page was read; None on that page.
    """

    number: int
    size: int
    after: str | None = None
    total: int | None = None

    @property
    def skipped(self) -> int:
        """How many rows are before it."""
        return (self.number - 1) * self.size


def wanted(list_name: str, query: PageQuery, size: int) -> Wanted:
    """The page that a query asks for, by default of `size` rows; a cursor overrides a number.

    Raises:
        InvalidFields: the number is not positive.
        BadRequest: the cursor is not of this list.
    """
    size = query.per_page or query.limit or size
    place = cursors.decode(list_name, query.cursor)
    if place is None:
        if query.page is not None and not 1 <= query.page <= 10**9:
            raise InvalidFields([("page", "must be a positive whole number")])
        return Wanted(query.page or 1, size)
    found = _PLACE.fullmatch(place)
    if found is None:
        raise BadRequest("Invalid cursor", code="invalid_cursor")
    return Wanted(int(found[1]), size, found[3], int(found[2]))


def next_cursor(list_name: str, page: Wanted, total: int, place: str | None) -> str | None:
    """The cursor of the page after this one, None if this is the last."""
    return None if place is None else cursors.encode(list_name, f"{page.number + 1}|{total}|{place}")


def count_pages(total: int, size: int) -> int:
    """The number of pages for a number of rows."""
    return -(-total // size)
