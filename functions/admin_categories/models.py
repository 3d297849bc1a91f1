"""Shapes of requests and answers."""

from msgspec import Struct


class CategoryView(Struct, frozen=True):
    """A category; `image_url` is null without an image."""

    id: int
    name: str
    image_url: str | None


class CategoryList(Struct, frozen=True):
    """All categories by name."""

    categories: list[CategoryView]


class SavedCategory(Struct, frozen=True):
    """A category as it now is."""

    category: CategoryView
    success: bool = True


class CategoryFields(Struct, frozen=True):
    """A category's fields in JSON.

    `image_path` names an image added by `POST /admin/images`; an empty one removes the image.
    """

    name: str | None = None
    image_path: str | None = None


class Done(Struct, frozen=True):
    """It is done."""

    success: bool = True
