"""The lower limit: the same write as one prepared request, signed with a ready key, over a kept-alive connection.

Without events, retries, timeouts, errors and types, only a signature, Python's HTTP and the network are left.
"""

import http.client
import json
import os
import time
from hashlib import sha256
from hmac import digest
from typing import Any
from urllib.parse import urlsplit

_host = urlsplit(os.environ["AWS_ENDPOINT_URL_DYNAMODB"]).netloc
_connection = http.client.HTTPConnection(_host)
_body = json.dumps(
    {
        "TableName": os.environ["ATTEMPTS_TABLE"],
        "Key": {"pk": {"S": "USER#0"}, "sk": {"S": "SITTING#0"}},
        "UpdateExpression": "SET answers = :answers, changes = :none ADD revision :one",
        "ExpressionAttributeValues": {
            ":answers": {"S": "|".join(["B"] * 45 + ["ABC"] * 15 + ["-1234.5678"] * 15)},
            ":none": {"M": {}},
            ":one": {"N": "1"},
        },
        "ReturnValues": "ALL_NEW",
    }
).encode()
_body_digest = sha256(_body).hexdigest()
_keys: dict[str, bytes] = {}


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """The write; the event is ignored."""
    del event, context
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    scope = f"{stamp[:8]}/{os.environ['AWS_REGION']}/dynamodb/aws4_request"
    if scope not in _keys:
        key = f"AWS4{os.environ['AWS_SECRET_ACCESS_KEY']}".encode()
        for part in scope.split("/"):
            key = digest(key, part.encode(), "sha256")
        _keys[scope] = key
    target = "DynamoDB_20120810.UpdateItem"
    names = "content-type;host;x-amz-date;x-amz-target"
    canonical = (
        f"POST\n/\n\ncontent-type:application/x-amz-json-1.0\nhost:{_host}\nx-amz-date:{stamp}\n"
        f"x-amz-target:{target}\n\n{names}\n{_body_digest}"
    )
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
    signature = digest(_keys[scope], text.encode(), "sha256").hex()
    credential = f"{os.environ['AWS_ACCESS_KEY_ID']}/{scope}"
    headers = {
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Date": stamp,
        "X-Amz-Target": target,
        "Authorization": f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={signature}",
    }
    _connection.request("POST", "/", _body, headers)
    answer = _connection.getresponse()
    return {"statusCode": answer.status, "body": json.loads(answer.read())["Attributes"]["revision"]["N"]}
