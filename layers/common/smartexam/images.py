"""Where clients find an image."""

from smartexam.settings import settings


def image_url(path: str | None) -> str | None:
    """The address of an image by its path; absolute addresses stay as they are, None for no image."""
    if not path:
        return None
    if path.startswith(("https://", "http://")):
        return path
    return f"{settings().optional('IMAGES_BASE_URL') or ''}/{path.lstrip('/')}"
