"""What a function's policies would say to a call to DynamoDB: neither moto nor the emulator asks them."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from tests.infrastructure import stack
from tests.infrastructure.stack import Statement

_TRANSACTION_ACTIONS = {
    "ConditionCheck": "ConditionCheckItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "Get": "GetItem",
}
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
    """Fail at the end of the block if a call in it is one that the deployed function may not make.

    Args:
        function: logical id, such as `ExamsFunction`.
        client: the botocore client that the code under test calls DynamoDB with.
        environment: the tables' physical names by variable (`CATALOG_TABLE`).
    """
    refused: list[str] = []

    def ask(params: Mapping[str, Any], model: Any, **_: object) -> None:
        refused.extend(refusals(function, model.name, params, environment))

    client.meta.events.register("before-parameter-build.dynamodb", ask)
    try:
        yield
    finally:
        client.meta.events.unregister("before-parameter-build.dynamodb", ask)
    assert not refused, f"{function} may not: {sorted(set(refused))}"


def refusals(function: str, operation: str, arguments: Mapping[str, Any], environment: Mapping[str, str]) -> list[str]:
    """What of a call the function's policies do not allow, in words; empty if all is allowed."""
    tables = {name: f"{variable.removesuffix('_TABLE').capitalize()}Table" for variable, name in environment.items()}
    granted = stack.statements(function)
    return [
        str(access)
        for access in _accesses(operation, arguments, tables)
        if not any(_allows(statement, access) for statement in granted)
    ]


def _accesses(operation: str, arguments: Mapping[str, Any], tables: Mapping[str, str]) -> Iterator[Access]:
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
    # The hash key is the one compared for equality, and by our convention the first.
    found = _HASH_KEY.search(arguments["KeyConditionExpression"])
    assert found, arguments["KeyConditionExpression"]
    value: str = arguments["ExpressionAttributeValues"][found[2]]["S"]
    return value


def _allows(statement: Statement, access: Access) -> bool:
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
    assert operator == "ForAllValues:StringLike", f"{operator} is not known here"
    assert set(condition) == {"dynamodb:LeadingKeys"}, f"{set(condition)} is not known here"
    return any(fnmatchcase(access.leading_key, pattern) for pattern in condition["dynamodb:LeadingKeys"])
