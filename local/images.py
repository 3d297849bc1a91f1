"""Images at `/images/`, of the page's own origin, as the web app's distribution may serve them."""

import asyncio
from collections.abc import Callable
from typing import TypeAlias

from local.gateway.messages import Answer, Request, error_answer

PREFIX = "/images/"
# Bytes and media type of a key; None if there is no such image.
Fetch: TypeAlias = Callable[[str], tuple[bytes, str] | None]


class ImageFiles:
    """Answers requests for images that the product has stored.

    Args:
        fetch: reads from the bucket; it may block.
    """

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch

    async def __call__(self, request: Request) -> Answer:
        """The image of a path."""
        if request.method not in {"GET", "HEAD"}:
            return error_answer(405, "Method not allowed", request.id, (("allow", "GET, HEAD"),))
        found = await asyncio.to_thread(self._fetch, request.path.lstrip("/"))
        if found is None:
            return error_answer(404, "Not found", request.id)
        content, kind = found
        return Answer(200, (("content-type", kind), ("x-content-type-options", "nosniff")), content)
