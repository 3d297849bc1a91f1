"""AWS's queues, mail, connections and files as the product uses them, at the level of HTTP."""

import hashlib
import json
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

from botocore.awsrequest import AWSPreparedRequest

Response = tuple[int, dict[str, str], Any]


@dataclass(frozen=True, slots=True)
class Message:
    """A message in a queue; it can be received after `delay_seconds`."""

    queue: str
    body: dict[str, Any]
    delay_seconds: int

    def later(self, seconds: int) -> "Message":
        """The message when so many seconds have gone by."""
        return replace(self, delay_seconds=max(0, self.delay_seconds - seconds))


@dataclass
class Cloud:
    """Accepts and keeps what is sent.

    Attributes:
        messages: the messages in queues, in order of arrival.
        mails: the bodies of requests to SES.
        frames: what was posted to each connection.
        gone: connections that no longer exist.
        objects: files in buckets, by bucket and key with a slash between.
        secrets: texts in Secrets Manager, by their address.
    """

    messages: list[Message] = field(default_factory=list)
    mails: list[dict[str, Any]] = field(default_factory=list)
    frames: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    objects: dict[str, bytes] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    def keep(self) -> "Cloud":
        """A copy of the current state."""
        return deepcopy(self)

    def put_back(self, kept: "Cloud") -> None:
        """Restore a state."""
        vars(self).update(vars(deepcopy(kept)))

    def take(self) -> list[Message]:
        """Remove and return the messages in queues."""
        taken, self.messages = self.messages, []
        return taken

    def answer(self, service: str, request: AWSPreparedRequest) -> Response:
        """Answer a request to a service other than the database; a WebSocket API's connections are `sockets`."""
        if service == "sockets":
            return self._posted(request)
        if service == "s3":
            return self._file(request)
        body = json.loads(request.body)
        if service == "secretsmanager":
            return 200, {}, json.dumps({"SecretString": self.secrets[body["SecretId"]]})
        if service == "ses":
            self.mails.append(body)
            return 200, {}, json.dumps({"MessageId": f"mail-{len(self.mails)}"})
        queue = str(body["QueueUrl"]).rpartition("/")[2]
        if "Entries" in body:
            entries = body["Entries"]
            self.messages += [Message(queue, json.loads(entry["MessageBody"]), 0) for entry in entries]
            sent = [{"Id": entry["Id"], "MessageId": f"message-{entry['Id']}"} for entry in entries]
            return 200, {}, json.dumps({"Successful": sent, "Failed": []})
        self.messages.append(Message(queue, json.loads(body["MessageBody"]), body.get("DelaySeconds", 0)))
        digest = hashlib.md5(body["MessageBody"].encode(), usedforsecurity=False).hexdigest()
        return 200, {}, json.dumps({"MessageId": f"message-{len(self.messages)}", "MD5OfMessageBody": digest})

    def _posted(self, request: AWSPreparedRequest) -> Response:
        connection_id = unquote(str(request.url).rpartition("/")[2])
        if connection_id in self.gone:
            return 410, {"x-amzn-errortype": "GoneException"}, "{}"
        if request.method == "DELETE":
            self.gone.add(connection_id)
            return 204, {}, ""
        self.frames.setdefault(connection_id, []).append(json.loads(request.body))
        return 200, {}, ""

    def _file(self, request: AWSPreparedRequest) -> Response:
        host, _, key = str(request.url).partition("://")[2].partition("/")
        name = f"{host.partition('.s3')[0]}/{unquote(key)}"
        if request.method == "PUT":
            body = request.body if isinstance(request.body, bytes) else request.body.read()
            is_chunked = "aws-chunked" in str(request.headers.get("Content-Encoding"))
            self.objects[name] = _unchunked(body) if is_chunked else body
        elif request.method == "DELETE":
            self.objects.pop(name, None)
            return 204, {}, ""
        elif name not in self.objects:
            return 404, {"content-type": "application/xml"}, "<Error><Code>NoSuchKey</Code></Error>"
        content = self.objects[name] if request.method == "GET" else b""
        return 200, {"content-length": str(len(content))}, content


def _unchunked(body: bytes) -> bytes:
    """The content of a body that is sent in chunks, with its checksum behind them."""
    content, rest = b"", body
    while True:
        size, _, rest = rest.partition(b"\r\n")
        length = int(size, 16)
        if not length:
            return content
        content, rest = content + rest[:length], rest[length + 2 :]
