"""Checks uploaded pictures and encodes them again.

The sent bytes are never stored: a picture is decoded and encoded again, which removes everything else (scripts, GPS
positions, a second file at the end). Its name and declared type prove nothing and are ignored.
"""

import io
import warnings
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageOps

from smartexam.platform.errors import BadRequest, TooLarge

LARGEST = 5 * 1024 * 1024
# Decoded, 16 million pixels take 64 MB; a picture for a screen has a tenth of that.
_MOST_PIXELS = 16_000_000
_LONGEST_SIDE = 8000
_FORMATS = {"PNG": ("PNG", "png"), "GIF": ("PNG", "png"), "JPEG": ("JPEG", "jpg"), "WEBP": ("WEBP", "webp")}
_OPTIONS: dict[str, dict[str, Any]] = {
    "PNG": {"optimize": True},
    "JPEG": {"quality": 88, "optimize": True},
    "WEBP": {"quality": 88},
}
_MEDIA_TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}


@dataclass(frozen=True, slots=True)
class Picture:
    """A re-encoded picture; `extension` without a dot."""

    content: bytes
    extension: str

    @property
    def media_type(self) -> str:
        """Its media type."""
        return _MEDIA_TYPES[self.extension]


def read_picture(content: bytes) -> Picture:
    """The picture of an uploaded file; the first frame of an animated one.

    Raises:
        BadRequest: it is not a png, jpg, gif or webp, or is damaged.
        TooLarge: it has too many bytes or pixels.
    """
    if len(content) > LARGEST:
        raise TooLarge(f"An image may have at most {LARGEST // 1024 // 1024} MB", code="image_too_large")
    if not content:
        raise BadRequest("The image is empty", code="invalid_image")
    try:
        with warnings.catch_warnings():
            # Our own limits apply below.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return _read(content)
    except Image.DecompressionBombError:
        raise _too_many_pixels() from None
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, OverflowError):
        # Pillow raises these for damaged files, depending on the format.
        raise BadRequest("The image must be a png, jpg, gif or webp", code="invalid_image") from None


def _read(content: bytes) -> Picture:
    with Image.open(io.BytesIO(content), formats=list(_FORMATS)) as image:
        # Known from the header, before a pixel is decoded.
        width, height = image.size
        if width * height > _MOST_PIXELS or max(width, height) > _LONGEST_SIDE:
            raise _too_many_pixels()
        kind, extension = _FORMATS[str(image.format)]
        image.seek(0)
        image.load()
        upright = ImageOps.exif_transpose(image)
        plain = upright.convert(_mode(upright, kind))
    # A new image copies only the pixels.
    clean = Image.new(plain.mode, plain.size)
    clean.paste(plain)
    written = io.BytesIO()
    clean.save(written, kind, **_OPTIONS[kind])
    return Picture(written.getvalue(), extension)


def _mode(image: Image.Image, kind: str) -> str:
    if kind == "JPEG":
        return "L" if image.mode == "L" else "RGB"
    return "RGBA" if image.has_transparency_data else ("L" if image.mode in {"1", "L"} else "RGB")


def _too_many_pixels() -> TooLarge:
    return TooLarge("The image has too many pixels", code="image_too_large")
