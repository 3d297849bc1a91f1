"""Categories that group exams, each with a name and an image."""

from admin_categories import service
from admin_categories.models import AdminCategories, CategoryFields, NewCategoryFields, SavedCategory
from smartexam.api import Access, Api, Done, Request
from smartexam.catalog.store import categories

api = Api("admin_categories")

# Lambda takes 6 MB, so the gateway refuses images of more than about 4.5 MB, which are sent as base64.
_LIMIT = 6 * 1024 * 1024


@api.get("/admin/api/categories", access=Access.ADMIN, answers=AdminCategories)
def list_admin_categories(request: Request) -> AdminCategories:
    """List all categories by name.

    Exams name a category by its `id`, as `category_id`.
    """
    del request
    return AdminCategories([service.view(category) for category in categories.list_categories()])


@api.post(
    "/admin/categories/create",
    access=Access.ADMIN,
    takes=NewCategoryFields,
    forms=True,
    answers=SavedCategory,
    limit=_LIMIT,
)
def create_category(request: Request, body: NewCategoryFields) -> SavedCategory:
    """Create a category, optionally with an image.

    The image is a file in a multipart form, or an `image_path` from `POST /admin/images`.

    Raises:
        BadRequest: `invalid_image`.
        Conflict: `category_exists`.
        TooLarge: `image_too_large`.
    """
    category = service.create(body.name, _content(body), body.image_path, request.caller.user_id, request.now)
    return SavedCategory(service.view(category))


@api.post(
    "/admin/categories/update/<category_id>",
    access=Access.ADMIN,
    takes=CategoryFields,
    forms=True,
    answers=SavedCategory,
    limit=_LIMIT,
)
def update_category(request: Request, category_id: int, body: CategoryFields) -> SavedCategory:
    """Change a category's name, its image, or both. A new image replaces the old one.

    Raises:
        BadRequest: `invalid_image`.
        Conflict: `category_exists`.
        NotFound: `category_not_found`.
        TooLarge: `image_too_large`.
    """
    caller = request.caller.user_id
    category = service.update(category_id, body.name, _content(body), body.image_path, caller, request.now)
    return SavedCategory(service.view(category))


@api.post("/admin/categories/delete/<category_id>", access=Access.ADMIN, answers=Done)
def delete_category(request: Request, category_id: int) -> Done:
    """Delete a category that has no exams.

    While exams name it this is refused: give those exams another category first.

    Raises:
        Conflict: `category_in_use`.
        NotFound: `category_not_found`.
    """
    service.delete(category_id, request.caller.user_id, request.now)
    return Done()


def _content(fields: CategoryFields) -> bytes | None:
    # Browsers send an empty file field as a file without a name.
    image = fields.image
    return None if image is None or not (image.filename or image.content) else image.content


lambda_handler = api.handler
