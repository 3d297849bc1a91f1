"""Images of questions, options, solutions and categories."""

from admin_images import service
from admin_images.models import ImageFields, KeptImage, UploadOffered
from smartexam.api import Access, Api, Request
from smartexam.platform.audit import Change, record
from smartexam.platform.errors import InvalidFields, Unavailable

api = Api("admin_images")

# Lambda takes 6 MB, so the gateway refuses images of more than about 4.5 MB, which are sent as base64.
_LIMIT = 6 * 1024 * 1024


@api.post(
    "/admin/images",
    access=Access.ADMIN,
    takes=ImageFields,
    forms=True,
    answers=KeptImage | UploadOffered,
    limit=_LIMIT,
)
def add_image(request: Request, body: ImageFields) -> KeptImage | UploadOffered:
    """Add an image (png, jpg, gif or webp, at most 5 MB), sent as the field `image` of a multipart form.

    Images over 4 MB are uploaded directly: a call with only `content_type` returns an upload form, and a call with
    `upload_id` after the upload adds the image.

    Raises:
        BadRequest: `invalid_image`.
        NotFound: `upload_not_found`.
        TooLarge: `image_too_large`, or for an upload `file_too_large`.
    """
    if body.image is not None:
        kept = service.keep_image(body.image.content)
    elif body.upload_id is not None:
        kept = service.take_upload(body.upload_id)
    elif body.content_type is not None:
        return service.offer_upload(body.content_type)
    else:
        raise InvalidFields([("image", "A file is required")])
    path = kept.image_path
    change = Change(request.caller.user_id, "image.create", f"image:{path}", None, {"image_path": path})
    try:
        record(change, request.now)
    except Unavailable:
        service.forget_image(path)
        raise
    return kept


lambda_handler = api.handler
