"""Deploys the template to the emulator, with the changes that this machine needs."""

import copy
import json
import re
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from local.artifacts import Artifact, Artifacts
from local.emulator import Emulator
from local.template import Template, functions, resources

STACK = "local"
BUCKET = "local-artifacts"
_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
_DEADLINE_SECONDS = 120.0
_POLL_SECONDS = 0.05
_EXECUTE_API = re.compile(
    r"(https|wss)://\$\{(\w+)\}\.execute-api\.\$\{AWS::Region\}\.(?:amazonaws\.com|\$\{AWS::URLSuffix\})"
)
_LOCAL_SCHEME = {"https": "http", "wss": "ws"}
_DISTRIBUTION = re.compile(r"https://\$\{(\w+)\.DomainName\}")


class DeploymentError(Exception):
    """The stack could not be deployed; the message is for the developer."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses on this machine, without a trailing slash."""

    http_api: str
    aws: str


def localised(
    template: Template, artifacts: Artifacts, addresses: Addresses, environment: Mapping[str, str]
) -> Template:
    """A copy of the template for this machine.

    Args:
        template: the project's, from `local.template.load`.
        artifacts: the built functions and layers.
        addresses: replace API Gateway's own addresses in the template.
        environment: additional variables for all functions.
    """
    local: Template = copy.deepcopy(template)
    for logical_id, _ in list(resources(local, "AWS::CloudWatch::Alarm")):
        del local["Resources"][logical_id]  # nobody needs alarms here, and there are no versions
    for logical_id, resource in resources(local, "AWS::Serverless::LayerVersion"):
        resource["Properties"]["ContentUri"] = _s3_uri(artifacts.layers[logical_id])
        resource["Properties"].pop("PublishLambdaVersion", None)
        resource.pop("Metadata", None)
    for logical_id, properties in functions(local):
        properties["CodeUri"] = _s3_uri(artifacts.functions[logical_id])
        properties.pop("DeploymentPreference", None)
        local["Resources"][logical_id].pop("Metadata", None)
    general = local.setdefault("Globals", {}).setdefault("Function", {})
    # Here a change applies at once: one version, no alias, no gradual deployment.
    for name in ("CodeUri", "AutoPublishAlias", "AutoPublishAliasAllProperties", "DeploymentPreference"):
        general.pop(name, None)
    general.setdefault("Environment", {}).setdefault("Variables", {}).update(environment)
    http_apis = set()
    for logical_id, resource in resources(local, "AWS::Serverless::HttpApi"):
        http_apis.add(logical_id)
        resource.get("Properties", {}).pop("DefinitionBody", None)  # the local gateway serves the routes
    buckets = {
        logical_id: resource["Properties"]["DistributionConfig"]["Origins"][0]["DomainName"]["Fn::GetAtt"][0]
        for logical_id, resource in resources(local, "AWS::CloudFront::Distribution")
    }
    with_addresses: Template = _without_aliases(_with_local_addresses(local, http_apis, addresses))
    without_distributions: Template = _with_buckets_for_distributions(with_addresses, buckets, addresses)
    return without_distributions


def deploy(emulator: Emulator, template: Template, artifacts: Artifacts, parameters: Mapping[str, str]) -> None:
    """Create the stack, or update it if it exists; an update keeps the tables' data.

    Raises:
        DeploymentError: with CloudFormation's reasons.
    """
    s3 = emulator.client("s3")
    if BUCKET not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket=BUCKET)
    body = Artifact.of("template", json.dumps(template, default=str).encode())
    uploads = {item.name: item.content for item in (*artifacts.functions.values(), *artifacts.layers.values(), body)}
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda item: s3.put_object(Bucket=BUCKET, Key=item[0], Body=item[1]), uploads.items()))
    cloudformation = emulator.client("cloudformation")
    arguments = {
        "StackName": STACK,
        # By address, because a template in the call itself may have at most 51,200 bytes.
        "TemplateURL": f"{emulator.endpoint}/{BUCKET}/{body.name}",
        "Parameters": [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
        "Capabilities": _CAPABILITIES,
    }
    try:
        if _status(cloudformation) is None:
            cloudformation.create_stack(**arguments)
        else:
            cloudformation.update_stack(**arguments)
    except ClientError as error:
        if "No updates are to be performed" in str(error):
            return
        raise DeploymentError(str(error)) from error
    _wait(cloudformation)


def physical_ids(emulator: Emulator) -> dict[str, str]:
    """The deployed resources' names by logical id; empty without a stack."""
    cloudformation = emulator.client("cloudformation")
    try:
        found = cloudformation.describe_stack_resources(StackName=STACK)["StackResources"]
    except ClientError:
        return {}
    return {item["LogicalResourceId"]: item.get("PhysicalResourceId", "") for item in found}


def function_environment(emulator: Emulator) -> dict[str, str]:
    """The variables of all deployed functions together: table names, the signing key's address and so on."""
    variables: dict[str, str] = {}
    for page in emulator.client("lambda").get_paginator("list_functions").paginate():
        for function in page["Functions"]:
            variables |= function.get("Environment", {}).get("Variables", {})
    variables.pop("POWERTOOLS_SERVICE_NAME", None)
    return variables


def _status(cloudformation: Any) -> str | None:
    try:
        return str(cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"])
    except ClientError:
        return None


def _wait(cloudformation: Any) -> None:
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while (status := _status(cloudformation)) is not None and status.endswith("_IN_PROGRESS"):
        if time.monotonic() > deadline:
            raise DeploymentError(f"the stack is {status} after {_DEADLINE_SECONDS:.0f} s")
        time.sleep(_POLL_SECONDS)
    if status not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
        events = cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
        reasons = [
            f"  {event['LogicalResourceId']}: {event['ResourceStatusReason']}"
            for event in reversed(events)
            if "FAILED" in event["ResourceStatus"] and event.get("ResourceStatusReason")
        ]
        raise DeploymentError("\n".join([f"the stack is {status}", *reasons]))


def _s3_uri(artifact: Artifact) -> str:
    return f"s3://{BUCKET}/{artifact.name}"


def _without_aliases(value: Any) -> Any:
    """The value with every function alias (`!Ref F.Alias`) replaced by the function's address."""
    if isinstance(value, list):
        return [_without_aliases(item) for item in value]
    if not isinstance(value, dict):
        return value
    reference = value.get("Ref")
    if len(value) == 1 and isinstance(reference, str) and reference.endswith(".Alias"):
        return {"Fn::GetAtt": [reference.removesuffix(".Alias"), "Arn"]}
    return {key: _without_aliases(item) for key, item in value.items()}


def _with_local_addresses(value: Any, http_apis: set[str], addresses: Addresses) -> Any:
    """The value with every API Gateway address replaced by the local one."""
    if isinstance(value, list):
        return [_with_local_addresses(item, http_apis, addresses) for item in value]
    if isinstance(value, str):
        return _EXECUTE_API.sub(lambda found: _local_address(found[2], found[1], http_apis, addresses), value)
    if not isinstance(value, dict):
        return value
    match value:
        case {"Fn::GetAtt": [str(api), "ApiEndpoint"]}:
            scheme = "https" if api in http_apis else "wss"
            return {"Fn::Sub": _local_address(api, scheme, http_apis, addresses)}
    return {key: _with_local_addresses(item, http_apis, addresses) for key, item in value.items()}


def _local_address(api: str, scheme: str, http_apis: set[str], addresses: Addresses) -> str:
    if api in http_apis:
        return addresses.http_api
    return f"{_LOCAL_SCHEME[scheme]}{addresses.aws.removeprefix('http')}/_aws/execute-api/${{{api}}}"


def _with_buckets_for_distributions(value: Any, buckets: Mapping[str, str], addresses: Addresses) -> Any:
    """The value with every distribution's address replaced by that of its bucket, which is reachable here."""
    if isinstance(value, list):
        return [_with_buckets_for_distributions(item, buckets, addresses) for item in value]
    if isinstance(value, str):
        return _DISTRIBUTION.sub(lambda found: f"{addresses.aws}/${{{buckets[found[1]]}}}", value)
    if not isinstance(value, dict):
        return value
    return {key: _with_buckets_for_distributions(item, buckets, addresses) for key, item in value.items()}
