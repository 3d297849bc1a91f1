"""Images: where they are kept and where clients find them."""

import secrets

from smartexam.platform import storage
from smartexam.platform.errors import Unavailable
from smartexam.platform.observability import logger
from smartexam.platform.settings import settings

# Only what begins so is served; see the distribution in the template.
PREFIX = "images/"
# Those that belong to one category, and go with it. All others may be named in several places.
OF_CATEGORIES = f"{PREFIX}categories/"


def image_url(path: str | None) -> str | None:
    """The address of an image by its path; absolute addresses stay as they are, None for no image."""
    if not path:
        return None
    if path.startswith(("https://", "http://")):
        return path
    return f"{settings().optional('IMAGES_BASE_URL') or ''}/{path.lstrip('/')}"


def keep(content: bytes, extension: str, media_type: str, *, prefix: str = PREFIX) -> str:
    """Store an image under a name that nobody can guess or replace; returns its path.

    Raises:
        Unavailable: the storage cannot be reached.
    """
    path = f"{prefix}{secrets.token_hex(16)}.{extension}"
    storage.put(settings().required("IMAGES_BUCKET"), path, content, media_type, cached=storage.FOREVER)
    return path


def discard(path: str | None) -> None:
    """Remove an image that belongs to a category; no other, which a question may show.

    Where that fails the image stays, and what it was removed for has happened all the same.
    """
    if path is None or not path.startswith(OF_CATEGORIES):
        return
    try:
        storage.delete(settings().required("IMAGES_BUCKET"), path)
    except Unavailable as error:
        logger().warning("image not removed", extra={"path": path}, exc_info=error)
