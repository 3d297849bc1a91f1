"""The stand-in for the language model, called like the functions do: with the real SDK, over HTTP."""

import json
import socket
from collections.abc import Iterator, Sequence

import pytest

from language_model import client
from language_model.client import Completion, Message
from local.gateway.thread import GatewayThread
from local.local_routes import LocalRoutes
from local.model import endpoint
from local.model.endpoint import Model
from local.model.questions import make_questions, read_counts
from local.model.service import Service
from question_generation.repair import repaired
from question_generation.request import GenerationRequest
from question_generation.writing import write
from smartexam.platform.errors import Unavailable
from smartexam.platform.settings import settings
from study import service
from tests.factories.model_server import ModelServer, Reply, replies, serving
from tests.unit.local.test_local_routes import FakeControl, call


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[Model]:
    """The stand-in on its own gateway, with the client configured for it."""
    model = Model()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    gateway = GatewayThread(LocalRoutes(FakeControl(), model), listener)
    gateway.start()
    monkeypatch.setenv("GROQ_BASE_URL", f"http://127.0.0.1:{listener.getsockname()[1]}{endpoint.PREFIX}")
    monkeypatch.setenv("GROQ_API_KEY", endpoint.KEY)
    settings.cache_clear()
    yield model
    gateway.stop()
    listener.close()


def ask(*messages: Message, json: bool = False, timeout: float = 5) -> Completion:
    return client.complete(messages, json=json, max_tokens=1000, timeout=timeout)


def test_a_question_is_answered_in_blocks_that_say_who_answers(model: Model) -> None:
    answer = ask(*service.conversation([], "What is g?"))

    for part in ("[FINAL ANSWER]", "[GIVEN]", "[SOLUTION]", "[EXPLANATION]", "stand-in", "What is g?", "$"):
        assert part in answer.text
    assert service.readable(answer.text) == answer.text
    assert answer.model == "stand-in"


@pytest.mark.parametrize("mode", ["down", "broken", "busy", "failing"])
def test_failures_can_be_seen(model: Model, mode: str) -> None:
    model.set_mode(mode)

    with pytest.raises(Unavailable) as raised:
        ask(timeout=3)

    assert raised.value.code == "model_unavailable"


def test_a_slow_model_is_left(model: Model) -> None:
    model.set_mode("slow")

    with pytest.raises(Unavailable):
        ask(timeout=0.5)


def test_an_empty_answer_is_empty(model: Model) -> None:
    model.set_mode("empty")

    assert ask({"role": "user", "content": "Hello?"}).text == ""


@pytest.mark.parametrize("body", [b"{", b"[]", b"{}", b'{"messages": [{"role": "user"}]}'])
def test_an_invalid_conversation_is_refused(body: bytes) -> None:
    assert call(FakeControl(), "POST", endpoint.PATH, body)[0].status == 400


class TestQuestions:
    def test_as_many_as_asked_for(self, model: Model) -> None:
        prompt = "Write 3 MCQ, 2 MSQ and 4 NUMERIC questions as JSON."

        made = json.loads(ask({"role": "user", "content": prompt}, json=True).text)["questions"]

        assert [question["question_type"] for question in made] == ["MCQ"] * 3 + ["MSQ"] * 2 + ["NUMERIC"] * 4

    @pytest.mark.parametrize(
        ("prompt", "counts"),
        [
            ('{"mcq_count": 3, "msq_count": 0, "numeric_count": 12}', {"MCQ": 3, "MSQ": 0, "NUMERIC": 12}),
            ("MCQ: 5\nMSQ: 1", {"MCQ": 5, "MSQ": 1}),
            ("2 questions of type NUMERIC", {"NUMERIC": 2}),
            ("5 mcqs", {"MCQ": 5}),
            ("Questions, please", {}),
        ],
    )
    def test_counts_are_read_from_prompts(self, prompt: str, counts: dict[str, int]) -> None:
        assert read_counts(prompt) == counts

    def test_none_comes_twice_or_from_the_prompt(self) -> None:
        made = make_questions({"MCQ": 40, "MSQ": 20, "NUMERIC": 40})
        prompt = "Do not repeat these:\n" + "\n".join(f"- {question['question_text']}" for question in made)

        more = make_questions({"MCQ": 40, "MSQ": 20, "NUMERIC": 40}, prompt)

        assert len({question["question_text"] for question in made + more}) == 200

    def test_pass_every_check_of_the_generation(self, model: Model) -> None:
        request = GenerationRequest(
            mode="pure",
            exam_id=7,
            difficulty="Easy",
            topic="Arithmetic",
            mcq_count=7,
            msq_count=4,
            numeric_count=6,
        )

        outcome = write(request, "", [], Generating(), lambda *_: None)

        assert [warning.code for warning in outcome.warnings] == ["unverified"] * 17
        assert len(outcome.questions) == 17
        assert not any(question.verified for question in outcome.questions)
        assert {(question.model, question.provenance.model) for question in outcome.questions} == {("stand-in",) * 2}

    def test_a_damaged_question_comes_back_as_it_was(self, model: Model) -> None:
        assert repaired("What is 2\ufffd3?", ["5", "6"], Generating()) == ("What is 2\ufffd3?", ["5", "6"])

    def test_no_question_is_solved(self, model: Model) -> None:
        prompt = json.dumps([{"id": 1, "question_text": "Who?"}, 5])

        assert json.loads(ask({"role": "user", "content": prompt}, json=True).text)["answers"][0]["answer"] == "none"


class Generating:
    """Requests of question generation."""

    model = ""

    def __call__(self, messages: Sequence[Message], max_tokens: int, /) -> str:
        answer = client.complete(messages, json=True, max_tokens=max_tokens, timeout=5)
        self.model = answer.model
        return answer.text


class TestMode:
    def test_is_set_over_http(self) -> None:
        answer, content = call(FakeControl(), "POST", "/_local/ai", {"mode": "down"})

        assert (answer.status, content) == (200, {"success": True, "mode": "down"})

    @pytest.mark.parametrize("body", [{}, {"mode": "off"}, {"mode": None}, {"mode": ["ok"]}, []])
    def test_an_unknown_one_is_refused(self, body: object) -> None:
        assert call(FakeControl(), "POST", "/_local/ai", body)[0].status == 400


class TestRealService:
    def test_gets_the_request_with_the_developers_key(self, model: Model) -> None:
        server = ModelServer(replies("[FINAL ANSWER]\n42"))
        with serving(server) as base_url:
            model.service = Service("a-real-key", base_url)

            assert ask({"role": "user", "content": "Six times seven?"}).text == "[FINAL ANSWER]\n42"
        assert server.prompts == ["Six times seven?"]

    def test_its_failures_are_passed_on(self, model: Model) -> None:
        with serving(ModelServer(replies(Reply(status=429, headers={"retry-after": "30"})))) as base_url:
            model.service = Service("a-real-key", base_url)

            with pytest.raises(Unavailable) as raised:
                ask({"role": "user", "content": "Six times seven?"})
        assert raised.value.headers["Retry-After"] == "30"

    def test_one_that_is_away_is_unavailable(self, model: Model) -> None:
        model.service = Service("a-real-key", "http://127.0.0.1:9")

        with pytest.raises(Unavailable):
            ask({"role": "user", "content": "Hello?"}, timeout=2)

    def test_needs_a_key_in_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("GROQ_API_KEY", raising=False)
        assert Service.from_environment() is None
        monkeypatch.setenv("GROQ_API_KEY", "a-real-key")
        assert Service.from_environment() is not None
