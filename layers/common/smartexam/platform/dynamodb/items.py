"""Attributes, the base class of all items, and the operations of a transaction."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self, TypeVar

import msgspec
from pynamodb.attributes import Attribute, UnicodeAttribute
from pynamodb.connection.table import TableConnection
from pynamodb.constants import LIST, MAP, NULL, NUMBER
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.expressions.update import Update as UpdateExpression
from pynamodb.models import Model

from smartexam.platform.dynamodb.engine import RawItem, table_connection
from smartexam.platform.settings import settings


class IntAttribute(Attribute[int]):
    """A whole number; PynamoDB's own number attribute is typed as a float."""

    attr_type = NUMBER

    def serialize(self, value: int) -> str:
        """The number as DynamoDB takes it."""
        return str(int(value))

    def deserialize(self, value: str) -> int:
        """The number as Python has it."""
        return int(value)


class FloatAttribute(Attribute[float]):
    """A time in epoch seconds, stored to the microsecond."""

    attr_type = NUMBER

    def serialize(self, value: float) -> str:
        """The number as DynamoDB takes it."""
        return f"{value:.6f}".rstrip("0").rstrip(".")

    def deserialize(self, value: str) -> float:
        """The number as Python has it."""
        return float(value)


class TextMapAttribute(Attribute[dict[str, str]]):
    """A flat map of texts."""

    attr_type = MAP

    def serialize(self, value: dict[str, str]) -> dict[str, dict[str, str]]:
        """The map as DynamoDB takes it."""
        return {key: {"S": text} for key, text in value.items()}

    def deserialize(self, value: dict[str, dict[str, str]]) -> dict[str, str]:
        """The map as Python has it."""
        return {key: text["S"] for key, text in value.items()}


class TextMapListAttribute(Attribute[list[dict[str, str]]]):
    """A list of flat maps of texts."""

    attr_type = LIST

    def serialize(self, value: list[dict[str, str]]) -> list[dict[str, dict[str, dict[str, str]]]]:
        """The list as DynamoDB takes it."""
        return [{"M": {key: {"S": text} for key, text in each.items()}} for each in value]

    def deserialize(self, value: list[dict[str, dict[str, dict[str, str]]]]) -> list[dict[str, str]]:
        """The list as Python has it."""
        return [{key: text["S"] for key, text in each["M"].items()} for each in value]


class Item(Model):
    """Base class of all items: string keys, the table of a context, the shared client.

    A subclass names its context in `Meta.context`; the table's name comes from the settings at the first call.
    """

    class Meta:
        """Subclasses define their own."""

        context: ClassVar[str] = ""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)

    @classmethod
    def from_raw_data(cls, data: RawItem) -> Self:
        """The item from what DynamoDB returned, in one pass; PynamoDB's own method sets all attributes up to three
        times."""
        item = cls.__new__(cls)
        values = item.attribute_values = {}
        for name, attribute in cls.get_attributes().items():
            raw = data.get(attribute.attr_name)
            if raw and NULL not in raw:
                values[name] = attribute.deserialize(attribute.get_value(raw))
            elif (default := attribute.default) is not None:
                values[name] = default() if callable(default) else default
        return item

    @classmethod
    def _get_connection(cls) -> TableConnection:
        return table_connection(cls.Meta.context)


ItemT = TypeVar("ItemT", bound=Item)


class Put(msgspec.Struct, frozen=True):
    """Write a whole item."""

    item: Item
    condition: Condition | None = None


class Update(msgspec.Struct, frozen=True):
    """Change attributes of an item, creating it if it is not there."""

    model: type[Item]
    pk: str
    sk: str
    actions: Sequence[Action]
    condition: Condition | None = None


class Delete(msgspec.Struct, frozen=True):
    """Delete an item."""

    model: type[Item]
    pk: str
    sk: str
    condition: Condition | None = None


class Check(msgspec.Struct, frozen=True):
    """Only a condition on an item."""

    model: type[Item]
    pk: str
    sk: str
    condition: Condition


class Count(msgspec.Struct, frozen=True):
    """Add to the counters of an item that has nothing else, creating it if it does not exist.

    The names of its attributes are data, so there is no model.
    """

    context: str
    pk: str
    sk: str
    amounts: Mapping[str, int]


Operation = Put | Update | Delete | Check | Count
VERB: dict[type, str] = {
    Put: "Put",
    Update: "Update",
    Delete: "Delete",
    Check: "ConditionCheck",
    Count: "Update",
}


def key_of(model: type[Item], pk: str, sk: str) -> dict[str, Any]:
    """The table and the key of an item, as DynamoDB takes them."""
    return {"TableName": settings().table(model.Meta.context), "Key": {"pk": {"S": pk}, "sk": {"S": sk}}}


def serialized(item: Item) -> RawItem:
    """An item as DynamoDB takes it."""
    raw: RawItem = item.serialize()
    return raw


def arguments_of(operation: Operation) -> dict[str, Any]:
    """An operation as DynamoDB takes it; a failed condition returns the stored item."""
    if isinstance(operation, Count):
        return _count_arguments(operation)
    names: dict[str, str] = {}
    values: dict[str, Any] = {}
    if isinstance(operation, Put):
        table = settings().table(operation.item.Meta.context)
        arguments: dict[str, Any] = {"TableName": table, "Item": serialized(operation.item)}
    else:
        arguments = key_of(operation.model, operation.pk, operation.sk)
    if operation.condition is not None:
        arguments["ConditionExpression"] = operation.condition.serialize(names, values)
        arguments["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    if isinstance(operation, Update):
        arguments["UpdateExpression"] = UpdateExpression(*operation.actions).serialize(names, values)
    if names:
        arguments["ExpressionAttributeNames"] = dict(zip(names.values(), names, strict=True))
    if values:
        arguments["ExpressionAttributeValues"] = values
    return arguments


def _count_arguments(operation: Count) -> dict[str, Any]:
    amounts = list(operation.amounts.items())
    return {
        "TableName": settings().table(operation.context),
        "Key": {"pk": {"S": operation.pk}, "sk": {"S": operation.sk}},
        "UpdateExpression": "ADD " + ", ".join(f"#{at} :{at}" for at in range(len(amounts))),
        "ExpressionAttributeNames": {f"#{at}": name for at, (name, _) in enumerate(amounts)},
        "ExpressionAttributeValues": {f":{at}": {"N": str(amount)} for at, (_, amount) in enumerate(amounts)},
    }
