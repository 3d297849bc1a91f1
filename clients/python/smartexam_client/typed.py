"""The generated calls, `smartexam_api`, over a platform's connection.

They need httpx and attrs: `pip install './clients/python[typed]'`.
"""

from __future__ import annotations

import re
import uuid

import httpx

from smartexam_api import AuthenticatedClient
from smartexam_client.connection import Connection
from smartexam_client.transport import Call

_KEY = "Idempotency-Key"
# POSTs that can be repeated as they are. A key makes all others repeatable once the caller has signed in.
_REPEATABLE = re.compile(r"/(start-exam|api/sync-exam-answers|submit-exam|api/chat/messages)/\d+|/api/auth/logout")


def typed_client(connection: Connection) -> AuthenticatedClient:
    """The client that functions of `smartexam_api.api` take, for calls as the connection's user.

    Calls are authorised and repeated as the connection's own, and raise ApiError and ConnectionLostError.
    """
    # Address and token are the connection's.
    return AuthenticatedClient("http://connection", "", httpx_args={"transport": _Through(connection)})


class _Through(httpx.BaseTransport):
    """Sends httpx's requests through a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode()
        # The connection speaks for itself about these.
        headers = {name: value for name, value in request.headers.items() if name in {"content-type", _KEY.lower()}}
        repeatable = request.method != "POST" or _REPEATABLE.fullmatch(path) is not None
        if not repeatable and self._connection.user_id:
            headers.setdefault(_KEY.lower(), uuid.uuid4().hex)
            repeatable = True
        call = Call(request.method, path, {"accept": "application/json", **headers}, request.read())
        reply = self._connection.exchange(call, repeatable=repeatable)
        return httpx.Response(reply.status, headers=dict(reply.headers), content=reply.body, request=request)
