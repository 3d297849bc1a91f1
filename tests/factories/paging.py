"""Reading lists page by page."""

from collections.abc import Iterator


def pages(most: int = 200) -> Iterator[int]:
    """The numbers of pages; a test that reads `most` of them fails, because a cursor leads nowhere."""
    yield from range(most)
    raise AssertionError(f"no end after {most} pages")
