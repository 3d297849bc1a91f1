"""Shapes of requests and answers."""

from typing import Annotated, Any, ClassVar

from msgspec import Struct

from smartexam.platform.http.bodies import UploadedFile
from smartexam.platform.texts import visible

LONGEST_NAME = 100


class AdminCategory(Struct, frozen=True):
    """A category; `image_url` is null without an image."""

    id: int
    name: str
    image_url: str | None


class AdminCategories(Struct, frozen=True):
    """All categories by name.

    Attributes:
        categories: all categories, by name.
    """

    categories: list[AdminCategory]


class SavedCategory(Struct, frozen=True):
    """The category after the change.

    Attributes:
        category: the category after the change.
    """

    category: AdminCategory
    success: bool = True


class CategoryFields(Struct, frozen=True):
    """A category's fields.

    `image` is a file (png, jpg, gif or webp, at most 5 MB). `image_path` is an image added by `POST /admin/images`
    instead; an empty one removes the image.

    Attributes:
        name: name of the category, 1 to 100 characters, which no other category has; needed to create one.
        image: the image as a file: png, jpg, gif or webp, at most 5 MB.
        image_path: path of an image from `POST /admin/images` instead of a file; empty removes the image.
    """

    RULES: ClassVar[dict[str, Any]] = {"minProperties": 1}

    name: Annotated[str, visible(LONGEST_NAME)] | None = None
    image: UploadedFile | None = None
    image_path: str | None = None


class NewCategoryFields(CategoryFields, frozen=True, kw_only=True):
    """The fields of a new category, as those of a change, but with a name."""

    name: Annotated[str, visible(LONGEST_NAME)]
