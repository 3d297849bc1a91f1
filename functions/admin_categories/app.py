"""Routes of categories, as admins keep them."""

from admin_categories import service
from admin_categories.models import CategoryFields, CategoryList, Done, SavedCategory
from smartexam.api import Access, Api, Request
from smartexam.api.bodies import convert, read_body, read_form
from smartexam.data.catalog import categories

api = Api("admin_categories")

# What Lambda takes, as base64, is 6 MB: the gateway refuses images of more than some 4.5 MB by itself.
_LIMIT = 6 * 1024 * 1024


@api.get("/admin/api/categories", access=Access.ADMIN, answers=CategoryList)
def list_categories(request: Request) -> CategoryList:
    """List all categories by name."""
    del request
    return CategoryList([service.view(category) for category in categories.list_categories()])


@api.post("/admin/categories/create", access=Access.ADMIN, answers=SavedCategory)
def create_category(request: Request) -> SavedCategory:
    """Create a category, from a form with `name` and perhaps a file `image`, or from JSON with `image_path`."""
    fields, image = _read(request)
    category = service.create(fields.name, image, fields.image_path, request.caller.user_id, request.now)
    return SavedCategory(service.view(category))


@api.post("/admin/categories/update/<category_id>", access=Access.ADMIN, answers=SavedCategory)
def update_category(request: Request, category_id: int) -> SavedCategory:
    """Change a category's name, its image, or both. A new image takes the place of the old one."""
    fields, image = _read(request)
    caller = request.caller.user_id
    category = service.update(category_id, fields.name, image, fields.image_path, caller, request.now)
    return SavedCategory(service.view(category))


@api.post("/admin/categories/delete/<category_id>", access=Access.ADMIN, answers=Done)
def delete_category(request: Request, category_id: int) -> Done:
    """Delete a category that no exam is in."""
    service.delete(category_id, request.caller.user_id, request.now)
    return Done()


def _read(request: Request) -> tuple[CategoryFields, bytes | None]:
    """The fields and, from a form, the file."""
    if not request.is_form:
        return read_body(request, CategoryFields), None
    fields, files = read_form(request, limit=_LIMIT)
    # Browsers send a file field that was left empty as a file without a name.
    image = files.get("image")
    sent = None if image is None or not (image.filename or image.content) else image.content
    return convert(fields, CategoryFields), sent


lambda_handler = api.handler
