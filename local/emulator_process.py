"""Runs MiniStack, and ends with the process that started it. Run by the emulator's own Python, never imported.

Its standard input is a pipe that the starter holds open. When the starter ends in any way, the pipe closes and the
emulator exits, so nothing is left listening on a port.
"""

import os
import signal
import sys
import threading
import traceback
from contextvars import ContextVar
from typing import Any

from ministack.app import main  # type: ignore[import-not-found]  # installed only where this runs
from ministack.services import apigateway  # type: ignore[import-not-found]

_GRACE_SECONDS = 10

_connect_status: ContextVar[int] = ContextVar("connect_status", default=200)


def _answer_as_api_gateway() -> None:
    """Answer on WebSockets like API Gateway.

    A refused handshake has the status that `$connect` returned, where MiniStack always says 403. If the function dies,
    a frame gets API Gateway's message, where MiniStack sends its own error, which is not JSON, or hangs up.
    """
    invoke, handle = apigateway._invoke_ws_lambda, apigateway.handle_websocket  # noqa: SLF001 - there is no other way in

    async def noting(*arguments: Any, **options: Any) -> Any:
        try:
            answer = await invoke(*arguments, **options)
        except Exception:  # noqa: BLE001 - a process that died as it began: MiniStack would hang up on the client
            traceback.print_exc()
            answer = {"statusCode": 500, "body": "the function could not be started"}
        if "CONNECT" in arguments:
            _connect_status.set(int((answer or {}).get("statusCode", 200)))
        elif answer and answer.get("statusCode") == 500 and answer.get("body"):  # noqa: PLR2004 - a server error
            # Our functions never return a body, so this is from one that died.
            _, _, _, _, _, connection_id, _, request_id, *_ = arguments
            ids = {"connectionId": connection_id, "requestId": request_id}
            return {**answer, "body": {"message": "Internal server error", **ids}}
        return answer

    async def handling(scope: Any, receive: Any, send: Any, *arguments: Any, **options: Any) -> None:
        is_open = False

        async def sending(message: dict[str, Any]) -> None:
            nonlocal is_open
            is_open = is_open or message["type"] == "websocket.accept"
            status = _connect_status.get()
            if message["type"] == "websocket.close" and not is_open and status >= 400:  # noqa: PLR2004 - HTTP's errors
                await send({"type": "websocket.http.response.start", "status": status, "headers": []})
                await send({"type": "websocket.http.response.body", "body": b""})
            else:
                await send(message)

        await handle(scope, receive, sending, *arguments, **options)

    apigateway._invoke_ws_lambda, apigateway.handle_websocket = noting, handling  # noqa: SLF001


def _end_with_starter() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait(_GRACE_SECONDS)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    _answer_as_api_gateway()
    threading.Thread(target=_end_with_starter, daemon=True).start()
    sys.argv = ["ministack"]
    main()
