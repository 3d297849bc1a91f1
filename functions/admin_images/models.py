"""Shapes of requests and answers."""

from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta, Struct

from smartexam.platform.http.bodies import UploadedFile


class ImageFields(Struct, frozen=True):
    """An image as a file, the type of one to be uploaded directly, or the `upload_id` of an uploaded one.

    Attributes:
        image: the image as a file: png, jpg, gif or webp, at most 5 MB.
        content_type: media type of an image that is to be uploaded directly to the storage.
        upload_id: what the call with `content_type` answered, once the file was uploaded.
    """

    # One of the three
    RULES: ClassVar[dict[str, Any]] = {"minProperties": 1}

    image: UploadedFile | None = None
    content_type: Literal["image/png", "image/jpeg", "image/gif", "image/webp"] | None = None
    upload_id: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")] | None = None


class KeptImage(Struct, frozen=True):
    """A stored image; questions and categories refer to it by `image_path`.

    Attributes:
        image_path: path of the stored image, for questions, passages and categories.
    """

    image_path: str
    image_url: str | None
    success: bool = True


class UploadOffered(Struct, frozen=True):
    """The upload form: a multipart form of these fields and, last, `file`. Then call again with `upload_id`.

    Attributes:
        url: address to post the form to.
    """

    upload_id: str
    url: str
    fields: dict[str, str]
    max_size: int
    expires_in: int
    success: bool = True
