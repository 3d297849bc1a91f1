"""Images and categories: the handlers of `admin_images` and `admin_categories`, with a bucket."""

import io
import struct
import zlib
from typing import Any

import boto3
import pytest
from PIL import Image

from admin_categories import app as categories_app
from admin_images import app as images_app
from image_files import pictures
from smartexam.platform import audit, storage
from tests.factories.admins import Admin
from tests.factories.clock import FrozenClock
from tests.factories.exams import create_exam

BUCKET = "images-test"
BASE = "https://images.example.test"


@pytest.fixture
def s3(tables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Any:
    client = boto3.client("s3", region_name="us-east-1")
    client.create_bucket(Bucket=BUCKET)
    monkeypatch.setenv("IMAGES_BUCKET", BUCKET)
    monkeypatch.setenv("IMAGES_BASE_URL", BASE)
    storage._client.cache_clear()
    yield client
    storage._client.cache_clear()
    for key in keys(client):
        client.delete_object(Bucket=BUCKET, Key=key)
    client.delete_bucket(Bucket=BUCKET)
    client.close()


@pytest.fixture
def images(s3: Any, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Admin:
    monkeypatch.setattr(images_app.api, "clock", clock)
    return Admin(images_app.lambda_handler, clock)


@pytest.fixture
def categories(s3: Any, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Admin:
    monkeypatch.setattr(categories_app.api, "clock", clock)
    return Admin(categories_app.lambda_handler, clock)


def keys(s3: Any) -> list[str]:
    return [item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **options: Any) -> bytes:
    written = io.BytesIO()
    Image.new(mode, size, 120 if mode == "L" else None).save(written, kind, **options)
    return written.getvalue()


def bomb() -> bytes:
    """A png of a few hundred bytes that claims 900 million pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


HOSTILE = {
    "html": (b"<html><script>alert(1)</script></html>", 400),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', 400),
    "empty": (b"", 400),
    "bomb": (bomb(), 413),
    "long": (picture(size=(9000, 2)), 413),
    "truncated": (picture(size=(400, 400), mode="L")[:60], 400),
    "bmp": (picture("BMP"), 400),
    "tiff": (picture("TIFF"), 400),
    "pdf": (b"%PDF-1.7\n", 400),
    "only the magic": (b"\x89PNG\r\n\x1a\n", 400),
    "png magic before html": (b"\x89PNG\r\n\x1a\n<html><script>alert(1)</script>", 400),
}


@pytest.mark.parametrize("name", HOSTILE)
class TestHostileFiles:
    def test_are_refused_and_leave_nothing(self, name: str, images: Admin, s3: Any) -> None:
        content, status = HOSTILE[name]

        answer = images.upload("/admin/images", {"image": ("harmless.png", content)})

        assert answer.status == status, answer.body
        assert answer.body["success"] is False
        assert keys(s3) == []
        assert audit.list_entries(limit=9, after=None)[0] == []

    def test_make_no_category(self, name: str, categories: Admin, s3: Any) -> None:
        content, status = HOSTILE[name]
        if not content:
            return  # an empty file field

        answer = categories.upload("/admin/categories/create", {"image": ("harmless.png", content)}, name="Physics")

        assert answer.status == status
        assert categories.get("/admin/api/categories").body == {"categories": []}
        assert keys(s3) == []

    def test_uploaded_directly_are_refused_too(self, name: str, images: Admin, s3: Any) -> None:
        content, status = HOSTILE[name]
        offered = images.post("/admin/images", {"content_type": "image/png"}).body
        s3.put_object(Bucket=BUCKET, Key=f"uploads/{offered['upload_id']}", Body=content)

        answer = images.post("/admin/images", {"upload_id": offered["upload_id"]})

        assert answer.status == status
        assert keys(s3) == []


def test_six_megabytes_are_too_large(images: Admin, s3: Any) -> None:
    content = picture() + b"\0" * (6 * 1024 * 1024)

    assert images.upload("/admin/images", {"image": ("large.png", content)}).status == 413
    assert keys(s3) == []


class TestImages:
    @pytest.mark.parametrize(
        ("kind", "mode", "extension", "media_type"),
        [
            ("PNG", "RGB", "png", "image/png"),
            ("PNG", "RGBA", "png", "image/png"),
            ("PNG", "P", "png", "image/png"),
            ("JPEG", "RGB", "jpg", "image/jpeg"),
            ("JPEG", "CMYK", "jpg", "image/jpeg"),
            ("GIF", "P", "png", "image/png"),
            ("WEBP", "RGB", "webp", "image/webp"),
        ],
    )
    def test_are_encoded_again(
        self, kind: str, mode: str, extension: str, media_type: str, images: Admin, s3: Any
    ) -> None:
        answer = images.upload("/admin/images", {"image": ("photo.exe", picture(kind, mode=mode))})

        assert answer.status == 200, answer.body
        path = answer.body["image_path"]
        assert answer.body == {"success": True, "image_path": path, "image_url": f"{BASE}/{path}"}
        assert keys(s3) == [path]
        assert path.endswith(f".{extension}")
        kept = s3.get_object(Bucket=BUCKET, Key=path)
        assert kept["ContentType"] == media_type
        assert "immutable" in kept["CacheControl"]
        with Image.open(kept["Body"]) as image:
            assert image.size == (40, 30)

    def test_lose_everything_but_the_picture(self, images: Admin, s3: Any) -> None:
        exif = Image.Exif()
        exif[0x010E] = "taken at home"
        content = picture("JPEG", exif=exif, comment=b"secret") + b"<script>alert(1)</script>"

        path = images.upload("/admin/images", {"image": ("a.jpg", content)}).body["image_path"]

        kept = s3.get_object(Bucket=BUCKET, Key=path)["Body"].read()
        assert not [trace for trace in (b"home", b"secret", b"script") if trace in kept]

    def test_large_ones_are_uploaded_directly(self, images: Admin, s3: Any) -> None:
        offered = images.post("/admin/images", {"content_type": "image/jpeg"}).body
        assert offered["max_size"] == pictures.LARGEST
        assert offered["fields"]["Content-Type"] == "image/jpeg"
        upload_id = offered["upload_id"]
        assert images.post("/admin/images", {"upload_id": upload_id}).status == 404
        s3.put_object(Bucket=BUCKET, Key=f"uploads/{upload_id}", Body=picture("JPEG"))

        taken = images.post("/admin/images", {"upload_id": upload_id})

        assert keys(s3) == [taken.body["image_path"]]
        assert images.post("/admin/images", {"upload_id": upload_id}).status == 404

    @pytest.mark.parametrize("body", [{}, {"content_type": "image/svg+xml"}, {"upload_id": "../images/x"}])
    def test_what_makes_no_sense_is_refused(self, body: dict[str, Any], images: Admin) -> None:
        assert images.post("/admin/images", body).status == 400


class TestCategories:
    def create(self, admin: Admin, name: str, content: bytes | None = None) -> dict[str, Any]:
        files = {} if content is None else {"image": ("a.png", content)}
        answer = admin.upload("/admin/categories/create", files, name=name)
        assert answer.status == 200, answer.body
        category: dict[str, Any] = answer.body["category"]
        return category

    def test_are_listed_by_name(self, categories: Admin, s3: Any) -> None:
        physics = self.create(categories, "Physics", picture())
        art = self.create(categories, "  Art  ")

        assert art["name"] == "Art"
        assert art["image_url"] is None
        assert physics["image_url"] == f"{BASE}/{keys(s3)[0]}"
        assert categories.get("/admin/api/categories").body == {"categories": [art, physics]}

    def test_a_name_is_taken_once_whatever_its_case(self, categories: Admin, s3: Any) -> None:
        self.create(categories, "Physics")

        answer = categories.upload("/admin/categories/create", {"image": ("a.png", picture())}, name="PHYSICS")

        assert (answer.status, answer.body["code"]) == (409, "category_exists")
        assert keys(s3) == []

    @pytest.mark.parametrize("name", ["", "   ", "x" * 101, "\x00", "\u200b"])
    def test_a_name_is_needed(self, name: str, categories: Admin) -> None:
        assert categories.post("/admin/categories/create", {"name": name}).status == 400

    def test_a_new_image_takes_the_place_of_the_old_one(self, categories: Admin, s3: Any) -> None:
        category = self.create(categories, "Physics", picture())
        before = keys(s3)

        files = {"image": ("b.webp", picture("WEBP"))}
        answer = categories.upload(f"/admin/categories/update/{category['id']}", files)

        assert answer.body["category"]["name"] == "Physics"
        assert len(keys(s3)) == 1
        assert keys(s3) != before

    def test_are_renamed_and_their_old_name_is_free(self, categories: Admin) -> None:
        category = self.create(categories, "Physics")
        self.create(categories, "Chemistry")
        path = f"/admin/categories/update/{category['id']}"

        assert categories.post(path, {"name": "chemistry"}).status == 409
        assert categories.post(path, {"name": "physics"}).body["category"]["name"] == "physics"
        assert categories.post(path, {"name": "Biology"}).status == 200
        self.create(categories, "Physics")
        names = [each["name"] for each in categories.get("/admin/api/categories").body["categories"]]
        assert names == ["Biology", "Chemistry", "Physics"]

    def test_an_image_is_removed_by_an_empty_path(self, categories: Admin, s3: Any) -> None:
        category = self.create(categories, "Physics", picture())

        answer = categories.post(f"/admin/categories/update/{category['id']}", {"image_path": ""})

        assert answer.body["category"]["image_url"] is None
        assert keys(s3) == []

    @pytest.mark.parametrize("path", ["uploads/x", "https://evil.example/x.png", "images/../x.png"])
    def test_paths_of_others_are_refused(self, path: str, categories: Admin) -> None:
        assert categories.post("/admin/categories/create", {"name": "A", "image_path": path}).status == 400

    def test_one_with_exams_stays(self, categories: Admin, s3: Any) -> None:
        category = self.create(categories, "Physics", picture())
        create_exam([], category_id=category["id"])

        answer = categories.post(f"/admin/categories/delete/{category['id']}")

        assert (answer.status, answer.body["code"]) == (409, "category_in_use")
        assert len(keys(s3)) == 1

    def test_one_without_goes_with_its_image(self, categories: Admin, s3: Any) -> None:
        category = self.create(categories, "Physics", picture())

        assert categories.post(f"/admin/categories/delete/{category['id']}").body == {"success": True}

        assert categories.get("/admin/api/categories").body == {"categories": []}
        assert keys(s3) == []
        assert categories.post(f"/admin/categories/delete/{category['id']}").status == 404
        actions = [entry.change.action for entry in audit.list_entries(limit=9, after=None)[0]]
        assert sorted(actions) == ["category.create", "category.delete"]

    def test_an_image_that_others_may_show_stays(self, categories: Admin, images: Admin, s3: Any) -> None:
        path = images.upload("/admin/images", {"image": ("a.png", picture())}).body["image_path"]
        one, another = (
            categories.post("/admin/categories/create", {"name": name, "image_path": path}).body["category"]
            for name in ("Physics", "Chemistry")
        )

        categories.post(f"/admin/categories/delete/{one['id']}")
        categories.post(f"/admin/categories/update/{another['id']}", {"image_path": ""})

        assert keys(s3) == [path]

    def test_unknown_ones_are_404(self, categories: Admin) -> None:
        assert categories.post("/admin/categories/update/9", {"name": "A"}).status == 404
