"""The study assistant: the handler of `study`, with the real SDK against a model server on loopback."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from smartexam.catalog.exam import Exam
from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.store import exam_changes, exams, papers
from smartexam.platform import ids
from smartexam.platform.settings import settings
from smartexam.sitting.grading import Score
from smartexam.sitting.store import attempts, results
from smartexam.sitting.store.results import Result
from smartexam.talk.store import study
from smartexam.talk.store.study import Turn
from study import assistant
from study.app import api, lambda_handler
from study.service import LONGEST_ANSWER
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import Answer, send
from tests.factories.exams import create_exam, question_ids
from tests.factories.model_server import ModelServer, Reply, replies, serving
from tests.factories.tables import everything
from tests.factories.users import access_token, create_user

ANSWER = "[FINAL ANSWER]\n$9.8\\,\\mathrm{m/s^2}$\n[GIVEN]\nEarth\n[SOLUTION]\n1. $g = GM/r^2$\n[EXPLANATION]\nGravity."
DAY = 86_400


class Student:
    """A student who studies."""

    def __init__(self, clock: FrozenClock) -> None:
        self.clock = clock
        self.user = create_user()

    def call(self, method: str, path: str, **request: Any) -> Answer:
        return send(lambda_handler, method, path, token=access_token(self.user, self.clock.now()), **request)

    def ask(self, message: Any = "What is g?") -> Answer:
        return self.call("POST", "/api/study-chat", body={"message": message})

    def opened(self) -> Any:
        answer = self.call("GET", "/api/assistant-init")
        assert answer.status == 200, answer.body
        return answer.body

    def use_up(self, questions: int) -> None:
        for number in range(questions):
            study.reserve_question(self.user.id, self._today(), self.clock.now(), f"question-{number}", limit=50)

    def start(self, exam: Exam) -> None:
        current = exams.get_exam(exam.id)
        assert current is not None
        attempts.start_attempt(
            self.user.id,
            exam.id,
            attempt_id=ids.next_id("attempt"),
            paper_version=papers.ready_version(current),
            now=self.clock.now(),
            deadline=self.clock.now() + 3600,
            max_attempts=0,
        )

    def _today(self) -> Any:
        return ExamTime.at(self.clock.now()).today


@pytest.fixture
def student(tables: dict[str, str], clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Student:
    monkeypatch.setattr(api, "clock", clock)
    return Student(clock)


Serve = Callable[[ModelServer], ModelServer]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Has the assistant ask a server."""
    with ExitStack() as stack:

        def start(server: ModelServer) -> ModelServer:
            monkeypatch.setenv("GROQ_BASE_URL", stack.enter_context(serving(server)))
            monkeypatch.setenv("GROQ_API_KEY", "a-key-of-the-tests")
            settings.cache_clear()
            return server

        yield start


@pytest.fixture
def model(serve: Serve) -> ModelServer:
    return serve(ModelServer(replies(ANSWER)))


class TestAsking:
    def test_a_question_is_answered(self, student: Student, model: ModelServer) -> None:
        answer = student.ask("  What is g?  ")

        assert (answer.status, answer.body) == (
            200,
            {"success": True, "response": ANSWER, "questions_remaining": 49},
        )
        assert student.opened() == {
            "success": True,
            "dailyLimit": 50,
            "questionsUsed": 1,
            "history": [
                {"text": "What is g?", "isUser": True, "timestamp": "2026-01-05T04:30:00.000Z"},
                {"text": ANSWER, "isUser": False, "timestamp": "2026-01-05T04:30:00.000Z"},
            ],
        }

    def test_the_model_is_asked_for_blocks_and_latex(self, student: Student, model: ModelServer) -> None:
        student.ask("What is g?")

        (request,) = model.requests
        assert request["model"] == "llama-3.3-70b-versatile"
        system, question = request["messages"]
        assert system["role"] == "system"
        for word in ("[FINAL ANSWER]", "[GIVEN]", "[SOLUTION]", "[EXPLANATION]", "LaTeX"):
            assert word in system["content"]
        assert question == {"role": "user", "content": "What is g?"}

    def test_the_last_turns_go_along(self, student: Student, model: ModelServer) -> None:
        for number in range(3):
            student.ask(f"question {number}")
            student.clock.advance(60)

        student.ask("and now?")

        sent = [(message["role"], message["content"]) for message in model.requests[-1]["messages"][1:]]
        assert sent == [
            *((role, text) for n in range(3) for role, text in (("user", f"question {n}"), ("assistant", ANSWER))),
            ("user", "and now?"),
        ]

    @pytest.mark.parametrize(
        "message", ["", "ab", "  a  ", "x" * 501, "\x00\x01\x02", "\u200b\u200b\u200b", None, 5, ["abc"]]
    )
    def test_3_to_500_characters(self, student: Student, model: ModelServer, message: Any) -> None:
        answer = student.ask(message)

        assert (answer.status, answer.body["success"]) == (400, False)
        assert model.requests == []
        assert student.opened()["questionsUsed"] == 0

    def test_another_model_can_be_configured(
        self, student: Student, model: ModelServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GROQ_MODEL", "another-model")
        settings.cache_clear()
        student.ask()

        assert model.requests[0]["model"] == "another-model"

    def test_needs_the_role_of_a_student(self, student: Student) -> None:
        token = access_token(create_user(role="admin"))

        for method, path in (
            ("GET", "/api/assistant-init"),
            ("POST", "/api/study-chat"),
            ("POST", "/api/clear-chat-history"),
        ):
            assert send(lambda_handler, method, path, token=token, body={"message": "What?"}).status == 403
            assert send(lambda_handler, method, path, body={"message": "What?"}).status == 401


class TestWhatTheModelSays:
    @pytest.mark.parametrize(
        ("said", "shown"),
        [
            ("Just so.", "[FINAL ANSWER]\nJust so."),
            ("### **[Final Answer]:**\n42\n**[GIVEN]**\nx", "[FINAL ANSWER]\n42\n[GIVEN]\nx"),
            ("[FINAL ANSWER]\n<script>alert(1)</script>", "[FINAL ANSWER]\n<script>alert(1)</script>"),
            ("\x00[FINAL ANSWER]\r\nbell\x07", "[FINAL ANSWER]\nbell"),
            ("[FINAL ANSWER]\nhalf \ud83d of a pair", "[FINAL ANSWER]\nhalf  of a pair"),
        ],
    )
    def test_is_text_that_begins_with_its_first_block(
        self, student: Student, serve: Serve, said: str, shown: str
    ) -> None:
        serve(ModelServer(replies(said)))

        answer = student.ask()

        assert (answer.status, answer.body["response"]) == (200, shown)
        assert student.opened()["history"][1]["text"] == shown

    def test_is_bounded_in_size(self, student: Student, serve: Serve) -> None:
        serve(ModelServer(replies("[FINAL ANSWER]\n" + "∑" * 100_000)))

        response = student.ask().body["response"]

        assert len(response) == LONGEST_ANSWER
        assert student.opened()["history"][1]["text"] == response


class TestFailures:
    @pytest.mark.parametrize(
        "reply",
        [
            Reply(status=500),
            Reply(status=503),
            Reply(status=401),
            Reply(status=429, headers={"retry-after": "60"}),
            Reply(body="{broken"),
            Reply(body="<html>a proxy</html>", headers={"content-type": "text/html"}),
            Reply(body="{}"),
            Reply(""),
            Reply(" \n "),
        ],
        ids=["500", "503", "401", "429", "broken JSON", "HTML", "no completion", "empty", "blank"],
    )
    def test_are_503_and_leave_nothing(
        self, student: Student, serve: Serve, reply: Reply, dynamodb: Any, tables: dict[str, str]
    ) -> None:
        serve(ModelServer(replies(reply)))

        answer = student.ask()

        assert (answer.status, answer.body["code"]) == (503, "model_unavailable")
        assert int(answer.headers["retry-after"]) >= 1
        assert student.opened() == {"success": True, "dailyLimit": 50, "questionsUsed": 0, "history": []}
        assert everything(dynamodb, tables)["messaging"] == []

    def test_a_busy_model_is_asked_again_when_it_says(self, student: Student, serve: Serve) -> None:
        server = serve(ModelServer(replies(Reply(status=429, headers={"retry-after": "0.2"}), ANSWER)))
        started = time.monotonic()

        answer = student.ask()

        assert (answer.status, len(server.requests)) == (200, 2)
        assert time.monotonic() - started >= 0.2
        assert student.opened()["questionsUsed"] == 1

    def test_a_fault_is_tried_once_more(self, student: Student, serve: Serve) -> None:
        server = serve(ModelServer(replies(Reply(status=500), ANSWER)))

        assert (student.ask().status, len(server.requests)) == (200, 2)

    def test_a_slow_model_is_left_in_time(
        self, student: Student, serve: Serve, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(assistant, "MODEL_SECONDS", 0.6)
        serve(ModelServer(replies(Reply(ANSWER, hold=30))))
        started = time.monotonic()

        assert student.ask().status == 503
        assert time.monotonic() - started < 5
        assert student.opened()["questionsUsed"] == 0

    def test_the_models_time_fits_the_gateways(self) -> None:
        assert assistant.MODEL_SECONDS + 5 <= 30

    def test_no_connection_is_open(self, student: Student, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GROQ_BASE_URL", "http://127.0.0.1:9")
        monkeypatch.setenv("GROQ_API_KEY", "a-key")
        settings.cache_clear()
        monkeypatch.setattr(assistant, "MODEL_SECONDS", 1.0)

        assert student.ask().status == 503
        assert student.opened()["questionsUsed"] == 0

    def test_without_a_model(self, student: Student) -> None:
        answer = student.ask()

        assert (answer.status, answer.body["code"]) == (503, "model_not_configured")
        assert student.opened()["questionsUsed"] == 0

    def test_an_answer_that_cannot_be_stored_does_not_count(
        self, student: Student, model: ModelServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: Any) -> None:
            raise RuntimeError("a defect")

        monkeypatch.setattr(study, "remember", fail)

        assert student.ask().status == 500
        assert student.opened()["questionsUsed"] == 0


class TestDailyLimit:
    def test_the_fiftieth_is_the_last(self, student: Student, model: ModelServer) -> None:
        student.use_up(49)

        assert student.ask().body["questions_remaining"] == 0
        answer = student.ask()

        assert answer.status == 429
        assert answer.body == {
            "status": "error",
            "success": False,
            "message": "Daily limit reached.",
            "limit_reached": True,
            "code": "daily_limit_reached",
        }
        assert len(model.requests) == 1

    def test_the_day_turns_at_midnight_of_the_institutes_zone(self, student: Student, model: ModelServer) -> None:
        # 10:00 in Kolkata: 14 hours are left of this day.
        student.use_up(50)

        assert student.ask().headers["retry-after"] == str(14 * 3600)
        student.clock.advance(14 * 3600 - 1)
        assert student.ask().status == 429
        assert student.opened()["questionsUsed"] == 50
        student.clock.advance(1)
        assert student.opened()["questionsUsed"] == 0
        assert student.ask().body["questions_remaining"] == 49

    def test_another_zone_has_another_midnight(
        self, student: Student, model: ModelServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("EXAM_TIMEZONE", "America/New_York")
        settings.cache_clear()
        student.clock.set(MORNING + 86_400)
        student.ask()

        # 23:30 in New York.
        student.clock.advance(1800 - 1)
        assert student.opened()["questionsUsed"] == 1
        student.clock.advance(1)
        assert student.opened()["questionsUsed"] == 0

    def test_is_each_students_own(self, student: Student, model: ModelServer, clock: FrozenClock) -> None:
        student.use_up(50)

        assert Student(clock).ask().status == 200

    def test_clearing_does_not_give_questions_back(self, student: Student, model: ModelServer) -> None:
        student.ask()

        assert student.call("POST", "/api/clear-chat-history").body == {
            "success": True,
            "message": "Chat history cleared.",
        }
        assert student.opened() == {"success": True, "dailyLimit": 50, "questionsUsed": 1, "history": []}


class TestHistory:
    def test_is_the_latest_fifty_messages(self, student: Student) -> None:
        for number in range(30):
            study.remember(student.user.id, Turn(f"question {number}", f"answer {number}", MORNING - 1000 + number))

        texts = [message["text"] for message in student.opened()["history"]]

        assert len(texts) == 50
        assert (texts[0], texts[1], texts[-1]) == ("question 5", "answer 5", "answer 29")

    def test_ends_after_ninety_days(
        self, student: Student, model: ModelServer, dynamodb: Any, tables: dict[str, str]
    ) -> None:
        student.ask()
        student.clock.advance(90 * DAY - 1)
        assert len(student.opened()["history"]) == 2

        student.clock.advance(1)
        assert student.opened()["history"] == []
        student.ask()
        assert len(model.requests[-1]["messages"]) == 2
        assert {"expires_at"} <= set(everything(dynamodb, tables)["messaging"][0])

    def test_of_any_length_is_cleared(
        self, student: Student, clock: FrozenClock, dynamodb: Any, tables: dict[str, str]
    ) -> None:
        other = Student(clock)
        study.remember(other.user.id, Turn("theirs", "too", MORNING))
        for number in range(450):
            study.remember(student.user.id, Turn("question", "answer", MORNING + number))

        assert student.call("POST", "/api/clear-chat-history").status == 200

        assert len(everything(dynamodb, tables)["messaging"]) == 1
        assert len(other.opened()["history"]) == 2


class TestDuringExams:
    def test_it_is_closed(self, student: Student, model: ModelServer) -> None:
        student.start(create_exam())

        answer = student.ask()

        assert (answer.status, answer.body["code"]) == (409, "exam_in_progress")
        assert model.requests == []
        assert student.opened()["questionsUsed"] == 0

    def test_it_is_open_if_every_running_exam_allows_it(self, student: Student, model: ModelServer) -> None:
        student.start(create_exam(allow_assistant=True))
        assert student.ask().status == 200

        student.start(create_exam(allow_assistant=False))
        assert student.ask().status == 409

    def test_it_opens_with_the_submission(self, student: Student, model: ModelServer) -> None:
        exam = create_exam()
        student.start(exam)
        time = ExamTime.at(student.clock.now())
        sitting = attempts.close_attempt(student.user.id, exam.id, time=time)

        assert student.ask().status == 200
        score = Score(0, 12, 0, 0, 3, "uuu")
        results.store_result(
            Result(sitting.attempt_id, student.user.id, exam.id, "Mock", 1, score, 1, "", int(MORNING), int(MORNING))
        )
        assert student.ask().status == 200

    def test_an_attempt_whose_time_is_over_does_not_close_the_assistant(
        self, student: Student, model: ModelServer
    ) -> None:
        student.start(create_exam())

        student.clock.advance(3600 + 30)
        assert student.ask().status == 409
        student.clock.advance(1)
        assert student.ask().status == 200

    def test_a_deleted_exam_does_not_close_the_assistant(self, student: Student, model: ModelServer) -> None:
        exam = create_exam()
        student.start(exam)
        exam_changes.remove_exam(exam.id)

        assert student.ask().status == 200

    def test_others_exams_are_their_own(self, student: Student, model: ModelServer, clock: FrozenClock) -> None:
        Student(clock).start(create_exam())

        assert student.ask().status == 200

    def test_no_prompt_holds_a_key(self, student: Student, model: ModelServer) -> None:
        exam = create_exam(allow_assistant=True)
        student.start(exam)

        student.ask(f"What is the answer to question {question_ids(exam.id)[0]} of exam {exam.id}?")

        sent = json.dumps(model.requests)
        for secret in ("Velocity", "1.41", "vector", "correct_answer"):
            assert secret not in sent


def test_the_sdk_is_imported_only_when_a_question_is_asked() -> None:
    script = "import sys; import study.app; print({'groq', 'httpx', 'pydantic', 'boto3'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        env={"PYTHONPATH": "layers/common:layers/documents:functions", "POWERTOOLS_SERVICE_NAME": "study"},
    )

    assert done.stdout.strip() == "set()"
