"""Where images are stored, and the addresses at which clients find them."""

import secrets
from collections.abc import Mapping

from smartexam.platform import storage
from smartexam.platform.errors import Unavailable
from smartexam.platform.observability import logger
from smartexam.platform.settings import settings

# The distribution in the template serves only this prefix.
PREFIX = "images/"
# Images of one category, deleted with it. All others may be named in several places.
OF_CATEGORIES = f"{PREFIX}categories/"


def image_url(path: str | None) -> str | None:
    """The address of an image by its path; absolute addresses stay as they are, None for no image."""
    if not path:
        return None
    if path.startswith(("https://", "http://")):
        return path
    return f"{settings().optional('IMAGES_BASE_URL') or ''}/{path.lstrip('/')}"


def image_urls(paths: Mapping[str, str]) -> dict[str, str]:
    """The addresses of images, by the names of their paths."""
    return {name: url for name, path in paths.items() if (url := image_url(path)) is not None}


def exists(path: str) -> bool:
    """Whether the image of a path exists. Absolute addresses are not checked and count as existing.

    Raises:
        Unavailable: the storage cannot be reached.
    """
    if path.startswith(("https://", "http://")):
        return True
    key = path.lstrip("/")
    return key.startswith(PREFIX) and storage.exists(settings().required("IMAGES_BUCKET"), key)


def keep(content: bytes, extension: str, media_type: str, *, prefix: str = PREFIX) -> str:
    """Store an image under a random name and return its path.

    Raises:
        Unavailable: the storage cannot be reached.
    """
    path = f"{prefix}{secrets.token_hex(16)}.{extension}"
    storage.put(settings().required("IMAGES_BUCKET"), path, content, media_type, cached=storage.FOREVER)
    return path


def discard(path: str | None) -> None:
    """Delete an image that belongs to a category. Other images stay, because questions may show them.

    If deleting fails, the image stays; the caller's change is done all the same.
    """
    if path is None or not path.startswith(OF_CATEGORIES):
        return
    try:
        storage.delete(settings().required("IMAGES_BUCKET"), path)
    except Unavailable as error:
        logger().warning("image not removed", extra={"path": path}, exc_info=error)
