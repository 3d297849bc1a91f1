"""The study assistant, with a long memory."""

import os

from bench.database.world import World
from smartexam.platform.settings import settings
from tests.factories.model_server import ModelServer, replies, serving


def measure(world: World) -> None:
    """Look, ask, forget."""
    student = world.student
    with serving(ModelServer(replies("[FINAL ANSWER]\nIt does."))) as base_url:
        os.environ.update(GROQ_BASE_URL=base_url, GROQ_API_KEY="a-key")
        settings.cache_clear()
        init = lambda: world.call("study", student, "GET", "/api/assistant-init")  # noqa: E731 - as the others
        world.measure("GET /api/assistant-init", init)
        ask = lambda: world.call("study", student, "POST", "/api/study-chat", {"message": "Why?"})  # noqa: E731
        world.measure("POST /api/study-chat", ask)
    clear = lambda: world.call("study", student, "POST", "/api/clear-chat-history")  # noqa: E731
    world.measure("POST /api/clear-chat-history", clear)
