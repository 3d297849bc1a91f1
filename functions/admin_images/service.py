"""Stores images that were sent with the request or uploaded before."""

import secrets
from contextlib import suppress

from admin_images.models import KeptImage, UploadOffered
from image_files.pictures import LARGEST, read_picture
from smartexam.catalog import images
from smartexam.platform import storage
from smartexam.platform.errors import NotFound, Unavailable
from smartexam.platform.settings import settings

# Not served to anybody, and deleted after a day; see the bucket in the template.
_UPLOADS = "uploads/"
_UPLOAD_SECONDS = 900


def keep_image(content: bytes) -> KeptImage:
    """Store an image.

    Raises:
        BadRequest: it is not an image.
        TooLarge: it has too many bytes or pixels.
        Unavailable: the storage cannot be reached.
    """
    picture = read_picture(content)
    path = images.keep(picture.content, picture.extension, picture.media_type)
    return KeptImage(path, images.image_url(path))


def forget_image(path: str) -> None:
    """Delete an image that no client knows, if the storage can be reached."""
    with suppress(Unavailable):
        images.discard(path)


def offer_upload(media_type: str) -> UploadOffered:
    """A form to upload a file directly, which may be larger than a request."""
    upload_id = secrets.token_hex(16)
    upload = storage.presigned_upload(
        settings().required("IMAGES_BUCKET"), _UPLOADS + upload_id, media_type, most=LARGEST, seconds=_UPLOAD_SECONDS
    )
    return UploadOffered(upload_id, upload.url, dict(upload.fields), LARGEST, _UPLOAD_SECONDS)


def take_upload(upload_id: str) -> KeptImage:
    """Store an uploaded image; the upload itself is deleted, whether or not it is an image.

    Raises:
        NotFound: there is no upload with this id, or it was stored before.
        BadRequest: it is not an image.
        TooLarge: it has too many bytes or pixels.
        Unavailable: the storage cannot be reached.
    """
    bucket, key = settings().required("IMAGES_BUCKET"), _UPLOADS + upload_id
    try:
        content = storage.get(bucket, key, most=LARGEST)
        if content is None:
            raise NotFound("There is no such upload", code="upload_not_found")
        return keep_image(content)
    finally:
        with suppress(Unavailable):  # the bucket deletes it after a day
            storage.delete(bucket, key)
