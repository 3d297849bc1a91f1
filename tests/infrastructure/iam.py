"""Evaluates functions' policies for calls to DynamoDB, because neither moto nor the emulator does."""

import gc
import re
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from types import FrameType
from typing import Any

from smartexam.api import Api
from tests.factories.tables import named_tables
from tests.infrastructure import stack
from tests.infrastructure.stack import Statement

_TRANSACTION_ACTIONS = {
    "ConditionCheck": "ConditionCheckItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "Get": "GetItem",
}
_collecting = threading.Lock()
_HASH_KEY = re.compile(r"(#?\w+) = (:\w+)")


@dataclass(frozen=True, slots=True)
class Access:
    """One item or partition that a call touches; `leading_key` is the hash key's value."""

    action: str
    table: str
    index: str | None
    leading_key: str

    def __str__(self) -> str:
        place = f"{self.table}/index/{self.index}" if self.index else self.table
        return f"{self.action} on {place} of {self.leading_key}"


@contextmanager
def enforced(function: str, client: Any, environment: Mapping[str, str]) -> Iterator[None]:
    """Fail at the end of the block if the deployed function may not make one of its calls.

    Args:
        function: logical id, such as `ExamsFunction`.
        client: the botocore client with which the tested code calls DynamoDB.
        environment: the tables' names by variable (`CATALOG_TABLE`).
    """
    with _judged(client, lambda: function, lambda: environment):
        yield


@contextmanager
def roles_enforced(client: Any) -> Iterator[None]:
    """Fail at the end of the block if a function made a call that its role does not allow.

    A call belongs to the function whose `lambda_handler` is nearest on the stack, unless a test's own code is nearer.

    Args:
        client: the botocore client with which functions call DynamoDB.
    """
    with _judged(client, _caller, named_tables):
        yield


@contextmanager
def _judged(
    client: Any, caller: Callable[[], str | None], environment: Callable[[], Mapping[str, str]]
) -> Iterator[None]:
    refused: set[str] = set()

    def judge(params: Mapping[str, Any], model: Any, **_: object) -> None:
        if function := caller():
            refused.update(f"{function}: {each}" for each in refusals(function, model.name, params, environment()))

    client.meta.events.register("before-parameter-build.dynamodb", judge)
    try:
        yield
    finally:
        client.meta.events.unregister("before-parameter-build.dynamodb", judge)
    assert not refused, f"roles do not allow: {sorted(refused)}"


def _caller() -> str | None:
    found = _nearest(sys._getframe())
    if found is None and threading.current_thread() is not threading.main_thread():
        # A worker of a pool, whose work the handler awaits.
        found = _nearest(_frame_of_main_thread())
    return found or None


def _frame_of_main_thread() -> FrameType:
    # A garbage collection within `_current_frames` may let another thread run, which hangs if it starts a thread:
    # https://github.com/python/cpython/issues/106883
    with _collecting:
        gc.disable()
        try:
            return sys._current_frames()[threading.main_thread().ident or 0]
        finally:
            gc.enable()


def _nearest(frame: FrameType | None) -> str | None:
    while frame is not None:
        if frame.f_code is Api.handler.__code__:
            return _functions().get(frame.f_locals["self"].group, "")
        owner = _owner(frame.f_code.co_filename)
        if owner is not None:
            return owner
        frame = frame.f_back
    return None


@cache
def _owner(file: str) -> str | None:
    """The function whose handler a file contains; "" for a test's file; None for other files."""
    if file == __file__ or not file.startswith(f"{stack.ROOT}/"):
        return None
    folder, _, rest = file.removeprefix(f"{stack.ROOT}/").partition("/")
    if folder == "tests":
        return ""
    package, _, module = rest.partition("/")
    return _functions()[package] if folder == "functions" and module == "app.py" else None


@cache
def _functions() -> dict[str, str]:
    return {stack.package(function): function for function in stack.function_ids()}


def refusals(function: str, operation: str, arguments: Mapping[str, Any], environment: Mapping[str, str]) -> list[str]:
    """What a function's policies do not allow of a call, in words; empty if everything is allowed."""
    tables = {name: f"{variable.removesuffix('_TABLE').capitalize()}Table" for variable, name in environment.items()}
    return [str(access) for access in accesses(operation, arguments, tables) if not _is_allowed(function, access)]


# Ids start at 1 in every test, so most tests access the same few partitions.
@lru_cache(maxsize=10_000)
def _is_allowed(function: str, access: Access) -> bool:
    granted, denied = stack.statements(function), stack.statements(function, "Deny")
    return any(_matches(statement, access) for statement in granted) and not any(
        _matches(statement, access) for statement in denied
    )


def accesses(operation: str, arguments: Mapping[str, Any], tables: Mapping[str, str]) -> Iterator[Access]:
    """What a call touches; `tables` are logical ids by physical name."""
    if operation in {"TransactWriteItems", "TransactGetItems"}:
        for entry in arguments["TransactItems"]:
            ((verb, part),) = entry.items()
            yield Access(_TRANSACTION_ACTIONS[verb], tables[part["TableName"]], None, _hash_of(part))
    elif operation == "BatchGetItem":
        for name, request in arguments["RequestItems"].items():
            for key in request["Keys"]:
                yield Access(operation, tables[name], None, key["pk"]["S"])
    elif operation == "BatchWriteItem":
        for name, requests in arguments["RequestItems"].items():
            for request in requests:
                (part,) = request.values()
                yield Access(operation, tables[name], None, _hash_of(part))
    else:
        leading_key = _hash_of_query(arguments) if operation == "Query" else _hash_of(arguments)
        yield Access(operation, tables[arguments["TableName"]], arguments.get("IndexName"), leading_key)


def _hash_of(arguments: Mapping[str, Any]) -> str:
    key = arguments["Key"] if "Key" in arguments else arguments["Item"]
    value: str = key["pk"]["S"]
    return value


def _hash_of_query(arguments: Mapping[str, Any]) -> str:
    # The hash key is compared for equality and, by our convention, comes first.
    found = _HASH_KEY.search(arguments["KeyConditionExpression"])
    assert found, arguments["KeyConditionExpression"]
    value: str = arguments["ExpressionAttributeValues"][found[2]]["S"]
    return value


def _matches(statement: Statement, access: Access) -> bool:
    return (
        f"dynamodb:{access.action}" in statement.actions
        and any(_covers(resource, access) for resource in statement.resources)
        and all(_holds(operator, condition, access) for operator, condition in statement.condition.items())
    )


def _covers(resource: Any, access: Access) -> bool:
    if access.index is None:
        return bool(resource == {"Fn::GetAtt": [access.table, "Arn"]})
    return bool(resource == {"Fn::Sub": f"${{{access.table}.Arn}}/index/{access.index}"})


def _holds(operator: str, condition: Mapping[str, list[str]], access: Access) -> bool:
    assert operator in {"ForAllValues:StringLike", "ForAnyValue:StringLike"}, f"{operator} is not known here"
    assert set(condition) == {"dynamodb:LeadingKeys"}, f"{set(condition)} is not known here"
    return any(fnmatchcase(access.leading_key, pattern) for pattern in condition["dynamodb:LeadingKeys"])
