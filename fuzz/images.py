"""Uploaded pictures."""

import io

from PIL import Image

from fuzz.requests import refused
from image_files.pictures import Picture, read_picture


def _picture(kind: str, mode: str = "RGB", **options: object) -> bytes:
    written = io.BytesIO()
    Image.new(mode, (9, 7), 1 if mode == "P" else None).save(written, kind, **options)
    return written.getvalue()


_TURNED = Image.Exif()
_TURNED[0x0112] = 6
SEEDS = (
    _picture("PNG"),
    _picture("PNG", "P", transparency=1),
    _picture("PNG", "I;16"),
    _picture("JPEG", exif=_TURNED),
    _picture("JPEG", "CMYK"),
    _picture("GIF", "P"),
    _picture("WEBP", lossless=True),
    _picture("PNG", "1", pnginfo=None),
)


def read(data: bytes) -> None:
    """A picture that can be read again, of a served type, or a reason."""
    found: list[Picture] = []
    refused(lambda: found.append(read_picture(data)))
    for picture in found:
        assert picture.media_type in {"image/png", "image/jpeg", "image/webp"}
        with Image.open(io.BytesIO(picture.content)) as kept:
            kept.load()
            assert not kept.getexif()
            assert f"image/{(kept.format or '').lower()}" == picture.media_type
