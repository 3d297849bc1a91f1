"""Limits on what is read of a document. Question papers stay far below them; hostile files do not."""

from typing import Final

from paper_reader.errors import too_large

MAX_PAGES: Final = 500
# A page of dense text has about 30 KB of drawing operations; one with a vector figure or two a few hundred.
MAX_STREAM_BYTES: Final = 8_000_000
MAX_TOTAL_BYTES: Final = 96_000_000
MAX_RUNS_PER_PAGE: Final = 40_000
MAX_RUNS: Final = 600_000
MAX_FORM_DEPTH: Final = 6
MAX_FORMS_PER_PAGE: Final = 400
MAX_FONTS: Final = 2_000


class Budget:
    """What one document has used up so far, over all its pages."""

    def __init__(self) -> None:
        self._bytes = 0
        self._runs = 0

    def take_bytes(self, count: int) -> None:
        """Count an inflated stream.

        Raises:
            DocumentError: the document inflates to too much.
        """
        self._bytes += count
        if count > MAX_STREAM_BYTES or self._bytes > MAX_TOTAL_BYTES:
            raise too_large("unpacks to more data than a question paper holds")

    def take_runs(self, count: int) -> None:
        """Count a page's runs of text.

        Raises:
            DocumentError: there is too much text.
        """
        self._runs += count
        if count > MAX_RUNS_PER_PAGE or self._runs > MAX_RUNS:
            raise too_large("holds more text than a question paper does")
