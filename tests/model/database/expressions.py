"""DynamoDB's expressions, as far as the product writes them: each text is parsed once and becomes a function.

Attribute values stay in DynamoDB's own form (`{"S": "text"}`, `{"N": "1"}`) throughout.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

Value = dict[str, Any]
StoredItem = dict[str, Value]
Path = tuple[str, ...]

_TOKEN = re.compile(r"\s*([#:]?\w+|<>|<=|>=|[=<>(),.+\-])")
_COMPARISONS: dict[str, Callable[[int], bool]] = {
    "=": lambda order: order == 0,
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}
_SETS = ("SS", "NS", "BS")


class Invalid(Exception):
    """DynamoDB would refuse the request itself, whatever is stored."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression is evaluated in."""

    item: StoredItem
    names: Mapping[str, str]
    values: Mapping[str, Value]


Operand = Callable[[Scope], Value | None]
Condition = Callable[[Scope], bool]
Action = Callable[[Scope, StoredItem], None]


@lru_cache(maxsize=8192)
def condition(text: str) -> Condition:
    """The condition that a text is."""
    parser = _Parser(text)
    parsed = parser.condition()
    parser.expect_end()
    return parsed


@lru_cache(maxsize=8192)
def update(text: str) -> tuple[Action, ...]:
    """The actions of an update expression; each reads the item as it was and changes the new one."""
    parser = _Parser(text)
    parsed = parser.update()
    parser.expect_end()
    return parsed


@lru_cache(maxsize=8192)
def placeholders(*texts: str) -> frozenset[str]:
    """All `#names` and `:values` of some expressions."""
    return frozenset(found for text in texts for found in re.findall(r"[#:]\w+", text))


def compare(left: Value, right: Value) -> int | None:
    """How two values are ordered (negative, 0, positive); None if they are of different types."""
    (kind,), (other_kind,) = left, right
    if kind != other_kind:
        return None
    mine, theirs = left[kind], right[kind]
    if kind == "N":
        mine, theirs = Decimal(mine), Decimal(theirs)
    elif kind in _SETS:
        mine, theirs = sorted(mine), sorted(theirs)
    if mine == theirs:
        return 0
    return -1 if kind in {"S", "N", "B"} and mine < theirs else 1


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = _TOKEN.findall(text)
        self._text = text
        self._at = 0

    def expect_end(self) -> None:
        if self._at != len(self._tokens):
            raise Invalid(f"cannot parse {self._text!r} from {self._tokens[self._at :]}")

    def condition(self) -> Condition:
        left = self._conjunction()
        while self._take("OR"):
            left = _either(left, self._conjunction())
        return left

    def update(self) -> tuple[Action, ...]:
        actions: list[Action] = []
        clauses = {"SET": self._set, "REMOVE": self._remove, "ADD": self._add, "DELETE": self._delete}
        while self._at < len(self._tokens):
            clause = clauses[self._next().upper()]
            actions.append(clause())
            while self._take(","):
                actions.append(clause())
        return tuple(actions)

    def _conjunction(self) -> Condition:
        left = self._negation()
        while self._take("AND"):
            left = _both(left, self._negation())
        return left

    def _negation(self) -> Condition:
        if self._take("NOT"):
            inner = self._negation()
            return lambda scope: not inner(scope)
        return self._predicate()

    def _predicate(self) -> Condition:
        if self._take("("):
            inner = self.condition()
            self._require(")")
            return inner
        if self._ahead(1) == "(" and self._ahead(0) != "size":
            return self._function()
        left = self._operand()
        operator = self._next().upper()
        if operator == "BETWEEN":
            low = self._operand()
            self._require("AND")
            high = self._operand()
            return _both(_comparison(left, ">=", low), _comparison(left, "<=", high))
        return _comparison(left, operator, self._operand())

    def _function(self) -> Condition:
        name = self._next()
        self._require("(")
        path = self._path()
        argument = self._operand() if self._take(",") else None
        self._require(")")
        if name == "attribute_exists":
            return lambda scope: _read(scope, path) is not None
        if name == "attribute_not_exists":
            return lambda scope: _read(scope, path) is None
        if argument is None:
            raise Invalid(f"unknown function {name}")
        if name == "begins_with":
            return lambda scope: _begins_with(_read(scope, path), argument(scope))
        if name == "contains":
            return lambda scope: _contains(_read(scope, path), argument(scope))
        raise Invalid(f"unknown function {name}")

    def _operand(self) -> Operand:
        if self._ahead(0).startswith(":"):
            name = self._next()
            return lambda scope: scope.values[name]
        if self._ahead(0) == "size" and self._ahead(1) == "(":
            self._next()
            self._require("(")
            measured = self._path()
            self._require(")")
            return lambda scope: _size(_read(scope, measured))
        path = self._path()
        return lambda scope: _read(scope, path)

    def _path(self) -> Path:
        parts = [self._next()]
        while self._take("."):
            parts.append(self._next())
        return tuple(parts)

    def _set(self) -> Action:
        path = self._path()
        self._require("=")
        value = self._sum()

        def act(scope: Scope, item: StoredItem) -> None:
            result = value(scope)
            if result is None:
                raise Invalid("an operand of SET does not exist")
            _write(scope, item, path, result)

        return act

    def _sum(self) -> Operand:
        left = self._term()
        while self._ahead(0) in {"+", "-"}:
            sign = -1 if self._next() == "-" else 1
            left = _sum(left, sign, self._term())
        return left

    def _term(self) -> Operand:
        if self._ahead(0) != "if_not_exists":
            return self._operand()
        self._next()
        self._require("(")
        path = self._path()
        self._require(",")
        otherwise = self._operand()
        self._require(")")
        return lambda scope: _read(scope, path) or otherwise(scope)

    def _remove(self) -> Action:
        path = self._path()
        return lambda scope, item: _write(scope, item, path, None)

    def _add(self) -> Action:
        path, operand = self._path(), self._operand()

        def act(scope: Scope, item: StoredItem) -> None:
            _write(scope, item, path, _added(_read(scope, path), operand(scope) or {}))

        return act

    def _delete(self) -> Action:
        path, operand = self._path(), self._operand()

        def act(scope: Scope, item: StoredItem) -> None:
            _write(scope, item, path, _removed(_read(scope, path), operand(scope) or {}))

        return act

    def _ahead(self, distance: int) -> str:
        at = self._at + distance
        return self._tokens[at] if at < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._ahead(0)
        if not token:
            raise Invalid(f"{self._text!r} ends too early")
        self._at += 1
        return token

    def _take(self, token: str) -> bool:
        found = self._ahead(0).upper() == token
        self._at += found
        return found

    def _require(self, token: str) -> None:
        if not self._take(token):
            raise Invalid(f"{token} expected in {self._text!r}, not {self._ahead(0)!r}")


def _either(left: Condition, right: Condition) -> Condition:
    return lambda scope: left(scope) or right(scope)


def _both(left: Condition, right: Condition) -> Condition:
    return lambda scope: left(scope) and right(scope)


def _comparison(left: Operand, operator: str, right: Operand) -> Condition:
    def holds(scope: Scope) -> bool:
        mine, theirs = left(scope), right(scope)
        order = None if mine is None or theirs is None else compare(mine, theirs)
        if operator == "<>":
            return order != 0
        return order is not None and _COMPARISONS[operator](order)

    return holds


def _begins_with(value: Value | None, start: Value | None) -> bool:
    return value is not None and start is not None and "S" in value and value["S"].startswith(start["S"])


def _contains(value: Value | None, wanted: Value | None) -> bool:
    if value is None or wanted is None:
        return False
    ((kind, content),) = value.items()
    return next(iter(wanted.values())) in content if kind in (*_SETS, "S") else wanted in content


def _size(value: Value | None) -> Value | None:
    """How many elements or characters there are; of what does not exist there is no size."""
    return None if value is None else {"N": str(len(next(iter(value.values()))))}


def _sum(left: Operand, sign: int, right: Operand) -> Operand:
    def result(scope: Scope) -> Value:
        mine, theirs = left(scope), right(scope)
        if mine is None or theirs is None or "N" not in mine or "N" not in theirs:
            raise Invalid("an operand of + or - is no number")
        return {"N": str(Decimal(mine["N"]) + sign * Decimal(theirs["N"]))}

    return result


def _added(value: Value | None, more: Value) -> Value:
    ((kind, amount),) = more.items()
    if kind not in (*_SETS, "N") or (value is not None and kind not in value):
        raise Invalid("ADD takes a number to a number or a set to a set")
    if value is None:
        return more
    if kind == "N":
        return {"N": str(Decimal(value["N"]) + Decimal(amount))}
    return {kind: [*value[kind], *(each for each in amount if each not in value[kind])]}


def _removed(value: Value | None, less: Value) -> Value | None:
    ((kind, gone),) = less.items()
    if kind not in _SETS or (value is not None and kind not in value):
        raise Invalid("DELETE takes a set from a set")
    left = [each for each in (value or {}).get(kind, ()) if each not in gone]
    return {kind: left} if left else None


def _names(scope: Scope, path: Path) -> list[str]:
    return [scope.names[part] if part.startswith("#") else part for part in path]


def _read(scope: Scope, path: Path) -> Value | None:
    first, *rest = _names(scope, path)
    value = scope.item.get(first)
    for name in rest:
        value = None if value is None else value.get("M", {}).get(name)
    return value


def _write(scope: Scope, item: StoredItem, path: Path, value: Value | None) -> None:
    """Set or remove what is at a path; maps on the way are copied, since what is stored never changes in place."""
    *way, last = _names(scope, path)
    container: dict[str, Any] = item
    for name in way:
        if "M" not in container.get(name, {}):
            raise Invalid("The document path provided in the update expression is invalid for update")
        copied = {"M": dict(container[name]["M"])}
        container[name] = copied
        container = copied["M"]
    if value is None:
        container.pop(last, None)
    else:
        container[last] = value
