"""Types of query parameters that several routes share."""

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

Id: TypeAlias = Annotated[int, Meta(ge=1, le=2**53 - 1)]
"""The id of a resource."""

PageSize: TypeAlias = Annotated[int, Meta(ge=1, le=100)]
"""How many items a page of a list may have: `limit` beside a cursor, `per_page` beside a page's number."""

Order: TypeAlias = Literal["asc", "desc"]
"""The direction of a list: ascending or descending by what it is sorted by."""

Flag: TypeAlias = Annotated[Literal["1", "true", "yes", "on", "0", "false", "no", "off"], Meta(extra={"means": bool})]
"""Whether something is wanted, in the words that clients and forms use; described as true or false."""

_YES = frozenset({"1", "true", "yes", "on"})


def is_set(flag: str | None) -> bool:
    """Whether a `Flag` says yes; one that was not sent, or is an empty field of a form, does not."""
    return flag in _YES
