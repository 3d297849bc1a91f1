"""Creates, changes and deletes categories, with their images."""

import re
from contextlib import suppress

from msgspec import structs

from admin_categories.models import LONGEST_NAME, AdminCategory
from image_files.pictures import read_picture
from smartexam.catalog import images
from smartexam.catalog.images import image_url
from smartexam.catalog.store import categories
from smartexam.catalog.store.categories import Category
from smartexam.platform import ids
from smartexam.platform.errors import Conflict, InvalidFields, NotFound, Unavailable
from smartexam.platform.texts import read_line

_OWN_IMAGE = re.compile(r"images/[0-9a-f]{32}\.(png|jpg|webp)")


def create(name: str | None, image: bytes | None, image_path: str | None, admin_id: int, now: float) -> Category:
    """Store a new category.

    Raises:
        InvalidFields: the name is missing or invalid.
        BadRequest: the file is not an image.
        TooLarge: the image has too many bytes or pixels.
        Conflict: the name is taken.
    """
    text = _read_name(name)
    path, is_new = _read_image(image, image_path)
    category = Category(ids.next_id("category"), text, path)
    try:
        categories.create_category(category, admin_id, now)
    except Conflict:
        # Only after a refusal: after a lost answer the category may exist, with its image.
        _discard(path if is_new else None)
        raise
    return category


def update(
    category_id: int, name: str | None, image: bytes | None, image_path: str | None, admin_id: int, now: float
) -> Category:
    """Change a category's name, its image, or both.

    Raises:
        InvalidFields: the name is invalid, or there is nothing to change.
        BadRequest: the file is not an image.
        TooLarge: the image has too many bytes or pixels.
        NotFound: there is no such category.
        Conflict: the name is taken.
    """
    if name is None and image is None and image_path is None:
        raise InvalidFields([("", "No field to change")])
    text = None if name is None else _read_name(name)
    path, is_new = _read_image(image, image_path)
    replaces = image is not None or image_path is not None

    def change(before: Category) -> Category:
        return structs.replace(
            before, name=before.name if text is None else text, image_path=path if replaces else before.image_path
        )

    try:
        before, after = categories.edit_category(category_id, change, admin_id, now)
    except (Conflict, NotFound):
        _discard(path if is_new else None)
        raise
    if before.image_path != after.image_path:
        _discard(before.image_path)
    return after


def delete(category_id: int, admin_id: int, now: float) -> None:
    """Delete a category and its image.

    Raises:
        NotFound: there is no such category.
        Conflict: it has exams.
    """
    _discard(categories.delete_category(category_id, admin_id, now).image_path)


def view(category: Category) -> AdminCategory:
    """A category as admins see it."""
    return AdminCategory(category.id, category.name, image_url(category.image_path))


def _discard(path: str | None) -> None:
    """Delete an image that is no longer used. If that fails, the change is done all the same."""
    with suppress(Unavailable):
        images.discard(path)


def _read_name(name: str | None) -> str:
    return read_line(name or "", "name", longest=LONGEST_NAME)


def _read_image(image: bytes | None, image_path: str | None) -> tuple[str | None, bool]:
    """The path of the image, and whether it was stored by this request."""
    if image is not None:
        picture = read_picture(image)
        path = images.keep(picture.content, picture.extension, picture.media_type, prefix=images.OF_CATEGORIES)
        return path, True
    if image_path and not _OWN_IMAGE.fullmatch(image_path):
        raise InvalidFields([("image_path", "must be the path of an image that was added")])
    return image_path or None, False
