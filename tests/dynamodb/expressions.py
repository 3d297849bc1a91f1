"""DynamoDB's expressions: each text is parsed once into functions of an item.

Items have DynamoDB's JSON form. Arguments are never changed in place.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

from tests.dynamodb.values import ORDERED, SETS, Invalid, Item, Value, added, comparable, equal

_TOKENS = re.compile(r"\s*(<=|>=|<>|[=<>(),.\[\]+-]|[#:]?\w+)")
_PLACEHOLDERS = re.compile(r"[#:]\w+")
_KEY_CONDITION = re.compile(
    r"(?P<hash>#?\w+) = (?P<value>:\w+)(?: AND (?:"
    r"(?P<compared>#?\w+) (?P<sign>=|<=|>=|<|>) (?P<bound>:\w+)"
    r"|(?P<between>#?\w+) BETWEEN (?P<low>:\w+) AND (?P<high>:\w+)"
    r"|begins_with ?\((?P<started>#?\w+), (?P<start>:\w+)\)))?"
)
_MOST_BYTES, _MOST_OPERATORS, _MOST_OPTIONS = 4096, 300, 100
_RESERVED = frozenset(ReservedKeywords.get_reserved_keywords())
_KEY_NAMES = ("pk", "sk")
_FROM_ONE_BOUND = ("=", ">", ">=")


class Scope(NamedTuple):
    """What an expression is evaluated on: an item, `#name`s and `:value`s."""

    item: Item
    names: Mapping[str, str]
    values: Mapping[str, Value]


Test = Callable[[Scope], bool]
Term = Callable[[Scope], Value | None]
# Checks only the values, as DynamoDB does before it reads the item.
Check = Callable[[Mapping[str, Value]], None]


@dataclass(frozen=True, slots=True)
class Path:
    """A place in an item: names, and positions in lists."""

    steps: tuple[str | int, ...]

    def within(self, scope: Scope) -> Value | None:
        """The value there, None if there is none."""
        found: Any = {"M": scope.item}
        for step in self.resolved(scope.names):
            inside = found.get("L" if isinstance(step, int) else "M")
            if inside is None or (step >= len(inside) if isinstance(step, int) else step not in inside):
                return None
            found = inside[step]
        value: Value = found
        return value

    def resolved(self, names: Mapping[str, str]) -> tuple[str | int, ...]:
        """The steps with `#name`s replaced."""
        return tuple(names[step] if isinstance(step, str) and step[0] == "#" else step for step in self.steps)


@dataclass(frozen=True, slots=True)
class Condition:
    """A parsed condition."""

    holds: Test
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One action of an update expression."""

    clause: str
    path: Path
    value: Term


@dataclass(frozen=True, slots=True)
class Update:
    """A parsed update expression."""

    changes: tuple[Change, ...]
    checks: tuple[Check, ...]

    def applied(self, scope: Scope) -> Item:
        """The item after the update; every right-hand side is evaluated on the item before it.

        Raises:
            Invalid: an operand does not exist or has the wrong type, or a path leads through a missing value.
        """
        item = scope.item
        results = [(change.path.resolved(scope.names), change.value(scope)) for change in self.changes]
        # Positions in lists are those before the update, so elements are removed last, in descending order.
        results.sort(key=lambda result: _turn(*result))
        for steps, value in results:
            item = {**_placed({"M": item}, steps, value)["M"]}
        return item

    def check(self, names: Mapping[str, str], values: Mapping[str, Value]) -> None:
        """Refuse what DynamoDB refuses for any item."""
        for check in self.checks:
            check(values)
        paths = [change.path.resolved(names) for change in self.changes]
        if len(set(paths)) < len(paths) or any(
            path[:length] in paths for path in paths if len(path) > 1 for length in range(1, len(path))
        ):
            raise Invalid("Invalid UpdateExpression: Two document paths overlap with each other")
        for path in paths:
            if path[0] in _KEY_NAMES:
                raise Invalid(f"Cannot update attribute {path[0]}. This attribute is part of the key")


@dataclass(frozen=True, slots=True)
class KeyCondition:
    """A parsed key condition.

    Attributes:
        hash_name: the attribute, or its `#name`.
        hash_value: the `:value`.
        range_name: of the range key likewise; None without a condition on it.
        range_values: the `:value`s that it is compared with.
        low: the `:value` below which nothing matches.
        condition: all of it, to be evaluated on items.
    """

    hash_name: str
    hash_value: str
    range_name: str | None
    range_values: tuple[str, ...]
    low: str | None
    condition: Condition


@lru_cache(maxsize=4096)
def condition(text: str) -> Condition:
    """A condition or filter, parsed.

    Raises:
        Invalid: DynamoDB refuses the text.
    """
    parser = _Parser(text)
    test = parser.either()
    parser.end()
    return Condition(test, tuple(parser.checks))


@lru_cache(maxsize=4096)
def update(text: str) -> Update:
    """An update expression, parsed.

    Raises:
        Invalid: DynamoDB refuses the text.
    """
    parser = _Parser(text)
    changes = tuple(parser.changes())
    return Update(changes, tuple(parser.checks))


@lru_cache(maxsize=1024)
def projection(text: str) -> tuple[Path, ...]:
    """The paths of a projection.

    Raises:
        Invalid: DynamoDB refuses the text.
    """
    parser = _Parser(text)
    paths = [parser.path()]
    while parser.takes(","):
        paths.append(parser.path())
    parser.end()
    return tuple(paths)


@lru_cache(maxsize=1024)
def key_condition(text: str) -> KeyCondition:
    """A key condition, parsed: the hash key first, as the tests of IAM policies read it.

    Raises:
        Invalid: DynamoDB refuses the text, or it is written in another order.
    """
    found = _KEY_CONDITION.fullmatch(" ".join(text.split()))
    if found is None:
        raise Invalid(f"Query key condition not supported: {text}")
    parts = found.groupdict()
    values = tuple(parts[name] for name in ("bound", "low", "high", "start") if parts[name])
    low = parts["bound"] if parts["sign"] in _FROM_ONE_BOUND else parts["low"] or parts["start"]
    range_name = parts["compared"] or parts["between"] or parts["started"]
    return KeyCondition(parts["hash"], parts["value"], range_name, values, low, condition(text))


@lru_cache(maxsize=4096)
def placeholders(*texts: str) -> frozenset[str]:
    """All `#name`s and `:value`s of some expressions."""
    return frozenset(found for text in texts for found in _PLACEHOLDERS.findall(text))


class _Parser:
    def __init__(self, text: str) -> None:
        if (length := len(text.encode())) > _MOST_BYTES:
            raise Invalid(f"Expression size has exceeded the maximum allowed size; expression size: {length}")
        self._tokens = _TOKENS.findall(text)
        if not text.strip() or "".join(self._tokens) != "".join(text.split()):
            raise Invalid(f"Syntax error in the expression {text!r}")
        self._at = 0
        self._operators = 0
        self.checks: list[Check] = []

    def next(self) -> str:
        """The token that comes next; an empty text at the end."""
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def take(self, *expected: str) -> str:
        """Move past the next token, which must be one of these if any are given."""
        token = self.next()
        if not token or (expected and token.upper() not in expected):
            raise Invalid(f"Syntax error; token: {token!r}, expected: {expected}")
        self._at += 1
        return token

    def takes(self, *expected: str) -> str:
        """Move past the next token if it is one of these."""
        return self.take() if self.next().upper() in expected else ""

    def end(self) -> None:
        """Refuse remaining tokens."""
        if self.next():
            raise Invalid(f"Syntax error; token: {self.next()!r} is left over")

    def either(self) -> Test:
        """A condition."""
        tests = [self._both()]
        while self.takes("OR"):
            self._operator()
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else lambda scope: any(test(scope) for test in tests)

    def path(self) -> Path:
        """A document path."""
        steps: list[str | int] = [self._name()]
        while self.next() in {".", "["}:
            if self.take() == ".":
                steps.append(self._name())
            else:
                steps.append(int(self.take()))
                self.take("]")
        return Path(tuple(steps))

    def changes(self) -> Iterator[Change]:
        """The actions of an update."""
        seen = set()
        while self.next():
            clause = self.take("SET", "REMOVE", "ADD", "DELETE").upper()
            if clause in seen:
                raise Invalid(f'The "{clause}" section can only be used once in an update expression')
            seen.add(clause)
            yield self._change(clause)
            while self.takes(","):
                yield self._change(clause)

    def _change(self, clause: str) -> Change:
        path = self.path()
        if clause == "SET":
            self.take("=")
            return Change(clause, path, self._sum())
        if clause == "REMOVE":
            return Change(clause, path, lambda _: None)
        name = self.take()
        self._literal(name, ("N", *SETS) if clause == "ADD" else SETS)
        into = _joined if clause == "ADD" else _without
        return Change(clause, path, lambda scope: into(path.within(scope), scope.values[name]))

    def _both(self) -> Test:
        tests = [self._single()]
        while self.takes("AND"):
            self._operator()
            tests.append(self._single())
        return tests[0] if len(tests) == 1 else lambda scope: all(test(scope) for test in tests)

    def _single(self) -> Test:
        if self.takes("NOT"):
            self._operator()
            inner = self._single()
            return lambda scope: not inner(scope)
        if self.takes("("):
            is_doubled = self.next() == "("
            opened = self._at
            test = self.either()
            if is_doubled and self._closes(opened) == self._at - 1:
                raise Invalid("The expression has redundant parentheses")
            self.take(")")
            return test
        if self.next() in _PREDICATES:
            return self._predicate()
        return self._comparison()

    def _closes(self, opened: int) -> int:
        """Where the parenthesis at a token is closed."""
        depth = 0
        for at in range(opened, len(self._tokens)):
            depth += {"(": 1, ")": -1}.get(self._tokens[at], 0)
            if not depth:
                return at
        return -1

    def _predicate(self) -> Test:
        self._operator()
        name = self.take()
        test, literals = _PREDICATES[name]
        self.take("(")
        path = self.path()
        if not literals:
            self.take(")")
            return lambda scope: test(path.within(scope))
        self.take(",")
        self._literal(self.next(), literals)
        other = self._term()
        self.take(")")
        return lambda scope: test(path.within(scope), other(scope))

    def _comparison(self) -> Test:
        first = self.next()
        term = self._term()
        sign = self.take(*_COMPARISONS, "BETWEEN", "IN").upper()
        self._operator()
        if sign == "BETWEEN":
            low_name = self.next()
            low = self._term()
            self.take("AND")
            high_name = self.next()
            high = self._term()
            self._bounds(low_name, high_name)
            return lambda scope: _compare("<=", low(scope), term(scope)) and _compare("<=", term(scope), high(scope))
        if sign == "IN":
            options = self._options()
            return lambda scope: any(equal(term(scope), option(scope)) for option in options)
        if sign not in {"=", "<>"}:
            for name in (first, self.next()):
                self._literal(name, ORDERED)
        other = self._term()
        return lambda scope: _compare(sign, term(scope), other(scope))

    def _options(self) -> list[Term]:
        self.take("(")
        options = [self._term()]
        while self.takes(","):
            options.append(self._term())
        self.take(")")
        if len(options) > _MOST_OPTIONS:
            raise Invalid("The IN operator is provided with too many operands")
        return options

    def _term(self) -> Term:
        if self.next().startswith(":"):
            name = self.take()
            return lambda scope: scope.values[name]
        if self.next() == "size":
            self._operator()
            self.take()
            self.take("(")
            measured = self.path()
            self.take(")")
            return lambda scope: _size(measured.within(scope))
        return self.path().within

    def _sum(self) -> Term:
        first_name, first = self.next(), self._operand()
        sign = self.takes("+", "-")
        if not sign:
            return lambda scope: _existing(first(scope))
        self._operator()
        for name in (first_name, self.next()):
            self._literal(name, ("N",))
        second = self._operand()
        return lambda scope: added(first(scope), second(scope), -1 if sign == "-" else 1)

    def _operand(self) -> Term:
        name = self.next()
        if name not in {"if_not_exists", "list_append"}:
            return self._term()
        self._operator()
        self.take()
        self.take("(")
        if name == "if_not_exists":
            path = self.path()
            self.take(",")
            otherwise = self._operand()
            self.take(")")
            return lambda scope: otherwise(scope) if path.within(scope) is None else path.within(scope)
        self._literal(self.next(), ("L",))
        first = self._operand()
        self.take(",")
        self._literal(self.next(), ("L",))
        second = self._operand()
        self.take(")")
        return lambda scope: {"L": [*_list(first(scope)), *_list(second(scope))]}

    def _name(self) -> str:
        token = self.take()
        if not (token.startswith("#") or token[0].isalpha()):
            raise Invalid(f"Syntax error; token: {token!r}")
        if token.upper() in _RESERVED:
            raise Invalid(f"Attribute name is a reserved keyword; reserved keyword: {token}")
        return token

    def _operator(self) -> None:
        self._operators += 1
        if self._operators > _MOST_OPERATORS:
            raise Invalid(f"The expression contains too many operators; max operator count: {_MOST_OPERATORS}")

    def _literal(self, name: str, kinds: tuple[str, ...]) -> None:
        """Refuse a literal of another type."""
        if not name.startswith(":"):
            return

        def check(values: Mapping[str, Value]) -> None:
            if values[name].keys().isdisjoint(kinds):
                raise Invalid(f"Incorrect operand type for operator or function; operand type: {list(values[name])}")

        self.checks.append(check)

    def _bounds(self, low: str, high: str) -> None:
        """Refuse two literals in the wrong order."""
        self._literal(low, ORDERED)
        self._literal(high, ORDERED)
        if not (low.startswith(":") and high.startswith(":")):
            return

        def check(values: Mapping[str, Value]) -> None:
            if values[low].keys() != values[high].keys() or comparable(values[low]) > comparable(values[high]):
                raise Invalid("The BETWEEN operator requires upper bound to be greater than or equal to lower bound")

        self.checks.append(check)


def _placed(container: Value, steps: tuple[str | int, ...], value: Value | None) -> Value:
    """A copy of a map or list with a value at a place, or without one if the value is None."""
    step, *rest = steps
    kind = "L" if isinstance(step, int) else "M"
    if kind not in container:
        raise Invalid("The document path provided in the update expression is invalid for update")
    copied: Any = container[kind].copy()
    exists = step < len(copied) if isinstance(step, int) else step in copied
    if rest:
        if not exists:
            raise Invalid("The document path provided in the update expression is invalid for update")
        copied[step] = _placed(copied[step], tuple(rest), value)
    elif value is None:
        if exists:
            del copied[step]
    elif isinstance(step, int) and not exists:
        copied.append(value)
    else:
        copied[step] = value
    return {kind: copied}


def _turn(steps: tuple[str | int, ...], value: Value | None) -> tuple[bool, int]:
    position = steps[-1] if isinstance(steps[-1], int) else 0
    return value is None, -position if value is None else position


def _existing(value: Value | None) -> Value:
    if value is None:
        raise Invalid("The provided expression refers to an attribute that does not exist in the item")
    return value


def _list(value: Value | None) -> list[Value]:
    if "L" not in _existing(value):
        raise Invalid("An operand in the update expression has an incorrect data type")
    found: list[Value] = _existing(value)["L"]
    return found


def _joined(before: Value | None, given: Value) -> Value:
    ((kind, content),) = given.items()
    if before is None:
        return given
    if kind not in before:
        raise Invalid("An operand in the update expression has an incorrect data type")
    if kind == "N":
        return added(before, given, 1)
    return {kind: [*before[kind], *(each for each in content if each not in before[kind])]}


def _without(before: Value | None, given: Value) -> Value | None:
    ((kind, content),) = given.items()
    if before is None:
        return None
    if kind not in before:
        raise Invalid("An operand in the update expression has an incorrect data type")
    left = [each for each in before[kind] if each not in content]
    return {kind: left} if left else None


def _compare(sign: str, one: Value | None, other: Value | None) -> bool:
    if sign == "=":
        return equal(one, other)
    if sign == "<>":
        return not equal(one, other)
    if one is None or other is None or one.keys() != other.keys() or one.keys().isdisjoint(ORDERED):
        return False
    return bool(_COMPARISONS[sign](comparable(one), comparable(other)))


def _contains(whole: Value | None, part: Value | None) -> bool:
    if whole is None or part is None:
        return False
    ((kind, content),), ((part_kind, wanted),) = whole.items(), part.items()
    if kind == "L":
        return any(equal(each, part) for each in content)
    return part_kind == kind[0] and kind in {"S", *SETS} and wanted in content


def _begins_with(value: Value | None, start: Value | None) -> bool:
    if value is None or start is None or value.keys() != start.keys() or value.keys().isdisjoint({"S", "B"}):
        return False
    return bool(comparable(value).startswith(comparable(start)))


def _size(value: Value | None) -> Value | None:
    if value is None or value.keys().isdisjoint({"S", "B", "M", "L", *SETS}):
        return None
    return {"N": str(len(comparable(value)))}


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, other: one == other,
    "<>": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}
_ANY = ("S", "N", "B", "BOOL", "NULL", "M", "L", *SETS)
# Each with the types of its second operand, if it has one.
_PREDICATES: dict[str, tuple[Callable[..., bool], tuple[str, ...]]] = {
    "attribute_exists": (lambda value: value is not None, ()),
    "attribute_not_exists": (lambda value: value is None, ()),
    "attribute_type": (lambda value, kind: value is not None and kind["S"] in value, ("S",)),
    "begins_with": (_begins_with, ("S", "B")),
    "contains": (_contains, _ANY),
}
