"""Shapes of requests and answers."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from smartexam.platform.http.bodies import UploadedFile


class ImageFields(Struct, frozen=True):
    """An image as a file, the type of one to be uploaded directly, or the `upload_id` of an uploaded one."""

    image: UploadedFile | None = None
    content_type: Literal["image/png", "image/jpeg", "image/gif", "image/webp"] | None = None
    upload_id: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")] | None = None


class KeptImage(Struct, frozen=True):
    """A stored image; questions and categories refer to it by `image_path`."""

    image_path: str
    image_url: str | None
    success: bool = True


class UploadOffered(Struct, frozen=True):
    """The upload form: a multipart form of these fields and, last, `file`. Then call again with `upload_id`."""

    upload_id: str
    url: str
    fields: dict[str, str]
    max_size: int
    expires_in: int
    success: bool = True
