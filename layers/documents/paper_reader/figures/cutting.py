"""Cuts figures out of a paper's pages, as image files.

PDFium renders the pages. It runs in the process that read the paper, within the same limits of memory and time.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import pypdfium2
from PIL import Image

from paper_reader.paper.model import Cut, Figure

LARGEST: Final = 200_000  # bytes
_SCALE: Final = 200 / 72  # 200 dots an inch
_MOST_PIXELS: Final = 4_000_000  # an A4 page has as many
_SAME_SIZE: Final = 2.0  # points
_QUALITIES: Final = (80, 60, 40)
_WHITE: Final = 255


def cut_out(data: bytes, figures: Sequence[Figure], rotations: Mapping[int, int]) -> Iterator[int]:
    """Render each figure into its `picture`; one that cannot be rendered stays without.

    Args:
        data: the file.
        figures: with their places.
        rotations: how far pages are turned clockwise in addition to the file's rotation.

    Yields:
        The index of each figure, after it was rendered.
    """
    document = pypdfium2.PdfDocument(data)
    try:
        opened: tuple[int, Any] = (0, None)
        for index, figure in enumerate(figures):
            pieces = []
            for cut in figure.cuts:
                if opened[0] != cut.page:
                    opened = (cut.page, _page(document, cut.page))
                piece = _drawn(opened[1], cut, rotations.get(cut.page, 0))
                if piece is not None:
                    pieces.append(piece)
            if pieces and len(pieces) == len(figure.cuts):
                figure.picture, figure.extension = _encoded(_stacked(pieces))
                yield index
    finally:
        document.close()


def _page(document: Any, number: int) -> Any:
    try:
        return document[number - 1]
    except (pypdfium2.PdfiumError, IndexError):
        return None


def _drawn(page: Any, cut: Cut, rotation: int) -> Image.Image | None:
    if page is None:
        return None
    width, height = page.get_size()
    if rotation in {90, 270}:
        width, height = height, width
    left, bottom = max(0.0, cut.x0), max(0.0, cut.y0)
    right, top = max(0.0, width - cut.x1), max(0.0, height - cut.y1)
    area = (width - left - right) * (height - bottom - top)
    if area <= 1 or width - left - right < 1 or height - bottom - top < 1:
        return None
    scale = min(_SCALE, (_MOST_PIXELS / area) ** 0.5)
    try:
        bitmap = page.render(scale=scale, rotation=rotation, crop=(left, bottom, right, top), rev_byteorder=True)
        image: Image.Image = bitmap.to_pil().convert("RGB")
        bitmap.close()
    except (pypdfium2.PdfiumError, ValueError):
        return None
    return image


def _stacked(pieces: Sequence[Image.Image]) -> Image.Image:
    """Pieces one below the other."""
    if len(pieces) == 1:
        return pieces[0]
    whole = Image.new("RGB", (max(piece.width for piece in pieces), sum(piece.height for piece in pieces)), "white")
    top = 0
    for piece in pieces:
        whole.paste(piece, (0, top))
        top += piece.height
    return whole


def _encoded(image: Image.Image) -> tuple[bytes, str]:
    """An image file of at most `LARGEST` bytes: a PNG, or a WebP if the PNG is larger (photographs)."""
    plain = image.convert("L") if _is_grey(image) else image
    content = _saved(plain, "PNG")
    if len(content) <= LARGEST:
        return content, "png"
    while True:
        for quality in _QUALITIES:
            content = _saved(image, "WEBP", quality=quality, method=2)
            if len(content) <= LARGEST:
                return content, "webp"
        image = image.resize((max(1, image.width * 2 // 3), max(1, image.height * 2 // 3)))


def _is_grey(image: Image.Image) -> bool:
    small = image.resize((min(image.width, 160), min(image.height, 160)), Image.Resampling.BOX)
    red, green, blue = small.split()
    return red.tobytes() == green.tobytes() == blue.tobytes()


def _saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()
