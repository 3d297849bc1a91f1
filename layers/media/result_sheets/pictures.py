"""Fetches the pictures of a result and makes them small enough for its PDF."""

import io
import warnings
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from typing import Final

from PIL import Image

from smartexam.catalog.images import PREFIX
from smartexam.platform import storage
from smartexam.platform.errors import TooLarge
from smartexam.platform.settings import settings

# The pictures that a PDF shows; a client shows the others online.
MOST_PICTURES: Final = 300
# Of all pictures together. Lambda answers with 6 MB at most, a third of it for base64.
MOST_BYTES: Final = 2_500_000

# Larger than any uploaded picture.
_LARGEST = 6 * 1024 * 1024
_MOST_PIXELS = 20_000_000
# Of the longer side, in pixels: tried one after the other until all pictures fit.
_SIDES = (1200, 700, 350)
_QUALITY = 80
# Decoding takes up to 64 MB for each.
_PARALLEL = 3
_DOTS_PER_INCH = 150


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, and its size on paper in millimetres.

    Attributes:
        extension: `png` or `jpg`.
    """

    content: bytes
    extension: str
    width: float
    height: float


def fetch(paths: Iterable[str]) -> Mapping[str, Picture]:
    """The pictures by their paths, as far as they exist, can be read and fit into a PDF. Addresses are not fetched.

    Raises:
        Unavailable: the storage cannot be reached.
    """
    wanted = [path for path in dict.fromkeys(paths) if path.lstrip("/").startswith(PREFIX)][:MOST_PICTURES]
    if not wanted:
        return {}
    bucket = settings().required("IMAGES_BUCKET")
    with ThreadPoolExecutor(max_workers=_PARALLEL) as pool:
        # Each in a copy of the context, so that its round trips are counted for the request.
        tasks = [pool.submit(copy_context().run, _fetched, bucket, path) for path in wanted]
        found = {path: picture for path, task in zip(wanted, tasks, strict=True) if (picture := task.result())}
    return _fitted(found)


def _fetched(bucket: str, path: str) -> Picture | None:
    try:
        content = storage.get(bucket, path.lstrip("/"), most=_LARGEST)
    except TooLarge:
        return None
    return None if content is None else _shrunk(content, _SIDES[0])


def _fitted(pictures: Mapping[str, Picture]) -> Mapping[str, Picture]:
    """The pictures with fewer pixels, if needed; the first ones if even that is too much."""
    for side in _SIDES[1:]:
        if _total(pictures) <= MOST_BYTES:
            return pictures
        smaller = {path: _shrunk(picture.content, side, picture) for path, picture in pictures.items()}
        pictures = {path: picture for path, picture in smaller.items() if picture is not None}
    left, kept = MOST_BYTES, {}
    for path, picture in pictures.items():
        left -= len(picture.content)
        if left < 0:
            break
        kept[path] = picture
    return kept


def _total(pictures: Mapping[str, Picture]) -> int:
    return sum(len(picture.content) for picture in pictures.values())


def _shrunk(content: bytes, side: int, of: Picture | None = None) -> Picture | None:
    """A picture encoded anew, with at most this many pixels on a side; None if it is damaged.

    The size on paper is that of the picture `of`.
    """
    try:
        with warnings.catch_warnings():
            # The limit below is stricter.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=["PNG", "JPEG", "WEBP"]) as image:
                width, height = image.size
                if width * height > _MOST_PIXELS:
                    return None
                image.draft("RGB", (side, side))
                written, extension = _written(image, side)
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, OverflowError, Image.DecompressionBombError):
        # Pillow raises these for damaged files, depending on the format.
        return None
    if of is not None:
        return Picture(written, extension, of.width, of.height)
    return Picture(written, extension, *(round(pixels / _DOTS_PER_INCH * 25.4, 1) for pixels in (width, height)))


def _written(image: Image.Image, side: int) -> tuple[bytes, str]:
    """The picture as PNG or as JPEG, whichever is smaller, on white."""
    if image.has_transparency_data:
        transparent = image.convert("RGBA")
        plain = Image.new("RGB", image.size, "white")
        plain.paste(transparent, mask=transparent.getchannel("A"))
    else:
        plain = image.convert("L" if image.mode in {"1", "L"} else "RGB")
    plain.thumbnail((side, side))
    png, jpeg = io.BytesIO(), io.BytesIO()
    plain.save(png, "PNG")
    plain.save(jpeg, "JPEG", quality=_QUALITY)
    return min(((png.getvalue(), "png"), (jpeg.getvalue(), "jpg")), key=lambda each: len(each[0]))
