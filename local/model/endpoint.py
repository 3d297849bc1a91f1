"""Groq's HTTP API on the gateway, which the functions call.

The functions call it with and without a real key. So a real key stays in this process, out of the state that the
emulator writes to disk, and failure modes can be tried with both.
"""

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any

from local.gateway.messages import Answer, Request, json_answer
from local.model.service import Service
from local.model.standin import NAME, complete

PREFIX = "/_local/model"
# The key that the functions send here; it gives access to nothing.
KEY = "local"
PATH = f"{PREFIX}/openai/v1/chat/completions"
# The four modes of the contract, and three more ways in which a service fails.
MODES = ("ok", "down", "slow", "broken", "busy", "failing", "empty")
# Longer than any function waits.
SLOW_SECONDS = 60.0
_BUSY_SECONDS = 20


def _error(status: int, message: str, *headers: tuple[str, str]) -> Answer:
    return json_answer(status, {"error": {"message": message, "type": "local"}}, headers)


_FAILURES = {
    "down": _error(503, "The model is down"),
    "busy": _error(429, "Too many requests", ("retry-after", str(_BUSY_SECONDS))),
    "failing": _error(500, "The model failed"),
    "broken": Answer(200, (("content-type", "application/json"),), b'{"id": "chatcmpl-1", "choices": [{'),
}


class Model:
    """Answers the functions' requests to the model.

    Attributes:
        mode: one of `MODES`.
        service: the real service; None for the stand-in.
    """

    def __init__(self, service: Service | None = None) -> None:
        self.mode = "ok"
        self.service = service

    def set_mode(self, mode: Any) -> None:
        """Set a failure mode, or `ok`.

        Raises:
            ValueError: there is no such mode.
        """
        if mode not in MODES:
            raise ValueError(f"mode must be one of {', '.join(MODES)}")
        self.mode = mode

    async def __call__(self, request: Request) -> Answer:
        """The answer to a request for a completion."""
        if (failure := _FAILURES.get(self.mode)) is not None:
            return failure
        if self.mode == "slow":
            await asyncio.sleep(SLOW_SECONDS)
        try:
            asked = json.loads(request.body)
            messages = [(str(message["role"]), str(message["content"])) for message in asked["messages"]]
        except (ValueError, KeyError, TypeError):
            return _error(400, "messages must be a list of roles and contents")
        if self.mode == "empty":
            return _completion(asked, "")
        if self.service is not None:
            return await asyncio.to_thread(self.service.forward, request.body)
        wants_json = (asked.get("response_format") or {}).get("type") == "json_object"
        return _completion(asked, complete(messages, wants_json=wants_json))


def _completion(asked: Mapping[str, Any], text: str) -> Answer:
    # About four bytes are a token; these cost nothing.
    prompt, answer = len(json.dumps(asked["messages"])) // 4, len(text.encode()) // 4
    return json_answer(
        200,
        {
            "id": "chatcmpl-local",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": NAME,
            "choices": [
                {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"},
            ],
            "usage": {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer},
        },
    )
