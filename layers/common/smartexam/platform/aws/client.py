"""A client for services that speak JSON over POST, with the parts of botocore's clients that are used.

PynamoDB calls it like botocore's own. It emits `before-parameter-build`, `before-call`, `before-send` and `after-call`
with the same arguments, so it can be watched and intercepted like those.
"""

import itertools
import time
import uuid
from collections.abc import Mapping
from typing import Any
from zlib import crc32

import msgspec
from botocore import exceptions
from botocore.hooks import HierarchicalEmitter, first_non_none_response
from botocore.model import ServiceId
from botocore.retries import standard

from smartexam.platform.aws import binary
from smartexam.platform.aws.endpoints import endpoint_url
from smartexam.platform.aws.signed import SignedClient
from smartexam.platform.aws.transport import Response

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode
_REFUSED = 300
_TRANSIENT = (exceptions.ConnectionError, exceptions.HTTPClientError)


class Service(msgspec.Struct, frozen=True):
    """What the client must know of a service.

    Attributes:
        service_name: botocore's name of it.
        service_id: AWS's name, which is part of events' names.
        target: the prefix of operations' names in `X-Amz-Target`.
        json_version: of its protocol.
        idempotency_tokens: by operation, the argument that makes repetitions harmless; generated if missing.
    """

    service_name: str
    service_id: ServiceId
    target: str
    json_version: str
    idempotency_tokens: Mapping[str, str] = msgspec.field(default_factory=dict)


DYNAMODB = Service(
    "dynamodb", ServiceId("DynamoDB"), "DynamoDB_20120810", "1.0", {"TransactWriteItems": "ClientRequestToken"}
)
SECRETS_MANAGER = Service("secretsmanager", ServiceId("Secrets Manager"), "secretsmanager", "1.1")
SQS = Service("sqs", ServiceId("SQS"), "AmazonSQS", "1.0")


class Operation(msgspec.Struct, frozen=True):
    """An operation, with the attributes of botocore's models that event handlers use."""

    name: str
    service_model: Service
    target: str
    before_parameter_build: str
    before_call: str
    before_send: str
    needs_retry: str
    after_call: str
    error_shapes: tuple[()] = ()


class ClientMeta(msgspec.Struct, frozen=True):
    """The part of botocore's `client.meta` that is used."""

    service_model: Service
    endpoint_url: str
    events: HierarchicalEmitter


class JsonClient:
    """Calls one service; safe to share between threads.

    Args:
        service: the service.
        region: such as `ap-south-1`.
        connect_timeout: seconds.
        read_timeout: seconds.
        max_attempts: of botocore's standard retries, including the first.
        pool_size: how many connections are kept.
    """

    def __init__(
        self,
        service: Service,
        region: str,
        *,
        connect_timeout: float,
        read_timeout: float,
        max_attempts: int = 3,
        pool_size: int = 32,
    ) -> None:
        endpoint = endpoint_url(service.service_name, service.service_id, region)
        self._http = SignedClient(
            endpoint,
            service.service_name,
            region,
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
            pool_size=pool_size,
        )
        self.meta = ClientMeta(service, endpoint, self._http.events)
        self._operations: dict[str, Operation] = {}
        self._content_type = f"application/x-amz-json-{service.json_version}"
        standard.register_retry_handler(self, max_attempts)

    def call(self, operation_name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Call an operation.

        Args:
            operation_name: such as `GetItem`.
            arguments: as the service takes them; bytes are sent as base64.

        Returns:
            The answer, with base64 of attribute values as bytes.

        Raises:
            ClientError: the service refused, after retries where these may help.
            BotoCoreError: there was no answer, or there are no credentials.
        """
        operation = self._operations.get(operation_name) or self._operation(operation_name)
        emit = self.meta.events.emit
        context: dict[str, Any] = {}
        emit(operation.before_parameter_build, params=arguments, model=operation, context=context)
        token = operation.service_model.idempotency_tokens.get(operation_name)
        if token is not None and token not in arguments:
            arguments = {**arguments, token: str(uuid.uuid4())}
        params = {"body": _encode(arguments)}
        answered = first_non_none_response(
            emit(operation.before_call, model=operation, params=params, request_signer=None, context=context)
        )
        response, parsed = answered or self._exchange(operation, params["body"], context)
        emit(operation.after_call, http_response=response, parsed=parsed, model=operation, context=context)
        if response.status_code >= _REFUSED:
            raise exceptions.ClientError(parsed, operation_name)
        return parsed

    # The method of botocore's clients that PynamoDB calls.
    _make_api_call = call

    def _exchange(self, operation: Operation, body: bytes, context: dict[str, Any]) -> tuple[Response, dict[str, Any]]:
        """An answer, after as many attempts as botocore's rules allow."""
        for attempt in itertools.count(1):
            answered: tuple[Response, dict[str, Any]] | None = None
            failure: Exception | None = None
            try:
                response = self._send(operation, body)
                if response.status_code < _REFUSED:
                    return response, _answer(response)
                answered = response, _refusal(response, repetitions=attempt - 1)
            except _TRANSIENT as error:
                failure = error
            delay = first_non_none_response(
                self.meta.events.emit(
                    operation.needs_retry,
                    response=answered,
                    operation=operation,
                    attempts=attempt,
                    caught_exception=failure,
                    request_dict={"context": context},
                )
            )
            if delay is not None:
                time.sleep(delay)  # noqa: TID251 - the service asked for it
            elif failure is not None:
                raise failure
            elif answered is not None:
                return answered
        raise AssertionError

    def _send(self, operation: Operation, body: bytes) -> Response:
        headers = {"Content-Type": self._content_type, "X-Amz-Target": operation.target}
        return self._http.send("POST", "/", headers, body, operation.before_send)

    def _operation(self, name: str) -> Operation:
        service = self.meta.service_model
        place = f"{service.service_id.hyphenize()}.{name}"
        found = self._operations[name] = Operation(
            name,
            service,
            f"{service.target}.{name}",
            f"before-parameter-build.{place}",
            f"before-call.{place}",
            f"before-send.{place}",
            f"needs-retry.{place}",
            f"after-call.{place}",
        )
        return found


def _answer(response: Response) -> dict[str, Any]:
    checksum = response.headers.get("x-amz-crc32")
    if checksum is not None and int(checksum) != crc32(response.content):
        raise exceptions.HTTPClientError(error="the answer does not have its checksum")
    try:
        answer: dict[str, Any] = _decode(response.content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise exceptions.HTTPClientError(error=error) from error
    return binary.from_base64(response.content, answer)


def _refusal(response: Response, *, repetitions: int) -> dict[str, Any]:
    """The error in the shape in which botocore raises it, with the number of retries."""
    try:
        body = _decode(response.content)
    except msgspec.DecodeError:
        body = None
    fields: dict[str, Any] = body if isinstance(body, dict) else {}
    code = fields.get("__type") or response.headers.get("x-amzn-errortype") or str(response.status_code)
    parsed = binary.from_base64(response.content, fields)
    return {
        **parsed,
        "Error": {
            "Code": str(code).rpartition("#")[2].partition(":")[0],
            "Message": fields.get("message") or fields.get("Message") or "",
        },
        "ResponseMetadata": {
            "RequestId": response.headers.get("x-amzn-requestid", ""),
            "HTTPStatusCode": response.status_code,
            "RetryAttempts": repetitions,
        },
    }
