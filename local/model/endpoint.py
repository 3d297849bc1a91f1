"""Groq's HTTP API on the gateway, where the functions look for it.

The functions are pointed here whether there is a key or not. So a real key stays in this process, out of the state that
the emulator writes to disk, and what fails with a model can be tried with either.
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
# What the functions show here; it opens nothing.
KEY = "local"
PATH = f"{PREFIX}/openai/v1/chat/completions"
# The four that clients are promised, and three more ways in which a service fails.
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
    """What answers when a function asks the model.

    Attributes:
        mode: one of `MODES`.
        service: the real thing; None for the stand-in.
    """

    def __init__(self, service: Service | None = None) -> None:
        self.mode = "ok"
        self.service = service

    def set_mode(self, mode: Any) -> None:
        """Let it fail, or work again.

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
    # Four bytes are about a token; nobody pays for these.
    prompt, answer = len(json.dumps(asked["messages"])) // 4, len(text.encode()) // 4
    return json_answer(
        200,
        {
            "id": "chatcmpl-local",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": f"{asked.get('model', '')} ({NAME})",
            "choices": [
                {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"},
            ],
            "usage": {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer},
        },
    )
