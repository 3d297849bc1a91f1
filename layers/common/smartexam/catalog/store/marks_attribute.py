"""An attribute type for amounts of marks."""

from fractions import Fraction
from typing import Any

from pynamodb.attributes import Attribute
from pynamodb.constants import NUMBER, STRING

from smartexam.catalog.marks import UNITS, format_marks


class MarksAttribute(Attribute[Fraction]):
    """An exact amount of marks, as text ("4", "1/3"). Older items have a number of 1/300 units instead."""

    attr_type = STRING

    def serialize(self, value: Fraction) -> str:
        """The amount as stored in DynamoDB."""
        return format_marks(value)

    def deserialize(self, value: Fraction | str) -> Fraction:
        """The amount as a Python value."""
        return Fraction(value)

    def get_value(self, value: dict[str, Any]) -> Fraction | str:
        """The stored value, of either type."""
        return Fraction(int(value[NUMBER]), UNITS) if NUMBER in value else super().get_value(value)
