"""Categories of exams."""

from dataclasses import dataclass
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from smartexam.data import table
from smartexam.data.table import IntAttribute, Item, Put, TransactionRefused
from smartexam.errors import Conflict


class CategoryItem(Item):
    """A category."""

    class Meta:
        context = "catalog"

    category_id = IntAttribute()
    name = UnicodeAttribute()
    image_path = UnicodeAttribute(null=True)
    exam_count = IntAttribute()


class CategoryNameItem(Item):
    """A category's name is taken, and its place in the list."""

    class Meta:
        context = "catalog"

    category_id = IntAttribute()
    name = UnicodeAttribute()
    image_path = UnicodeAttribute(null=True)


@dataclass(frozen=True, slots=True)
class Category:
    """A category; `image_path` is the key of its picture, if it has one."""

    id: int
    name: str
    image_path: str | None


def category_key(category_id: int) -> tuple[str, str]:
    """The keys of a category."""
    return f"CATEGORY#{category_id}", "CATEGORY"


def list_categories() -> list[Category]:
    """All categories by name; an institute has tens of them."""
    return [
        Category(item.category_id, item.name, item.image_path)
        for item in table.query_all(CategoryNameItem, "CATEGORIES")
    ]


def create_category(category: Category) -> None:
    """Store a new category.

    Raises:
        Conflict: the name is taken.
    """
    pk, sk = category_key(category.id)
    fields: dict[str, Any] = {"category_id": category.id, "name": category.name, "image_path": category.image_path}
    try:
        table.transact(
            [
                Put(CategoryNameItem(*name_key(category.name), **fields), CategoryNameItem.pk.does_not_exist()),
                Put(CategoryItem(pk, sk, exam_count=0, **fields), CategoryItem.pk.does_not_exist()),
            ]
        )
    except TransactionRefused:
        raise Conflict("A category with this name already exists", code="category_exists") from None


def name_key(name: str) -> tuple[str, str]:
    """The keys of a category's name; names that differ only in case are one."""
    return "CATEGORIES", name.strip().casefold()
