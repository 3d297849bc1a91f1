"""`iam` evaluates policies like AWS, as far as ours need."""

from typing import Any

import botocore.session
import pytest
from botocore.stub import Stubber

from exams.app import lambda_handler as exams
from smartexam.platform.dynamodb import engine
from tests.factories.clock import FrozenClock
from tests.factories.events import send
from tests.factories.users import access_token, create_user
from tests.infrastructure import iam
from tests.infrastructure.iam import enforced, refusals, roles_enforced

ENVIRONMENT = {"IDENTITY_TABLE": "people", "EPHEMERAL_TABLE": "sessions", "ATTEMPTS_TABLE": "sittings"}


def _key(pk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": "x"}}


def _ask(function: str, operation: str, **arguments: Any) -> list[str]:
    return refusals(function, operation, arguments, ENVIRONMENT)


class TestSingleItems:
    def test_what_is_granted_is_allowed(self) -> None:
        assert _ask("ExamsFunction", "UpdateItem", TableName="sittings", Key=_key("USER#1")) == []

    def test_what_is_not_granted_is_refused(self) -> None:
        assert _ask("DocsFunction", "GetItem", TableName="people", Key=_key("USER#1")) == [
            "GetItem on IdentityTable of USER#1"
        ]

    def test_a_condition_on_the_key_binds(self) -> None:
        assert _ask("ExamsFunction", "UpdateItem", TableName="people", Key=_key("COUNTER#attempt")) == []
        assert _ask("ExamsFunction", "UpdateItem", TableName="people", Key=_key("USER#1")) != []


class TestQueries:
    def _query(self, function: str, index: str | None, hash_key: str) -> list[str]:
        return _ask(
            function,
            "Query",
            TableName="sittings",
            **({"IndexName": index} if index else {}),
            KeyConditionExpression="(#0 = :0 AND #1 <= :1)",
            ExpressionAttributeValues={":0": {"S": hash_key}, ":1": {"N": "1"}},
        )

    def test_an_index_has_rights_of_its_own(self) -> None:
        assert self._query("AttemptSweeperFunction", "due", "DUE#1") == []
        assert self._query("AttemptSweeperFunction", "exam", "7#1") == ["Query on AttemptsTable/index/exam of 7#1"]

    def test_rights_on_an_index_are_none_on_the_table(self) -> None:
        assert self._query("ExamEraserFunction", None, "USER#1") != []


class TestManyItems:
    def test_every_item_of_a_transaction_counts(self) -> None:
        update = {"Update": {"TableName": "sittings", "Key": _key("USER#1"), "UpdateExpression": "SET a = b"}}
        put = {"Put": {"TableName": "people", "Item": _key("USER#1")}}
        assert _ask("ExamsFunction", "TransactWriteItems", TransactItems=[update, put]) == [
            "PutItem on IdentityTable of USER#1"
        ]

    def test_every_item_of_a_batch_counts(self) -> None:
        request = {"sittings": [{"DeleteRequest": {"Key": _key("USER#1")}}]}
        assert _ask("ExamEraserFunction", "BatchWriteItem", RequestItems=request) == []
        assert _ask("ResultsFunction", "BatchWriteItem", RequestItems=request) != []

    def test_reading_in_batches_is_a_right_of_its_own(self) -> None:
        keys = {"people": {"Keys": [_key("USER#1")]}}
        assert _ask("AuthFunction", "BatchGetItem", RequestItems=keys) == ["BatchGetItem on IdentityTable of USER#1"]


def test_a_block_of_calls_is_judged_at_its_end() -> None:
    client = botocore.session.get_session().create_client("dynamodb", region_name="us-east-1")
    with Stubber(client) as stubber:
        stubber.add_response("get_item", {})
        with (
            pytest.raises(AssertionError, match="DocsFunction: GetItem"),
            enforced("DocsFunction", client, ENVIRONMENT),
        ):
            client.get_item(TableName="people", Key=_key("USER#1"))


def test_a_handler_is_held_to_its_role_and_a_test_is_not(
    tables: dict[str, str], clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exams.app.api.clock", clock)
    client = engine.connection().client
    with roles_enforced(client):
        token = access_token(create_user())
        assert send(exams, "GET", "/api/exams", token=token).status == 200
    monkeypatch.setattr(iam, "_is_allowed", lambda *_: False)
    with pytest.raises(AssertionError, match="ExamsFunction: Query on CatalogTable"), roles_enforced(client):
        send(exams, "GET", "/api/exams", token=token)
