"""The client behaves like botocore's: attempts, errors, credentials, events; with scripted answers."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.credentials import RefreshableCredentials
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ReadTimeoutError,
)

from smartexam.platform.aws.client import DYNAMODB, SECRETS_MANAGER, SQS, JsonClient, Service
from smartexam.platform.aws.transport import Answer

Step = Answer | Exception
TABLE = {"TableName": "people"}


def answer(body: Any, status: int = 200, **headers: str) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, content)


def refusal(code: str, status: int = 400, **fields: Any) -> Answer:
    body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "in words", **fields}
    return answer(body, status, x_amzn_requestid="the-request")


class Script:
    """Answers requests in order and records them; the last answer is repeated."""

    def __init__(self, client: JsonClient, *steps: Step) -> None:
        self.requests: list[AWSPreparedRequest] = []
        self._steps = list(steps)
        client.meta.events.register_first("before-send", self._answer)

    def _answer(self, request: AWSPreparedRequest, **_: Any) -> Answer:
        self.requests.append(request)
        step = self._steps.pop(0) if len(self._steps) > 1 else self._steps[0]
        if isinstance(step, Exception):
            raise step
        return step

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """What was sent."""
        return [json.loads(request.body) for request in self.requests]


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits between attempts, which take no time here."""
    waited: list[float] = []
    monkeypatch.setattr("smartexam.platform.aws.client.time.sleep", waited.append)
    return waited


@pytest.fixture
def client(waits: list[float]) -> JsonClient:
    return JsonClient(DYNAMODB, "us-east-1", connect_timeout=1, read_timeout=1)


class TestWhatIsSent:
    def test_is_json_for_an_operation(self, client: JsonClient) -> None:
        script = Script(client, answer({}))
        client.call("GetItem", {**TABLE, "Key": {"pk": {"S": "a"}}})

        (request,) = script.requests
        assert (request.method, request.url) == ("POST", "https://dynamodb.us-east-1.amazonaws.com/")
        assert request.headers["X-Amz-Target"] == "DynamoDB_20120810.GetItem"
        assert request.headers["Content-Type"] == "application/x-amz-json-1.0"
        assert script.bodies == [{"TableName": "people", "Key": {"pk": {"S": "a"}}}]

    def test_speaks_to_other_services(self, waits: list[float]) -> None:
        client = JsonClient(SECRETS_MANAGER, "eu-west-1", connect_timeout=1, read_timeout=1)
        script = Script(client, answer({"SecretString": "x"}))

        assert client.call("GetSecretValue", {"SecretId": "arn"}) == {"SecretString": "x"}
        assert script.requests[0].url == "https://secretsmanager.eu-west-1.amazonaws.com/"
        assert script.requests[0].headers["X-Amz-Target"] == "secretsmanager.GetSecretValue"
        assert script.requests[0].headers["Content-Type"] == "application/x-amz-json-1.1"

    def test_has_bytes_as_base64(self, client: JsonClient) -> None:
        script = Script(client, answer({}))
        client.call("PutItem", {**TABLE, "Item": {"pk": {"S": "a"}, "content": {"B": b"\x00\xff"}}})

        assert script.bodies[0]["Item"]["content"] == {"B": "AP8="}

    def test_a_transaction_has_one_token_for_all_its_attempts(self, client: JsonClient) -> None:
        script = Script(client, refusal("InternalServerError", 500), answer({}), answer({}))
        arguments: dict[str, Any] = {"TransactItems": []}
        client.call("TransactWriteItems", arguments)
        client.call("TransactWriteItems", arguments)
        client.call("TransactWriteItems", {**arguments, "ClientRequestToken": "mine"})

        first, repeated, second, given = (body["ClientRequestToken"] for body in script.bodies)
        assert first == repeated
        assert len({first, second, given}) == 3
        assert given == "mine"
        assert arguments == {"TransactItems": []}


class TestWhatComesBack:
    def test_is_the_answer(self, client: JsonClient) -> None:
        body = {"Item": {"pk": {"S": '"B":'}, "n": {"N": "1"}}}
        Script(client, answer(body))
        assert client.call("GetItem", TABLE) == body

    def test_has_base64_as_bytes(self, client: JsonClient) -> None:
        text = base64.b64encode(b"\x00\xff").decode()
        inner = {"M": {"B": {"L": [{"B": text}, {"S": text}]}, "BS": {"BS": [text]}, "S": {"S": "B"}}}
        Script(client, answer({"Items": [{"B": {"S": text}, "inner": inner}]}))

        assert client.call("Query", TABLE)["Items"] == [
            {
                "B": {"S": text},
                "inner": {
                    "M": {
                        "B": {"L": [{"B": b"\x00\xff"}, {"S": text}]},
                        "BS": {"BS": [b"\x00\xff"]},
                        "S": {"S": "B"},
                    }
                },
            }
        ]

    def test_is_checked_against_its_checksum(self, client: JsonClient, waits: list[float]) -> None:
        content = b'{"Item":{}}'
        Script(client, answer(content, x_amz_crc32="1"), answer(content, x_amz_crc32=str(crc32(content))))

        assert client.call("GetItem", TABLE) == {"Item": {}}
        assert len(waits) == 1

    @pytest.mark.parametrize("broken", [answer(b'{"Item":{}}', x_amz_crc32="1"), answer(b'{"Item'), answer(b"\xff")])
    def test_that_stays_broken_is_unavailable(self, client: JsonClient, broken: Answer) -> None:
        script = Script(client, broken)
        with pytest.raises(HTTPClientError):
            client.call("GetItem", TABLE)
        assert len(script.requests) == 3


class TestRefusals:
    def test_have_botocores_shape(self, client: JsonClient) -> None:
        item = {"pk": {"S": "a"}, "content": {"B": "AP8="}}
        Script(client, refusal("ConditionalCheckFailedException", Item=item))
        with pytest.raises(ClientError) as refused:
            client.call("PutItem", {**TABLE, "Item": item})

        response = refused.value.response
        assert response["Error"] == {"Code": "ConditionalCheckFailedException", "Message": "in words"}
        assert response["Item"] == {"pk": {"S": "a"}, "content": {"B": b"\x00\xff"}}
        assert response["ResponseMetadata"]["HTTPStatusCode"] == 400
        assert response["ResponseMetadata"]["RequestId"] == "the-request"
        assert refused.value.operation_name == "PutItem"

    def test_say_how_often_the_call_was_repeated(self, client: JsonClient) -> None:
        lost = ReadTimeoutError(endpoint_url="https://dynamodb.us-east-1.amazonaws.com/")
        Script(client, lost, refusal("ConditionalCheckFailedException"))
        with pytest.raises(ClientError) as refused:
            client.call("PutItem", {**TABLE, "Item": {"pk": {"S": "a"}}})

        assert refused.value.response["ResponseMetadata"]["RetryAttempts"] == 1

    def test_of_transactions_come_with_their_reasons(self, client: JsonClient) -> None:
        reasons = [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Item": {"pk": {"S": "a"}}}]
        script = Script(client, refusal("TransactionCanceledException", CancellationReasons=reasons))
        with pytest.raises(ClientError) as refused:
            client.call("TransactWriteItems", {"TransactItems": []})

        assert refused.value.response["CancellationReasons"] == reasons
        assert len(script.requests) == 1

    @pytest.mark.parametrize(
        ("given", "code"),
        [
            (answer({"__type": "Plain"}, 400), "Plain"),
            (answer({"Message": "m"}, 400, x_amzn_errortype="Named:http://internal.amazon.com/"), "Named"),
            (answer(b"<html>", 404), "404"),
            (answer(b"[]", 413), "413"),
            (answer(b"\xff", 404), "404"),
        ],
    )
    def test_have_a_code_on_every_route(self, client: JsonClient, given: Answer, code: str) -> None:
        Script(client, given)
        with pytest.raises(ClientError) as refused:
            client.call("GetItem", TABLE)
        assert refused.value.response["Error"]["Code"] == code


class TestAttempts:
    @pytest.mark.parametrize(
        "trouble",
        [
            refusal("InternalServerError", 500),
            answer(b"Bad Gateway", 502),
            refusal("ThrottlingException"),
            refusal("ProvisionedThroughputExceededException"),
            refusal("TransactionInProgressException"),
            EndpointConnectionError(endpoint_url="https://x"),
            ConnectionClosedError(endpoint_url="https://x"),
            ReadTimeoutError(endpoint_url="https://x"),
        ],
        ids=repr,
    )
    def test_are_repeated_where_that_may_help(self, client: JsonClient, waits: list[float], trouble: Step) -> None:
        script = Script(client, trouble, trouble, answer({"Item": {}}))

        assert client.call("GetItem", TABLE) == {"Item": {}}
        assert len(script.requests) == 3
        assert len(waits) == 2

    @pytest.mark.parametrize(
        "trouble", [refusal("InternalServerError", 500), EndpointConnectionError(endpoint_url="https://x")], ids=repr
    )
    def test_are_three(self, client: JsonClient, trouble: Step) -> None:
        script = Script(client, trouble)
        with pytest.raises((ClientError, EndpointConnectionError)):
            client.call("GetItem", TABLE)
        assert len(script.requests) == 3

    @pytest.mark.parametrize(
        "code", ["ConditionalCheckFailedException", "ValidationException", "ResourceNotFoundException"]
    )
    def test_are_not_repeated_where_it_would_be_the_same(self, client: JsonClient, code: str) -> None:
        script = Script(client, refusal(code))
        with pytest.raises(ClientError):
            client.call("GetItem", TABLE)
        assert len(script.requests) == 1

    def test_end_when_nothing_works_any_more(self, client: JsonClient) -> None:
        script = Script(client, refusal("InternalServerError", 500))
        for _ in range(100):
            with pytest.raises(ClientError):
                client.call("GetItem", TABLE)
        # botocore's quota: 500, of which each retry takes 14.
        assert len(script.requests) == 100 + 500 // 14

    def test_each_attempt_is_signed_again(self, client: JsonClient, monkeypatch: pytest.MonkeyPatch) -> None:
        script = Script(client, answer(b"", 500), answer({}))
        times = iter([(2026, 1, 5, 4, 30, 0, 0, 5, 0), (2026, 1, 5, 4, 31, 0, 0, 5, 0)])
        monkeypatch.setattr("smartexam.platform.aws.signing.time.gmtime", lambda: next(times))
        client.call("GetItem", TABLE)

        dates = [request.headers["X-Amz-Date"] for request in script.requests]
        assert dates == ["20260105T043000Z", "20260105T043100Z"]


class TestCredentials:
    def test_are_the_environments(self, client: JsonClient, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "from-the-environment")
        monkeypatch.setenv("AWS_SESSION_TOKEN", "its-token")
        script = Script(client, answer({}))
        client.call("GetItem", TABLE)

        assert "Credential=from-the-environment/" in script.requests[0].headers["Authorization"]
        assert script.requests[0].headers["X-Amz-Security-Token"] == "its-token"

    def test_are_else_what_botocore_finds_and_renews(self, client: JsonClient, monkeypatch: pytest.MonkeyPatch) -> None:
        made = iter("ABC")

        def renewed() -> dict[str, str]:
            expiry = datetime.now(UTC) + timedelta(seconds=30)
            return {"access_key": next(made), "secret_key": "s", "token": "t", "expiry_time": expiry.isoformat()}

        found = RefreshableCredentials.create_from_metadata(renewed(), renewed, "container-role")
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        monkeypatch.setattr("botocore.session.Session.get_credentials", lambda _: found)
        script = Script(client, answer({}))
        for _ in range(2):
            client.call("GetItem", TABLE)

        # Valid for less time than botocore requires, so each call asks for fresh ones.
        names = [request.headers["Authorization"].partition("Credential=")[2][0] for request in script.requests]
        assert names == ["B", "C"]

    def test_that_are_missing_are_looked_for_again(self, client: JsonClient, monkeypatch: pytest.MonkeyPatch) -> None:
        Script(client, answer({}))
        with monkeypatch.context() as patch:
            patch.delenv("AWS_ACCESS_KEY_ID")
            patch.setattr("botocore.session.Session.get_credentials", lambda _: None)
            with pytest.raises(NoCredentialsError):
                client.call("GetItem", TABLE)
        assert client.call("GetItem", TABLE) == {}

    def test_that_are_half_are_none(self, client: JsonClient, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
        Script(client, answer({}))
        with pytest.raises(PartialCredentialsError):
            client.call("GetItem", TABLE)


class TestEvents:
    def test_are_those_of_botocores_clients(self, client: JsonClient) -> None:
        Script(client, answer({"Item": {}}))
        seen: list[tuple[str, str]] = []

        def note(event_name: str, **arguments: Any) -> None:
            model = arguments.get("model")
            seen.append((event_name, "" if model is None else model.name))

        for event in ("before-parameter-build", "before-call", "before-send", "after-call"):
            client.meta.events.register_first(f"{event}.dynamodb", note)
        client.call("GetItem", TABLE)

        assert seen == [
            ("before-parameter-build.dynamodb.GetItem", "GetItem"),
            ("before-call.dynamodb.GetItem", "GetItem"),
            ("before-send.dynamodb.GetItem", ""),
            ("after-call.dynamodb.GetItem", "GetItem"),
        ]

    def test_may_change_what_is_asked(self, client: JsonClient) -> None:
        script = Script(client, answer({}))
        client.meta.events.register(
            "before-parameter-build.dynamodb", lambda params, **_: params.update(ReturnConsumedCapacity="TOTAL")
        )
        client.call("GetItem", dict(TABLE))
        assert script.bodies[0]["ReturnConsumedCapacity"] == "TOTAL"

    def test_may_answer_in_place_of_the_service(self, client: JsonClient) -> None:
        script = Script(client, answer({}))
        given = (answer(b"", 400), {"Error": {"Code": "Injected"}})
        client.meta.events.register("before-call.dynamodb", lambda **_: given)
        with pytest.raises(ClientError, match="Injected"):
            client.call("GetItem", TABLE)
        assert not script.requests

    def test_may_answer_with_what_botocore_would(self, client: JsonClient) -> None:
        class Raw:
            def stream(self) -> list[bytes]:
                return [b'{"Item":', b"{}}"]

        headers = {"X-Amz-Crc32": str(crc32(b'{"Item":{}}'))}
        client.meta.events.register_first(
            "before-send", lambda request, **_: AWSResponse(request.url, 200, headers, Raw())
        )
        assert client.call("GetItem", TABLE) == {"Item": {}}


@pytest.mark.parametrize(
    ("environment", "region", "url"),
    [
        ({}, "ap-south-1", "https://dynamodb.ap-south-1.amazonaws.com"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}, "ap-south-1", "http://127.0.0.1:4566"),
        (
            {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:2/"},
            "ap-south-1",
            "http://127.0.0.1:2",
        ),
        (
            {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
            "us-east-2",
            "https://dynamodb.us-east-2.amazonaws.com",
        ),
        ({"AWS_USE_FIPS_ENDPOINT": "true"}, "us-east-1", "https://dynamodb-fips.us-east-1.amazonaws.com"),
        ({"AWS_USE_DUALSTACK_ENDPOINT": "true"}, "us-east-1", "https://dynamodb.us-east-1.api.aws"),
        ({}, "cn-north-1", "https://dynamodb.cn-north-1.amazonaws.com.cn"),
        ({}, "us-gov-west-1", "https://dynamodb.us-gov-west-1.amazonaws.com"),
    ],
)
def test_the_endpoint_is_botocores(
    environment: dict[str, str], region: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import botocore.session  # noqa: PLC0415 - the oracle

    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    client = JsonClient(DYNAMODB, region, connect_timeout=1, read_timeout=1)

    assert client.meta.endpoint_url == url
    # Accounts may have their own endpoints, which are equivalent.
    config = botocore.session.get_session()
    config.set_config_variable("account_id_endpoint_mode", "disabled")
    assert config.create_client("dynamodb", region).meta.endpoint_url.rstrip("/") == url


@pytest.mark.parametrize(
    ("service", "variable"),
    [(SECRETS_MANAGER, "AWS_ENDPOINT_URL_SECRETS_MANAGER"), (SQS, "AWS_ENDPOINT_URL_SQS")],
)
def test_an_endpoint_of_a_service_is_configured_as_for_botocore(
    service: Service, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import botocore.session  # noqa: PLC0415 - the oracle

    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv(variable, "http://127.0.0.1:2")
    urls = {
        JsonClient(service, "us-east-1", connect_timeout=1, read_timeout=1).meta.endpoint_url,
        botocore.session.get_session().create_client(service.service_name, "us-east-1").meta.endpoint_url,
    }
    assert urls == {"http://127.0.0.1:2"}


def test_a_defect_is_neither_repeated_nor_renamed(client: JsonClient) -> None:
    script = Script(client, ValueError("a defect"))
    with pytest.raises(ValueError, match="a defect"):
        client.call("GetItem", TABLE)
    assert len(script.requests) == 1
