"""Routes of images."""

from admin_images import service
from admin_images.models import KeptImage, UploadOffered, UploadWanted
from smartexam.api import Access, Api, Request
from smartexam.api.bodies import read_body, read_form
from smartexam.data.audit import Change, record
from smartexam.errors import InvalidFields

api = Api("admin_images")

# What Lambda takes, as base64, is 6 MB: the gateway refuses images of more than some 4.5 MB by itself.
_LIMIT = 6 * 1024 * 1024


@api.post("/admin/images", access=Access.ADMIN, answers=KeptImage | UploadOffered)
def add_image(request: Request) -> KeptImage | UploadOffered:
    """Add an image (png, jpg, gif or webp, at most 5 MB), sent as the field `image` of a multipart form.

    For images over 4 MB there is another way, in JSON: `{"content_type"}` is answered with an address to upload to,
    and `{"upload_id"}` after the upload takes the image.
    """
    if not request.is_form:
        wanted = read_body(request, UploadWanted)
        if wanted.upload_id is None:
            return service.offer_upload(wanted.content_type)
        kept = service.take_upload(wanted.upload_id)
    else:
        _, files = read_form(request, limit=_LIMIT)
        if "image" not in files:
            raise InvalidFields([("image", "A file is required")])
        kept = service.keep_image(files["image"].content)
    record(
        Change(
            request.caller.user_id, "image.create", f"image:{kept.image_path}", None, {"image_path": kept.image_path}
        ),
        request.now,
    )
    return kept


lambda_handler = api.handler
