"""Categories and images while AWS fails: every image that is shown exists."""

import io
from collections.abc import Iterator

import pytest
from PIL import Image

from admin_categories.app import lambda_handler as categories
from admin_images.app import lambda_handler as images
from smartexam.catalog.store.categories import Category, create_category
from smartexam.platform import storage
from smartexam.platform.ids import next_id
from tests.factories.events import Answer
from tests.faults.admin.office import Office
from tests.faults.consistency import Stored, of
from tests.faults.drill import Drill, Flow
from tests.faults.expected import code, entries, ok

BUCKET = "images-faults"


@pytest.fixture
def bucket(drill: Drill, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, bytes]]:
    """The files in the bucket of images."""
    monkeypatch.setenv("IMAGES_BUCKET", BUCKET)
    monkeypatch.setenv("IMAGES_BASE_URL", "https://images.example.test")
    storage._client.cache_clear()
    yield drill.cloud.objects
    storage._client.cache_clear()


def picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (4, 3)).save(written, "PNG")
    return written.getvalue()


def test_create_a_category(drill: Drill, office: Office, bucket: dict[str, bytes]) -> None:
    def audit(stored: Stored, answer: Answer) -> None:
        ((_, row),) = of(stored["catalog"], "CATEGORY#").items()
        assert f"{BUCKET}/{row['image_path']}" in drill.cloud.objects
        assert entries(stored, "category.create") == 1

    drill.run(
        Flow(
            call=lambda: office.upload(
                categories, "/admin/categories/create", {"image": ("a.png", picture())}, name="Physics"
            ),
            done=ok,
            done_before=code("category_exists"),
            audit=audit,
            seconds=29,
        )
    )


def test_update_a_category(drill: Drill, office: Office, bucket: dict[str, bytes]) -> None:
    path = f"images/{'a' * 32}.png"
    create_category(Category(next_id("category"), "Physics", path))
    bucket[f"{BUCKET}/{path}"] = picture()

    def audit(stored: Stored, answer: Answer) -> None:
        row = stored["catalog"]["CATEGORY#1", "CATEGORY"]
        assert row["name"] == "Chemistry"
        assert f"{BUCKET}/{row['image_path']}" in drill.cloud.objects

    drill.run(
        Flow(
            call=lambda: office.upload(
                categories, "/admin/categories/update/1", {"image": ("a.png", picture())}, name="Chemistry"
            ),
            done=ok,
            audit=audit,
            seconds=29,
        )
    )


def test_delete_a_category(drill: Drill, office: Office, bucket: dict[str, bytes]) -> None:
    create_category(Category(next_id("category"), "Physics", f"images/{'a' * 32}.png"))

    def audit(stored: Stored, answer: Answer) -> None:
        assert not of(stored["catalog"], "CATEGOR")
        assert entries(stored, "category.delete") == 1

    drill.run(
        Flow(
            call=lambda: office.post(categories, "/admin/categories/delete/1"),
            done=ok,
            done_before=code("category_not_found"),
            audit=audit,
            seconds=29,
        )
    )


def test_add_an_image(drill: Drill, office: Office, bucket: dict[str, bytes]) -> None:
    def audit(stored: Stored, answer: Answer) -> None:
        path = answer.body["image_path"]
        assert f"{BUCKET}/{path}" in drill.cloud.objects
        assert [row["target"] for row in of(stored["identity"], "AUDIT").values()].count(f"image:{path}") == 1

    drill.run(
        Flow(
            call=lambda: office.upload(images, "/admin/images", {"image": ("a.png", picture())}),
            done=ok,
            audit=audit,
            seconds=29,
        )
    )


def test_take_an_uploaded_image(drill: Drill, office: Office, bucket: dict[str, bytes]) -> None:
    upload_id = "b" * 32
    bucket[f"{BUCKET}/uploads/{upload_id}"] = picture()

    def audit(stored: Stored, answer: Answer) -> None:
        if answer.status == 200:
            assert f"{BUCKET}/{answer.body['image_path']}" in drill.cloud.objects

    drill.run(
        Flow(
            call=lambda: office.post(images, "/admin/images", {"upload_id": upload_id}),
            done=ok,
            done_before=code("upload_not_found"),
            audit=audit,
            seconds=29,
        )
    )
