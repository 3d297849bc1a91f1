"""Categories of exams."""

from collections.abc import Callable
from typing import Any

import msgspec
from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition

from smartexam.platform.audit import Change, entry
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import Delete, IntAttribute, Item, Operation, Put, TransactionRefused, Update
from smartexam.platform.errors import Conflict, NotFound


class CategoryItem(Item):
    """A category."""

    class Meta:
        context = "catalog"

    category_id = IntAttribute()
    name = UnicodeAttribute()
    image_path = UnicodeAttribute(null=True)
    exam_count = IntAttribute()


class CategoryNameItem(Item):
    """Reserves a category's name, and lists the category."""

    class Meta:
        context = "catalog"

    category_id = IntAttribute()
    name = UnicodeAttribute()
    image_path = UnicodeAttribute(null=True)


class Category(msgspec.Struct, frozen=True):
    """A category; `image_path` is the key of its image, if it has one."""

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


def create_category(category: Category, admin_id: int | None = None, now: float = 0) -> None:
    """Store a new category, and log it for the administrator.

    Raises:
        Conflict: the name is taken.
    """
    pk, sk = category_key(category.id)
    fields = _fields(category)
    operations: list[Operation] = [
        Put(CategoryNameItem(*name_key(category.name), **fields), CategoryNameItem.pk.does_not_exist()),
        Put(CategoryItem(pk, sk, exam_count=0, **fields), CategoryItem.pk.does_not_exist()),
    ]
    if admin_id is not None:
        operations.append(_logged(admin_id, "category.create", None, category, now))
    try:
        table.transact(operations)
    except TransactionRefused:
        raise _name_taken() from None


def edit_category(
    category_id: int, change: Callable[[Category], Category], admin_id: int, now: float
) -> tuple[Category, Category]:
    """Change a category, and log it; `change` maps it to the new one and is called again if it changes meanwhile.

    Returns:
        The category before and after.

    Raises:
        NotFound: there is no such category.
        Conflict: the name is taken.
    """

    def attempt() -> tuple[Category, Category]:
        before = _get(category_id)
        after = change(before)
        old, new = name_key(before.name), name_key(after.name)
        unchanged = (CategoryItem.name == before.name) & _same_image(before)
        set_image = (
            CategoryItem.image_path.remove()
            if after.image_path is None
            else CategoryItem.image_path.set(after.image_path)
        )
        operations: list[Operation] = [
            Update(CategoryItem, *category_key(category_id), [CategoryItem.name.set(after.name), set_image], unchanged),
            Put(CategoryNameItem(*new, **_fields(after)), CategoryNameItem.pk.does_not_exist() if old != new else None),
            _logged(admin_id, "category.update", before, after, now),
        ]
        if old != new:
            operations.append(Delete(CategoryNameItem, *old))
        try:
            table.transact(operations)
        except TransactionRefused as refused:
            if refused.failed[1] and not refused.failed[0]:
                raise _name_taken() from None
            raise
        return before, after

    return table.retried(attempt)


def delete_category(category_id: int, admin_id: int, now: float) -> Category:
    """Delete a category that has no exams, log it, and return it.

    Raises:
        NotFound: there is no such category.
        Conflict: it has exams.
    """

    def attempt() -> Category:
        category = _get(category_id)
        unchanged = (CategoryItem.name == category.name) & _same_image(category)
        try:
            table.transact(
                [
                    Delete(CategoryItem, *category_key(category_id), unchanged & (CategoryItem.exam_count == 0)),
                    Delete(CategoryNameItem, *name_key(category.name)),
                    _logged(admin_id, "category.delete", category, None, now),
                ]
            )
        except TransactionRefused as refused:
            stored = refused.items[0]
            if stored is not None and CategoryItem.from_raw_data(stored).exam_count > 0:
                raise Conflict("There are exams in this category", code="category_in_use") from None
            raise
        return category

    return table.retried(attempt)


def name_key(name: str) -> tuple[str, str]:
    """The keys of a category's name, in which case does not matter."""
    return "CATEGORIES", name.strip().casefold()


def _get(category_id: int) -> Category:
    item = table.get(CategoryItem, *category_key(category_id))
    if item is None:
        raise NotFound("Category not found", code="category_not_found")
    return Category(item.category_id, item.name, item.image_path)


def _fields(category: Category) -> dict[str, Any]:
    return {"category_id": category.id, "name": category.name, "image_path": category.image_path}


def _same_image(category: Category) -> Condition:
    if category.image_path is None:
        missing: Condition = CategoryItem.image_path.does_not_exist()
        return missing
    same: Condition = CategoryItem.image_path == category.image_path
    return same


def _logged(admin_id: int, action: str, before: Category | None, after: Category | None, now: float) -> Put:
    category = after or before
    target = f"category:{category.id if category else 0}"
    states = (None if each is None else {"name": each.name, "image_path": each.image_path} for each in (before, after))
    return entry(Change(admin_id, action, target, *states), now)


def _name_taken() -> Conflict:
    return Conflict("A category with this name already exists", code="category_exists")
