"""Hot partitions: counted by the second, transactional writes twice."""

from typing import Any

import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.stub import Stubber

from bench.herd.traffic import Access, Heat, Traffic, hottest


def test_the_peak_is_the_fullest_second() -> None:
    times = [0.0, 0.4, 0.9, 1.3, 5.0, 5.1]
    accesses = [Access(at, "a", is_write=False, units=1) for at in times]
    accesses += [Access(9.0, "b", is_write=True, units=2), Access(9.5, "b", is_write=True, units=2)]

    assert hottest(accesses, 5) == [
        Heat("b", is_write=True, total=4, peak=4),
        Heat("a", is_write=False, total=6, peak=3),
    ]
    assert hottest(accesses, 1) == [Heat("b", is_write=True, total=4, peak=4)]


@pytest.fixture(scope="module")
def session() -> Any:
    return botocore.session.get_session()


@pytest.fixture
def client(session: Any) -> Any:
    """A separate client for each test, because listeners stay registered."""
    return session.create_client("dynamodb", region_name="us-east-1")


def test_a_start_is_noted_with_its_places_in_indexes(client: Any) -> None:
    traffic = Traffic({"attempts-1": "attempts"}, lambda: 7.0)
    traffic.listen(client)
    key = {"pk": {"S": "USER#42"}, "sk": {"S": "SITTING#7"}}
    values = {":a": {"S": "DUE#10"}, ":b": {"S": "7#2"}, ":c": {"S": "SITTING#42"}}
    with Stubber(client) as stub:
        stub.add_response("update_item", {})
        client.update_item(
            TableName="attempts-1",
            Key=key,
            UpdateExpression="SET a = :a, b = :b, c = :c",
            ExpressionAttributeValues=values,
        )

    assert {access.key for access in traffic.accesses} == {
        "attempts: USER#42",
        "attempts.due: DUE#10",
        "attempts.exam: 7#2",
    }
    assert all(access == Access(7.0, access.key, is_write=True, units=1) for access in traffic.accesses)


def test_a_transaction_counts_twice_and_a_failure_is_noted(client: Any) -> None:
    traffic = Traffic({"attempts-1": "attempts"}, lambda: 7.0)
    traffic.listen(client)
    put = {"Put": {"TableName": "attempts-1", "Item": {"pk": {"S": "STAT"}, "sk": {"S": "X"}}}}
    with Stubber(client) as stub:
        stub.add_response("transact_write_items", {})
        client.transact_write_items(TransactItems=[put])
        stub.add_client_error("put_item", "ConditionalCheckFailedException")
        with pytest.raises(client.exceptions.ClientError):
            client.put_item(TableName="attempts-1", Item=put["Put"]["Item"])

    assert [access.units for access in traffic.accesses] == [2, 1]
    assert traffic.failures == {"ConditionalCheckFailedException": 1}
    assert traffic.calls == {"TransactWriteItems": 1, "PutItem": 1}


def test_what_is_sent_again_is_a_retry(client: Any) -> None:
    traffic = Traffic({"t": "attempts"}, lambda: 7.0)
    traffic.listen(client)
    answers = iter([(500, b"{}"), (200, b"{}")])

    def answer(request: Any, **_: Any) -> AWSResponse:
        status, body = next(answers)
        return AWSResponse(request.url, status, {}, RawResponse(body))

    client.meta.events.register_last("before-send.dynamodb", answer)
    client.get_item(TableName="t", Key={"pk": {"S": "P"}, "sk": {"S": "S"}})

    assert (traffic.calls, traffic.retries) == ({"GetItem": 1}, 1)


class RawResponse:
    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self) -> Any:
        yield self._body
