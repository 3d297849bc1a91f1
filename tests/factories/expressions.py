"""DynamoDB's expressions: conditions on an item, and updates of one.

Items are as DynamoDB's JSON has them: `{"pk": {"S": "USER#42"}, ...}`. Nothing given is ever changed in place.
"""

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

Value = dict[str, Any]
Item = dict[str, Value]
# What an expression needs to be evaluated: the item, `#name`s and `:value`s.
Scope = tuple[Item, Mapping[str, str], Mapping[str, Value]]
Test = Callable[[Scope], bool]
Term = Callable[[Scope], Value | None]

_TOKENS = re.compile(r"\s*(<=|>=|<>|[=<>(),.\[\]+-]|[#:]?\w+)")


class InvalidExpression(Exception):
    """DynamoDB would refuse it: `ValidationException`."""


@dataclass(frozen=True, slots=True)
class Path:
    """Where in an item something is: names, and places in lists."""

    steps: tuple[str | int, ...]

    def within(self, scope: Scope) -> Value | None:
        """What is there, None if nothing is."""
        found: Any = {"M": scope[0]}
        for step in self.resolved(scope):
            kind = "L" if isinstance(step, int) else "M"
            inside = found.get(kind)
            if inside is None or (step >= len(inside) if isinstance(step, int) else step not in inside):
                return None
            found = inside[step]
        value: Value = found
        return value

    def resolved(self, scope: Scope) -> list[str | int]:
        """The steps with `#name`s replaced by what they stand for."""
        return [scope[1][step] if isinstance(step, str) and step[0] == "#" else step for step in self.steps]


@lru_cache(maxsize=4096)
def condition(text: str) -> Test:
    """A condition, ready to be asked of items."""
    parser = _Parser(text)
    test = parser.either()
    parser.end()
    return test


def updated(text: str, scope: Scope) -> Item:
    """The item as an update leaves it; every right-hand side is of the item as it was."""
    item = scope[0]
    for path, change in _update(text):
        item = _placed(item, path.resolved(scope), change(scope))
    return item


def ordered(value: Value) -> Any:
    """A value as it compares with others of its type."""
    ((kind, content),) = value.items()
    if kind == "N":
        return Decimal(content)
    return base64.b64decode(content) if kind == "B" else content


def equal(one: Value | None, other: Value | None) -> bool:
    """Whether two values are the same."""
    if one is None or other is None or one.keys() != other.keys():
        return False
    ((kind, content),) = one.items()
    if kind in {"SS", "NS", "BS"}:
        return set(content) == set(other[kind])
    if kind == "M":
        return content.keys() == other["M"].keys() and all(equal(content[name], other["M"][name]) for name in content)
    if kind == "L":
        return len(content) == len(other["L"]) and all(map(equal, content, other["L"]))
    return bool(ordered(one) == ordered(other))


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = _TOKENS.findall(text)
        if "".join(self._tokens) != "".join(text.split()):
            raise InvalidExpression(text)
        self._at = 0

    def next(self) -> str:
        """The token that comes next, in upper case if it is a keyword; an empty text at the end."""
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def take(self, *expected: str) -> str:
        """Move past the next token, which must be one of these if any are given."""
        token = self.next()
        if not token or (expected and token.upper() not in expected):
            raise InvalidExpression(f"{token!r} instead of {expected}")
        self._at += 1
        return token

    def takes(self, *expected: str) -> str:
        """Move past the next token if it is one of these."""
        return self.take() if self.next().upper() in expected else ""

    def end(self) -> None:
        """Refuse what is left over."""
        if self.next():
            raise InvalidExpression(f"{self.next()!r} is left over")

    def either(self) -> Test:
        tests = [self._both()]
        while self.takes("OR"):
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else lambda scope: any(test(scope) for test in tests)

    def _both(self) -> Test:
        tests = [self._single()]
        while self.takes("AND"):
            tests.append(self._single())
        return tests[0] if len(tests) == 1 else lambda scope: all(test(scope) for test in tests)

    def _single(self) -> Test:
        if self.takes("NOT"):
            inner = self._single()
            return lambda scope: not inner(scope)
        if self.takes("("):
            test = self.either()
            self.take(")")
            return test
        if self.next() in _TESTS:
            return self._call(_TESTS[self.take()])
        term = self.term()
        comparison = self.take(*_COMPARISONS, "BETWEEN", "IN").upper()
        if comparison == "BETWEEN":
            low, _, high = self.term(), self.take("AND"), self.term()
            return lambda scope: _compare("<=", low(scope), term(scope)) and _compare("<=", term(scope), high(scope))
        if comparison == "IN":
            options = self._arguments()
            return lambda scope: any(equal(term(scope), option(scope)) for option in options)
        other = self.term()
        return lambda scope: _compare(comparison, term(scope), other(scope))

    def term(self) -> Term:
        """Something that has a value."""
        if self.next() in _FUNCTIONS:
            function = _FUNCTIONS[self.take()]
            arguments = self._arguments()
            return lambda scope: function(*(argument(scope) for argument in arguments))
        if self.next().startswith(":"):
            name = self.take()
            return lambda scope: scope[2][name]
        return self.path().within

    def path(self) -> Path:
        """Where something is."""
        steps: list[str | int] = [self.take()]
        while self.next() in {".", "["}:
            if self.take() == ".":
                steps.append(self.take())
            else:
                steps.append(int(self.take()))
                self.take("]")
        return Path(tuple(steps))

    def sum(self) -> Term:
        """A term, or two added or subtracted."""
        first = self.term()
        sign = self.takes("+", "-")
        if not sign:
            return first
        second = self.term()
        return lambda scope: _added(first(scope), second(scope), -1 if sign == "-" else 1)

    def _call(self, test: Callable[..., bool]) -> Test:
        arguments = self._arguments()
        return lambda scope: test(*(argument(scope) for argument in arguments))

    def _arguments(self) -> list[Term]:
        self.take("(")
        found = [self.term()]
        while self.takes(","):
            found.append(self.term())
        self.take(")")
        return found


@lru_cache(maxsize=4096)
def _update(text: str) -> tuple[tuple[Path, Term], ...]:
    return tuple(_changes(_Parser(text)))


def _changes(parser: _Parser) -> Iterator[tuple[Path, Term]]:
    while parser.next():
        clause, more = parser.take("SET", "REMOVE", "ADD", "DELETE").upper(), ","
        while more:
            path = parser.path()
            if clause == "SET":
                parser.take("=")
                yield path, parser.sum()
            elif clause == "REMOVE":
                yield path, lambda _: None
            else:
                yield path, _into_number_or_set(path, parser.term(), clause)
            more = parser.takes(",")


def _into_number_or_set(path: Path, given: Term, clause: str) -> Term:
    def change(scope: Scope) -> Value | None:
        before, value = path.within(scope), given(scope) or {}
        ((kind, content),) = value.items()
        if kind == "N":
            return _added(before or {"N": "0"}, value, 1)
        elements = set((before or {kind: []})[kind])
        elements = elements | set(content) if clause == "ADD" else elements - set(content)
        return {kind: sorted(elements)} if elements else None

    return change


def _placed(item: Item, steps: list[str | int], value: Value | None) -> Item:
    """A copy of the item with a value at a place, or with nothing there."""
    name, *rest = steps
    copied = dict(item)
    if rest:
        inside = copied.get(str(name), {}).get("M")
        if inside is None:
            raise InvalidExpression(f"nothing at {name} to put anything into")
        copied[str(name)] = {"M": _placed(inside, rest, value)}
    elif value is None:
        copied.pop(str(name), None)
    else:
        copied[str(name)] = value
    return copied


def _added(one: Value | None, other: Value | None, sign: int) -> Value:
    if one is None or other is None or "N" not in one or "N" not in other:
        raise InvalidExpression("only numbers are added")
    return {"N": f"{Decimal(one['N']) + sign * Decimal(other['N']):f}"}


def _compare(comparison: str, one: Value | None, other: Value | None) -> bool:
    if comparison == "=":
        return equal(one, other)
    if comparison == "<>":
        return not equal(one, other)
    if one is None or other is None or one.keys() != other.keys():
        return False
    return bool(_COMPARISONS[comparison](ordered(one), ordered(other)))


def _contains(whole: Value | None, part: Value | None) -> bool:
    if whole is None or part is None:
        return False
    ((kind, content),) = whole.items()
    if kind == "L":
        return any(equal(each, part) for each in content)
    ((_, wanted),) = part.items()
    return wanted in content


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, other: one == other,
    "<>": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}
_TESTS: dict[str, Callable[..., bool]] = {
    "attribute_exists": lambda value: value is not None,
    "attribute_not_exists": lambda value: value is None,
    "begins_with": lambda value, start: value is not None and "S" in value and value["S"].startswith(start["S"]),
    "contains": _contains,
}
_FUNCTIONS: dict[str, Callable[..., Value | None]] = {
    "if_not_exists": lambda value, otherwise: otherwise if value is None else value,
    "list_append": lambda one, other: {"L": [*(one or {"L": []})["L"], *(other or {"L": []})["L"]]},
    "size": lambda value: None if value is None else {"N": str(len(next(iter(value.values()))))},
}
