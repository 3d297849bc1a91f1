"""Every function has the rights that it needs, and no more."""

import re
from typing import Any

import pytest

from tests.infrastructure import stack
from tests.infrastructure.iam import refusals

FUNCTIONS = stack.function_ids()

# Policies of AWS's own, which SAM adds, and why each is acceptable
AWS_POLICIES = {
    "AWSLambdaBasicExecutionRole": "writing logs",
    "AWSXrayWriteOnlyAccess": "writing traces",
    "AWSLambdaDynamoDBExecutionRole": "Lambda's poller reads the stream with the function's role",
    "AWSLambdaSQSQueueExecutionRole": "Lambda's poller takes messages with the function's role",
}
# Actions without resources, for which IAM accepts only "*". None so far.
WITHOUT_RESOURCE: dict[str, str] = {}

# Actions on what no template can name, with what it can name around it
UNNAMED = {"execute-api:ManageConnections": "connections come and go"}

TABLES = {
    "IdentityTable": "IDENTITY_TABLE",
    "EphemeralTable": "EPHEMERAL_TABLE",
    "CatalogTable": "CATALOG_TABLE",
    "AttemptsTable": "ATTEMPTS_TABLE",
    "MessagingTable": "MESSAGING_TABLE",
    "DiscussionsTable": "DISCUSSIONS_TABLE",
}


def _names(resource: Any) -> str:
    """The logical id that a statement's resource begins with."""
    ours = re.sub(r"\$\{AWS::\w+\}|AWS::\w+|Fn::If': \['\w+'|Fn::GetAtt|Fn::Sub|Ref", "", str(resource))
    found = re.search(r"[A-Z]\w+", ours)
    assert found, resource
    return found[0]


def _tables(function: str) -> set[str]:
    granted = {_names(resource) for item in stack.statements(function) for resource in item.resources}
    return granted & set(TABLES)


@pytest.mark.parametrize("function", FUNCTIONS)
class TestEveryFunction:
    def test_may_not_scan(self, function: str) -> None:
        actions = {action for item in stack.statements(function) for action in item.actions}
        assert not [action for action in actions if "scan" in action.lower() or "partiql" in action.lower()]

    def test_names_each_action(self, function: str) -> None:
        for item in stack.statements(function):
            for action in item.actions:
                assert re.fullmatch(r"[a-z0-9-]+:[A-Za-z]+", action), (item.sid, action)

    def test_names_each_resource(self, function: str) -> None:
        for item in stack.statements(function):
            if not set(item.actions) <= {*WITHOUT_RESOURCE, *UNNAMED}:
                # Objects have no names of their own in a template: all under a prefix of one of its buckets
                named = [re.sub(r"/(uploads|images|jobs|sheets)/\*", "", str(resource)) for resource in item.resources]
                assert not [resource for resource in named if "*" in resource], item.sid

    def test_only_names_resources_of_this_stack(self, function: str) -> None:
        for item in stack.statements(function):
            for resource in item.resources:
                assert _names(resource) in stack.deployed(), (item.sid, resource)

    def test_has_no_policies_of_aws_but_these(self, function: str) -> None:
        assert set(stack.aws_policies(function)) <= set(AWS_POLICIES)

    def test_gets_only_the_tables_it_may_touch(self, function: str) -> None:
        told = {table for table, variable in TABLES.items() if variable in stack.environment(function)}
        assert told == _tables(function)

    def test_can_distinguish_a_missing_file_from_a_forbidden_one(self, function: str) -> None:
        def buckets(action: str) -> set[str]:
            found = (item for item in stack.statements(function) if action in item.actions)
            return {_names(resource) for item in found for resource in item.resources}

        # If a function may not list a bucket, S3 answers 403 instead of 404 for missing objects.
        assert buckets("s3:GetObject") == buckets("s3:ListBucket")

    def test_reads_the_signing_key_if_and_only_if_it_serves_users(self, function: str) -> None:
        reads = any(
            "secretsmanager:GetSecretValue" in item.actions and _names(item.resources[0]) == "JwtSecret"
            for item in stack.statements(function)
        )
        serves = bool(stack.routes(function)) or function == "ChatWsFunction"
        assert reads == (serves and function != "DocsFunction")


def test_ids_are_reserved_without_a_right_to_change_users() -> None:
    for function in FUNCTIONS:
        for item in stack.statements(function):
            if item.sid == "ReserveIds":
                assert item.condition == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["COUNTER#*"]}}


def test_students_functions_touch_papers_but_no_lists_or_categories() -> None:
    for function in ("ExamsFunction", "ResultsFunction"):
        for item in stack.statements(function):
            writes = {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"} & set(item.actions)
            if writes and any(_names(resource) == "CatalogTable" for resource in item.resources):
                keys = set(item.condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"])
                assert keys <= {"PAPERS#*", "PAPER#*", "KEY#*", "CARD#*"}, item.sid


def test_resource_policies_allow_no_other_account() -> None:
    for queue_policy, properties in stack.deployed_of("AWS::SQS::QueuePolicy"):
        for statement in properties["PolicyDocument"]["Statement"]:
            assert statement["Principal"] != "*", queue_policy
            assert statement["Condition"], queue_policy


@pytest.mark.parametrize("function", [each for each in stack.function_ids() if stack.statements(each, "Deny")])
def test_nobody_changes_or_deletes_an_entry_of_the_audit_log(function: str) -> None:
    environment = {"IDENTITY_TABLE": "identity"}
    key = {"pk": {"S": "AUDIT"}, "sk": {"S": "1"}}
    for operation in ("UpdateItem", "DeleteItem"):
        assert refusals(function, operation, {"TableName": "identity", "Key": key}, environment)
    requests = {"identity": [{"DeleteRequest": {"Key": key}}]}
    assert refusals(function, "BatchWriteItem", {"RequestItems": requests}, environment)


def test_every_function_that_may_write_accounts_is_denied_the_audit_log() -> None:
    written = {"dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"}
    table = {"Fn::GetAtt": ["IdentityTable", "Arn"]}
    for function in stack.function_ids():
        may_write = any(
            table in item.resources and written & set(item.actions) and not item.condition
            for item in stack.statements(function)
        )
        assert not may_write or stack.statements(function, "Deny"), function
