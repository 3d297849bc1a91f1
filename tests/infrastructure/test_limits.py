"""AWS limits that the template approaches; otherwise only a failed deployment would tell."""

from collections import Counter

import pytest

from tests.infrastructure import stack

# A stack may have 500 resources. The rest is for the next features, and for what SAM adds to them.
MOST_RESOURCES = 400
MOST_POLICIES_PER_ROLE = 10
MOST_INTEGRATIONS_PER_API = MOST_ROUTES_PER_API = 300


def test_the_stack_has_room_for_more_resources() -> None:
    kinds = Counter(resource["Type"] for resource in stack.deployed().values())
    assert kinds.total() <= MOST_RESOURCES, kinds.most_common()


@pytest.mark.parametrize("function", stack.function_ids())
def test_a_role_takes_its_managed_policies(function: str) -> None:
    assert len(stack.role(function).get("ManagedPolicyArns", [])) <= MOST_POLICIES_PER_ROLE


def test_the_api_takes_its_routes() -> None:
    body = stack.deployed()["HttpApi"]["Properties"]["Body"]
    assert len(body["components"]["x-amazon-apigateway-integrations"]) <= MOST_INTEGRATIONS_PER_API
    assert sum(len(stack.routes(function)) for function in stack.function_ids()) <= MOST_ROUTES_PER_API
