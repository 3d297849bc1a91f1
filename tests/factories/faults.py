"""Injects faults of AWS between HTTP requests and their answers.

All requests, with and without botocore, are answered by moto in the end, and this intercepts them there. A *call* is a
request with all its repetitions, by the client or by the code around it: equal requests in a row. Calls are numbered
from 1, so that each can be made to fail in each way.
"""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, ReadTimeoutError
from botocore.retries.quota import RetryQuota
from botocore.signers import RequestSigner
from botocore.useragent import UserAgentString
from moto.core.botocore_stubber import BotocoreStubber

from tests.dynamodb.database import MemoryDatabase
from tests.factories.cloud import Cloud

Response = tuple[int, dict[str, str], Any]


class Fault(StrEnum):
    """What goes wrong with a request."""

    SERVER_ERROR = "internal error"
    REFUSED = "connection refused"
    THROTTLED = "throttled"
    CONFLICT = "transaction conflict"
    LOST = "done, answer lost"
    TIMEOUT = "done, read timed out"
    UNPROCESSED = "left unprocessed"


class Extent(StrEnum):
    """How long it goes wrong."""

    ONCE = "once"
    CALL = "until given up"
    ONWARDS = "from there on"


@dataclass(frozen=True, slots=True)
class Call:
    """A counted call; `about` is its tables or other resources."""

    number: int
    service: str
    operation: str
    about: str

    def __str__(self) -> str:
        return f"call {self.number} {self.operation} {self.about}"

    @property
    def is_write(self) -> bool:
        """Whether it matters that it may be done twice, or that its outcome is unknown."""
        return self.service != "dynamodb" or self.operation in _WRITES

    def suffers(self, fault: Fault, extent: Extent) -> bool:
        """Whether a fault can affect this call in a way that no other fault represents."""
        if fault is Fault.CONFLICT:
            return self.operation in _CONFLICTING
        if fault is Fault.UNPROCESSED:
            return self.operation in _BATCHES and extent is not Extent.CALL
        # For a read, a lost answer is the same as none.
        return fault is not Fault.LOST or self.is_write


_WRITES = {"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"}
_CONFLICTING = _WRITES - {"BatchWriteItem"}
_BATCHES = {"BatchWriteItem": "UnprocessedItems", "BatchGetItem": "UnprocessedKeys"}
_TOKEN = re.compile(r'"ClientRequestToken": ?"[^"]*"')
# Why an operation of a transaction was refused: the account's limits, or one partition's.
_LIMITS = ("ThrottlingError", "ProvisionedThroughputExceeded")
_SERVER_ERRORS = ((500, "InternalServerError"), (503, "ServiceUnavailable"), (500, "InternalFailure"))
# The read timeouts of the product's clients, in seconds.
_READ_TIMEOUTS = {"dynamodb": 3.0, "sqs": 3.0, "s3": 3.0, "ses": 5.0, "sockets": 1.0, "secretsmanager": 2.0}


@dataclass(slots=True)
class _Armed:
    number: int
    fault: Fault
    extent: Extent
    content: str | None = None


class Faults:
    """Intercepts requests and answers.

    Attributes:
        calls: the calls since `watch`.
        hits: how many requests were answered with a fault.
    """

    def __init__(self, database: MemoryDatabase, cloud: Cloud) -> None:
        self.database = database
        self.cloud = cloud
        self.calls: list[Call] = []
        self.hits = 0
        self._waited: dict[int, float] = {}
        self._last: str | None = None
        self._armed: _Armed | None = None
        self._lock = threading.Lock()

    def watch(self, number: int = 0, fault: Fault = Fault.REFUSED, extent: Extent = Extent.ONCE) -> None:
        """Start counting, and make one call fail; none with the number 0."""
        self.calls, self.hits, self._last = [], 0, None
        self._waited = {}
        self._armed = _Armed(number, fault, extent) if number else None

    def stop(self) -> None:
        """Let everything succeed from here on; the counts stay."""
        self._armed = None

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Intercept requests within the block, and replace all waiting."""

        others = BotocoreStubber.process_request

        def process(stubber: BotocoreStubber, request: AWSPreparedRequest) -> Response | None:
            foreign = str(request.url).startswith("http://127.0.0.1")
            return others(stubber, request) if foreign else self.exchange(request)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(BotocoreStubber, "process_request", process)
            patch.setattr("time.sleep", self.wait)
            # A client that has met many faults stops repeating; here every case must be its first.
            patch.setattr(RetryQuota, "acquire", lambda *_: True)
            # Nothing here checks the user agent or the signature.
            patch.setattr(UserAgentString, "to_string", lambda _: "tests")
            patch.setattr(RequestSigner, "sign", lambda *_, **__: None)
            yield

    def exchange(self, request: AWSPreparedRequest) -> Response:
        """Answer a request, or make it fail if it is its turn."""
        service, operation, about = named(request)
        content = _content(request)
        with self._lock:
            repeated = content == self._last
            self._last = content
            if not repeated:
                self.calls.append(Call(len(self.calls) + 1, service, operation, about))
            call = self.calls[-1]
            fault = self._fault_of(call, content)
            if fault is None:
                return self._answered(request, call)
            self.hits += 1
            return self._failed(fault, request, call)

    def _fault_of(self, call: Call, content: str) -> Fault | None:
        armed = self._armed
        if armed is None or call.number < armed.number:
            return None
        if call.number == armed.number and armed.content is None:
            armed.content = content
        elif armed.extent is Extent.ONCE or (armed.extent is Extent.CALL and content != armed.content):
            return None
        if call.number != armed.number and call.service != self.calls[armed.number - 1].service:
            return None
        return armed.fault if call.suffers(armed.fault, armed.extent) else None

    def _answered(self, request: AWSPreparedRequest, call: Call) -> Response:
        if call.service == "dynamodb":
            return self.database.answer(call.operation, _body(request))
        return self.cloud.answer(call.service, request)

    def _failed(self, fault: Fault, request: AWSPreparedRequest, call: Call) -> Response:
        if fault is Fault.REFUSED:
            raise EndpointConnectionError(endpoint_url=request.url, error="injected")
        if fault is Fault.SERVER_ERROR:
            return _server_error(call)
        is_transaction = call.operation == "TransactWriteItems"
        if fault is Fault.THROTTLED:
            return _cancelled(request, _LIMITS[call.number % 2]) if is_transaction else _throttled(call)
        if fault is Fault.CONFLICT and is_transaction:
            return _cancelled(request, "TransactionConflict")
        if fault is Fault.CONFLICT:
            return _error(400, "TransactionConflictException")
        if fault is Fault.UNPROCESSED and self._armed is not None:
            return self._unprocessed(request, call, partly=self._armed.extent is Extent.ONCE)
        self._answered(request, call)
        if fault is Fault.LOST and call.number % 2:
            raise ConnectionClosedError(endpoint_url=request.url)
        if fault is Fault.LOST:
            return _server_error(call)  # does not say whether it was done
        self.wait(_READ_TIMEOUTS[call.service])
        raise ReadTimeoutError(endpoint_url=request.url)

    def _unprocessed(self, request: AWSPreparedRequest, call: Call, *, partly: bool) -> Response:
        """All of a batch except its last part is done, or nothing of it."""
        wanted = _body(request)["RequestItems"]
        done, rest = _parted(wanted) if partly else ({}, wanted)
        found: dict[str, Any] = {"Responses": {}}
        if done:
            request.body = json.dumps({"RequestItems": done}).encode()
            found = json.loads(self._answered(request, call)[2])
        return 200, {}, json.dumps({**found, _BATCHES[call.operation]: rest})

    def wait(self, seconds: float) -> None:
        """Replaces every wait between attempts."""
        thread = threading.get_ident()
        self._waited[thread] = self._waited.get(thread, 0.0) + seconds

    @property
    def elapsed(self) -> float:
        """Seconds that would have passed while waiting between attempts and for answers; threads wait in parallel."""
        main = threading.main_thread().ident
        others = [seconds for thread, seconds in self._waited.items() if thread != main]
        return self._waited.get(main or 0, 0.0) + max(others, default=0.0)


def named(request: AWSPreparedRequest) -> tuple[str, str, str]:
    """The service, the operation and its resources."""
    target = _text(request.headers.get("X-Amz-Target", ""))
    url = str(request.url)
    if target.startswith("DynamoDB"):
        return "dynamodb", target.partition(".")[2], _tables(_body(request))
    if target.startswith("AmazonSQS"):
        return "sqs", target.partition(".")[2], str(_body(request).get("QueueUrl", "")).rpartition("/")[2]
    if target.startswith("secretsmanager"):
        return "secretsmanager", target.partition(".")[2], ""
    if "/@connections/" in url:
        return "sockets", f"{request.method} connection", url.rpartition("/")[2]
    if "/v2/email/" in url:
        return "ses", "SendEmail", ""
    host, _, path = url.partition("://")[2].partition("/")
    service = host.partition(".amazonaws.com")[0]
    return "s3" if "s3" in service else service, f"{request.method} object", path.partition("?")[0]


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _body(request: AWSPreparedRequest) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(request.body or b"{}")
    return body


def _content(request: AWSPreparedRequest) -> str:
    """The part of a request that identifies it: everything except a transaction's token, which differs between
    attempts."""
    target = _text(request.headers.get("X-Amz-Target", ""))
    text = _text(request.body or "") if target else f"{request.method} {request.url}"
    return target + _TOKEN.sub("", text)


def _tables(body: dict[str, Any]) -> str:
    names = [body["TableName"]] if "TableName" in body else list(body.get("RequestItems", {}))
    names += [operation["TableName"] for item in body.get("TransactItems", ()) for operation in item.values()]
    return "+".join(dict.fromkeys(name.partition("-")[0] for name in names))


def _parted(wanted: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The requests of a batch without the last one, and the last one."""
    table, entry = list(wanted.items())[-1]
    keys = entry["Keys"] if isinstance(entry, dict) else entry
    done, rest = dict(wanted), {table: {**entry, "Keys": keys[-1:]} if isinstance(entry, dict) else keys[-1:]}
    if len(keys) > 1:
        done[table] = {**entry, "Keys": keys[:-1]} if isinstance(entry, dict) else keys[:-1]
    else:
        del done[table]
    return done, rest


def _server_error(call: Call) -> Response:
    """In turn as an overloaded service says it, and as a load balancer says it."""
    if call.service == "s3":
        return _s3_error(500, "InternalError")
    if call.number % 4 == 0:
        return 502, {"content-type": "text/html"}, "<html><body>Bad Gateway</body></html>"
    return _error(*_SERVER_ERRORS[call.number % 4 - 1])


def _s3_error(status: int, code: str) -> Response:
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>injected</Message></Error>"
    return status, {"content-type": "application/xml"}, body


def _throttled(call: Call) -> Response:
    if call.service == "s3":
        return _s3_error(503, "SlowDown")
    if call.service == "dynamodb":
        # An item, a partition or the account, in turn.
        return _error(400, ("ProvisionedThroughputExceededException", "ThrottlingException")[call.number % 2])
    return _error(429 if call.service in {"ses", "sockets"} else 400, "ThrottlingException")


def _cancelled(request: AWSPreparedRequest, code: str) -> Response:
    """A transaction whose last operation conflicted with another writer or a limit."""
    reasons = [{"Code": "None"}] * (len(_body(request)["TransactItems"]) - 1) + [{"Code": code, "Message": "injected"}]
    return _error(400, "TransactionCanceledException", CancellationReasons=reasons)


def _error(status: int, code: str, **more: Any) -> Response:
    body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "injected", **more}
    return status, {"content-type": "application/x-amz-json-1.0", "x-amzn-errortype": code}, json.dumps(body)
