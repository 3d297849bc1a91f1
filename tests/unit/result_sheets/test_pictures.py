"""Pictures of a result are small enough for its PDF, and damaged ones do no harm."""

import io
import random

import pytest
from PIL import Image

from result_sheets import pictures
from smartexam.platform import storage
from smartexam.platform.errors import TooLarge


@pytest.fixture(autouse=True)
def bucket(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """The files of the bucket of images."""
    files: dict[str, bytes] = {}

    def get(name: str, key: str, *, most: int) -> bytes | None:
        assert name == "pictures-test"
        content = files.get(key)
        if content is not None and len(content) > most:
            raise TooLarge("too large")
        return content

    monkeypatch.setenv("IMAGES_BUCKET", "pictures-test")
    monkeypatch.setattr(storage, "get", get)
    return files


def encoded(kind: str, size: tuple[int, int] = (300, 150), *, mode: str = "RGB", noise: bool = False) -> bytes:
    image = Image.new(mode, size)
    if noise:
        image = Image.frombytes("RGB", size, random.Random(7).randbytes(3 * size[0] * size[1]))
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_every_stored_format_is_shown_in_its_size(kind: str, bucket: dict[str, bytes]) -> None:
    bucket["images/a"] = encoded(kind)

    found = pictures.fetch(["images/a", "/images/a"])

    assert {(each.width, each.height) for each in found.values()} == {(50.8, 25.4)}
    for each in found.values():
        with Image.open(io.BytesIO(each.content)) as image:
            assert image.size == (300, 150)
            assert {"PNG": "png", "JPEG": "jpg"}[str(image.format)] == each.extension


def test_large_pictures_lose_pixels_and_not_their_size(bucket: dict[str, bytes]) -> None:
    bucket["images/a"] = encoded("PNG", (3000, 1500))

    (found,) = pictures.fetch(["images/a"]).values()

    assert (found.width, found.height) == (508, 254)
    with Image.open(io.BytesIO(found.content)) as image:
        assert image.size == (1200, 600)


def test_what_is_transparent_becomes_white(bucket: dict[str, bytes]) -> None:
    bucket["images/a"] = encoded("PNG", mode="RGBA")

    (found,) = pictures.fetch(["images/a"]).values()

    with Image.open(io.BytesIO(found.content)) as image:
        assert image.convert("RGB").getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(
    "content", [b"", b"<svg/>", encoded("PNG")[:80], encoded("PNG", (5000, 5000)), b"x" * 7_000_000]
)
def test_what_cannot_be_shown_is_left_out(content: bytes, bucket: dict[str, bytes]) -> None:
    bucket["images/a"] = content

    assert pictures.fetch(["images/a", "images/missing"]) == {}


def test_only_images_of_the_bucket_are_fetched(bucket: dict[str, bytes]) -> None:
    bucket["uploads/paper.pdf"] = encoded("PNG")

    assert pictures.fetch(["https://example.org/a.png", "uploads/paper.pdf", "../images/a", ""]) == {}


def test_all_together_stay_below_the_limit(bucket: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    bucket.update({f"images/{number}": encoded("PNG", (900, 900), noise=True) for number in range(5)})
    paths = list(bucket)
    plenty = pictures.fetch(paths)
    sizes = sum(len(each.content) for each in plenty.values())

    monkeypatch.setattr(pictures, "MOST_BYTES", sizes - 1)
    smaller = pictures.fetch(paths)
    assert len(smaller) == 5
    assert sum(len(each.content) for each in smaller.values()) < sizes
    assert {(each.width, each.height) for each in smaller.values()} == {(152.4, 152.4)}

    monkeypatch.setattr(pictures, "MOST_BYTES", 100_000)
    assert list(pictures.fetch(paths)) == paths[: len(pictures.fetch(paths))]
    assert 0 < sum(len(each.content) for each in pictures.fetch(paths).values()) <= 100_000


def test_only_so_many_are_fetched(bucket: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_PICTURES", 2)
    bucket.update({f"images/{number}": encoded("PNG") for number in range(3)})

    assert list(pictures.fetch(bucket)) == ["images/0", "images/1"]
