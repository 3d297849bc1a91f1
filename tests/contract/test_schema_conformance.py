"""Random calls, generated from the API's description: every answer must be as described."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from local.stack import LocalStack
from tests.conftest import local_layout
from tests.contract.client import ADMIN, STUDENTS, Client
from tools.openapi import document

pytestmark = pytest.mark.contract

CALLS = 3  # per operation and kind: all of them within a minute
SECONDS = 20
DESCRIPTION: Any = schemathesis.openapi.from_dict(document.build())
KINDS = {"fitting": GenerationMode.POSITIVE, "unfitting": GenerationMode.NEGATIVE}
CALLABLE = [
    pytest.param(operation, mode, id=f"{operation.label}-{kind}")
    for operation in (found.ok() for found in DESCRIPTION.get_all_operations())
    for kind, mode in KINDS.items()
    # If nothing is sent, nothing can be invalid.
    if kind == "fitting" or {"parameters", "requestBody"} & operation.definition.raw.keys()
]

load_all_checks()
# Not `not_a_server_error`: an unconfigured service is a described 503.
CONFORMING = ("status_code_conformance", "content_type_conformance", "response_schema_conformance")


@pytest.fixture(scope="module", name="crowd")
def _crowd() -> Iterator[dict[str, Client]]:
    """Clients by who may call an operation, with their own stack, because random calls change everything."""
    with LocalStack(layout=local_layout()) as stack:
        anonymous = Client(stack.base_url)
        student = anonymous.signed_in(*STUDENTS[0])
        yield {
            "public": anonymous,
            "user": student,
            # Another one, because these calls may delete the account.
            "auth": anonymous.signed_in(*STUDENTS[1]),
            "admin": anonymous.signed_in(*ADMIN),
        }
        anonymous.close()


@pytest.mark.parametrize(("operation", "mode"), CALLABLE)
def test_answers_as_described(operation: Any, mode: GenerationMode, crowd: dict[str, Client]) -> None:
    client = crowd[operation.definition.raw["x-access"]]
    headers = {"Accept": "application/json"}
    if client.token:
        headers["Authorization"] = f"Bearer {client.token}"

    @settings(
        max_examples=CALLS,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def every_answer_is_described(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=mode))
        answer = case.call(base_url=client.base_url, headers=headers, timeout=SECONDS, allow_redirects=False)
        case.validate_response(answer, checks=CHECKS.get_by_names(CONFORMING))
        assert answer.status_code != HTTPStatus.INTERNAL_SERVER_ERROR, answer.text

    every_answer_is_described()
