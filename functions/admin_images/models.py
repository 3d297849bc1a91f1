"""Shapes of requests and answers."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from smartexam.platform.http.bodies import UploadedFile


class ImageFields(Struct, frozen=True):
    """An image as a file; or the type of one to be uploaded directly; or the `upload_id` of one that was."""

    image: UploadedFile | None = None
    content_type: Literal["image/png", "image/jpeg", "image/gif", "image/webp"] | None = None
    upload_id: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")] | None = None


class KeptImage(Struct, frozen=True):
    """An image as it is kept: `image_path` is what questions and categories name."""

    image_path: str
    image_url: str | None
    success: bool = True


class UploadOffered(Struct, frozen=True):
    """Where to send the file: a multipart form of these fields and, last, `file`. Then call again with `upload_id`."""

    upload_id: str
    url: str
    fields: dict[str, str]
    max_size: int
    expires_in: int
    success: bool = True
