"""The six tables as `template.yaml` declares them, on moto or on a real engine."""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import boto3

from local import template

ROOT = Path(__file__).parents[2]


@cache
def definitions() -> dict[str, dict[str, Any]]:
    """Arguments of CreateTable by context (`identity`, `ephemeral`, ...), without the name."""
    found: dict[str, dict[str, Any]] = {}
    for logical_id, resource in template.load(ROOT / "template.yaml")["Resources"].items():
        if resource["Type"] == "AWS::DynamoDB::Table":
            properties = resource["Properties"]
            wanted = (
                "AttributeDefinitions",
                "KeySchema",
                "LocalSecondaryIndexes",
                "GlobalSecondaryIndexes",
                "BillingMode",
            )
            found[logical_id.removesuffix("Table").lower()] = {
                name: _without_warmth(properties[name]) for name in wanted if name in properties
            }
    return found


def _without_warmth(value: Any) -> Any:
    """The same without the prepared throughput of indexes, which depends on the deployed stack's parameters."""
    if not isinstance(value, list):
        return value
    return [{key: each for key, each in item.items() if key != "WarmThroughput"} for item in value]


def create_tables(client: Any, suffix: str) -> dict[str, str]:
    """Create every table; returns the environment variables that name them."""
    environment = {}
    for context, arguments in definitions().items():
        name = f"{context}-{suffix}"
        client.create_table(TableName=name, **arguments)
        environment[f"{context.upper()}_TABLE"] = name
    return environment


def named_tables() -> dict[str, str]:
    """The variables that name the tables, as functions have them now."""
    return {variable: os.environ[variable] for variable in (f"{context.upper()}_TABLE" for context in definitions())}


def delete_tables(client: Any, environment: dict[str, str]) -> None:
    """Remove the tables again."""
    for name in environment.values():
        client.delete_table(TableName=name)


def everything(client: Any, environment: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    """Every item of every table, by context, to check that nothing is left of something."""
    found: dict[str, list[dict[str, Any]]] = {}
    for variable, name in environment.items():
        pages = client.get_paginator("scan").paginate(TableName=name)
        found[variable.removesuffix("_TABLE").lower()] = [item for page in pages for item in page["Items"]]
    return found


def stored_items(name: str) -> Iterator[dict[str, Any]]:
    """Every item of one table on any engine; the product's own client has no scan."""
    for page in _scanner(os.environ.get("AWS_ENDPOINT_URL_DYNAMODB")).paginate(TableName=name):
        yield from page["Items"]


@cache
def _scanner(endpoint: str | None) -> Any:
    return boto3.client("dynamodb", endpoint_url=endpoint).get_paginator("scan")
