"""Reads `template.yaml`, and what SAM makes of it for CloudFormation."""

import os
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from local import template
from local.gateway.routes import DEFAULT_ROUTE_KEY, Route, read_routes

ROOT = Path(__file__).parents[2]
Resource = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of an IAM policy, with lists where IAM allows a single value."""

    sid: str
    actions: tuple[str, ...]
    resources: tuple[Any, ...]
    condition: Mapping[str, Any]


@cache
def source() -> template.Template:
    """The template as it is written."""
    return template.load(ROOT / "template.yaml")


@cache
def deployed() -> dict[str, Resource]:
    """Resources by logical id as CloudFormation gets them: with the roles, permissions and routes that SAM adds."""
    document = deepcopy(source())
    for resource in document["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = {"Bucket": "code", "Key": "function"}
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            resource["Properties"]["ContentUri"] = {"Bucket": "code", "Key": "layer"}
    document["Globals"]["Function"].pop("CodeUri")
    with mock.patch.dict(os.environ, {"AWS_DEFAULT_REGION": "us-east-1"}):
        translated = Translator(managed_policy_map={}, sam_parser=Parser()).translate(document, parameter_values={})
    resources: dict[str, Resource] = translated["Resources"]
    return resources


def deployed_of(kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(logical id, properties) of every deployed resource of a type."""
    for logical_id, resource in deployed().items():
        if resource["Type"] == kind:
            yield logical_id, resource.get("Properties", {})


def function_ids() -> list[str]:
    """Logical ids of all functions, for parametrisation."""
    return [logical_id for logical_id, _ in template.functions(source())]


def package(function: str) -> str:
    """The folder of a function, which its handler names."""
    handler: str = source()["Resources"][function]["Properties"]["Handler"]
    return handler.partition(".")[0]


def events(function: str) -> dict[str, dict[str, Any]]:
    """A function's event sources, by logical id."""
    declared: dict[str, dict[str, Any]] = source()["Resources"][function]["Properties"].get("Events", {})
    return declared


@cache
def _routes() -> list[Route]:
    return read_routes(source(), template.Resolver(source(), {}, "us-east-1"))


def routes(function: str) -> list[tuple[str, str]]:
    """(method, path) of a function's HTTP routes, as in the template."""
    return [(route.method, route.path or DEFAULT_ROUTE_KEY) for route in _routes() if route.function == function]


def environment(function: str) -> set[str]:
    """Names of the variables that a function has besides those of all functions."""
    return set(source()["Resources"][function]["Properties"].get("Environment", {}).get("Variables", {}))


def role(function: str) -> dict[str, Any]:
    """Properties of the role that a function runs under."""
    role_id = deployed()[function]["Properties"]["Role"]["Fn::GetAtt"][0]
    properties: dict[str, Any] = deployed()[role_id]["Properties"]
    return properties


def aws_policies(function: str) -> list[str]:
    """Names of AWS's own policies in a function's role."""
    arns = [_text(arn) for arn in role(function).get("ManagedPolicyArns", []) if "Ref" not in arn]
    return [arn.rsplit("/", 1)[-1] for arn in arns]


@cache
def statements(function: str, effect: str = "Allow") -> tuple[Statement, ...]:
    """All statements of our own policies for a function: its own, shared ones and those attached to its role."""
    documents = [policy["PolicyDocument"] for policy in role(function).get("Policies", [])]
    shared = (arn["Ref"] for arn in role(function).get("ManagedPolicyArns", []) if "Ref" in arn)
    documents += [deployed()[policy]["Properties"]["PolicyDocument"] for policy in shared]
    mine = {"Ref": deployed()[function]["Properties"]["Role"]["Fn::GetAtt"][0]}
    attached = (properties for _, properties in deployed_of("AWS::IAM::Policy"))
    documents += [properties["PolicyDocument"] for properties in attached if mine in properties["Roles"]]
    every = [written for document in documents for written in _listed(document["Statement"])]
    return tuple(_statement(written) for written in every if written["Effect"] == effect)


def _statement(written: Mapping[str, Any]) -> Statement:
    return Statement(
        sid=written.get("Sid", ""),
        actions=tuple(_listed(written["Action"])),
        resources=tuple(_listed(written["Resource"])),
        condition=written.get("Condition", {}),
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    if isinstance(value, dict):
        (argument,) = value.values()
        return argument if isinstance(argument, str) else "".join(str(part) for part in argument[1])
    return str(value)
