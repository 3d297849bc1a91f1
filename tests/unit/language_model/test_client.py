"""The model's client: requests, answers, failures and retries."""

import time
from collections.abc import Callable, Iterator

import pytest

from language_model import client
from smartexam.platform.errors import Unavailable
from smartexam.platform.settings import settings
from tests.factories.model_server import ModelServer, Reply, Script, replies, serving

MESSAGES = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "2 + 2?"}]
Serve = Callable[[Script], ModelServer]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Start a model server that answers as a script says."""
    opened = []

    def start(script: Script) -> ModelServer:
        server = ModelServer(script)
        context = serving(server)
        monkeypatch.setenv("GROQ_BASE_URL", context.__enter__())
        monkeypatch.setenv("GROQ_API_KEY", "a-key")
        settings.cache_clear()
        opened.append(context)
        return server

    yield start
    client._client.cache_clear()
    for context in opened:
        context.__exit__(None, None, None)


def ask(*, timeout: float = 10, json: bool = False) -> client.Completion:
    return client.complete(MESSAGES, json=json, max_tokens=50, timeout=timeout)


def test_gives_the_answer(serve: Serve) -> None:
    serve(replies("4"))

    assert ask() == client.Completion(text="4", model=client.DEFAULT_MODEL, is_cut=False, tokens=15)


def test_asks_for_the_configured_model_and_for_json(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROQ_MODEL", "another-model")
    server = serve(replies("{}"))

    ask(json=True)

    (request,) = server.requests
    assert request["model"] == "another-model"
    assert request["messages"] == MESSAGES
    assert request["max_tokens"] == 50
    assert request["response_format"] == {"type": "json_object"}


def test_says_when_an_answer_was_cut(serve: Serve) -> None:
    serve(replies(Reply("4 is", finish_reason="length")))

    assert ask().is_cut


@pytest.mark.parametrize("status", [429, 500, 503])
def test_asks_a_busy_service_once_more(serve: Serve, status: int) -> None:
    server = serve(replies(Reply(status=status, headers={"retry-after": "0"}), "4"))

    assert ask().text == "4"
    assert len(server.requests) == 2


def test_follows_no_redirect(serve: Serve) -> None:
    server = serve(replies(Reply(status=307, headers={"Location": "/elsewhere"}, body=""), "An answer"))

    with pytest.raises(Unavailable):
        ask()

    assert len(server.requests) == 1


def test_does_not_ask_a_third_time(serve: Serve) -> None:
    server = serve(replies(Reply(status=503, headers={"retry-after": "0"})))

    with pytest.raises(Unavailable):
        ask()
    assert len(server.requests) == 2


def test_does_not_wait_longer_than_its_caller(serve: Serve) -> None:
    server = serve(replies(Reply(status=429, headers={"retry-after": "30"}), "4"))
    started = time.monotonic()

    with pytest.raises(Unavailable) as raised:
        ask(timeout=5)

    assert time.monotonic() - started < 2
    assert raised.value.headers["Retry-After"] == "30"
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=401),
        Reply(status=400, body="not json"),
        Reply(body="<html>proxy</html>", headers={"content-type": "text/html"}),
        Reply(body="{"),
        Reply(body="{}"),
        Reply(body='{"choices": []}'),
        Reply(body='{"choices": [{"message": null}]}'),
    ],
)
def test_an_answer_without_a_completion_is_unavailable_at_once(serve: Serve, reply: Reply) -> None:
    server = serve(replies(reply))

    with pytest.raises(Unavailable) as raised:
        ask()
    assert raised.value.code == "model_unavailable"
    assert len(server.requests) == 1


def test_a_slow_model_is_left_in_time(serve: Serve) -> None:
    serve(replies(Reply("4", hold=20)))
    started = time.monotonic()

    with pytest.raises(Unavailable):
        ask(timeout=0.5)
    assert time.monotonic() - started < 3


def test_nobody_there_is_unavailable(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROQ_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("GROQ_API_KEY", "a-key")

    with pytest.raises(Unavailable) as raised:
        ask(timeout=1)
    assert raised.value.code == "model_unavailable"


class TestKey:
    @pytest.mark.parametrize(
        ("stored", "configured"),
        [('{"api_key": "gsk_1"}', True), ('{"api_key": ""}', False), ("{}", False), ("[]", False), ("gsk_1", False)],
    )
    def test_comes_from_the_secret(self, monkeypatch: pytest.MonkeyPatch, stored: str, configured: bool) -> None:
        monkeypatch.setenv("GROQ_SECRET_ARN", "arn:aws:secretsmanager:us-east-1:123456789012:secret:groq")
        monkeypatch.setattr(client, "secret", lambda _: stored)

        assert client.is_configured() is configured

    def test_without_one_the_model_is_not_configured(self) -> None:
        with pytest.raises(Unavailable) as raised:
            ask()
        assert (raised.value.status, raised.value.code) == (503, "model_not_configured")
