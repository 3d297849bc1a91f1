"""The Python client against the local stack: a sitting with a lost connection, a restart and a second device."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.stack import LocalStack
from smartexam_client import Call, ConnectionLostError, ExamPlatform, HttpTransport, Reply, ResultPendingError
from tests.contract.client import STUDENTS

pytestmark = pytest.mark.contract


class Train(HttpTransport):
    """A transport that loses the connection now and then."""

    in_tunnel = False

    def exchange(self, call: Call) -> Reply:
        if self.in_tunnel:
            raise ConnectionLostError("in a tunnel")
        return super().exchange(call)


@pytest.fixture(name="train")
def _train(stack: LocalStack) -> Train:
    return Train(stack.base_url)


@pytest.fixture(name="pupil")
def _pupil(stack: LocalStack, train: Train) -> Iterator[ExamPlatform]:
    with ExamPlatform(stack.base_url, train) as platform:
        assert platform.sign_in(*STUDENTS[2]).username == STUDENTS[2][0]
        yield platform


def test_no_answer_is_lost(
    stack: LocalStack, pupil: ExamPlatform, train: Train, new_exam: Callable[..., int], tmp_path: Path
) -> None:
    exam_id = new_exam(name="Through tunnels")
    assert exam_id in {exam.id for exam in pupil.exams(status="ongoing")}
    exam, attempts = pupil.exam(exam_id)
    assert (exam.total_questions, attempts.has_active_attempt) == (3, False)

    sheet = pupil.sit(exam_id, keep_in=tmp_path)
    mcq, msq, numeric = (question.id for question in sheet.open().questions)
    sheet.answer(mcq, "B")
    sheet.sync()
    sheet.answer(msq, ["A", "C"])
    sheet.answer(numeric, "1.0")
    train.in_tunnel = True
    pupil.connection._sleep = lambda _: None
    with pytest.raises(ConnectionLostError):
        sheet.sync()

    with ExamPlatform(stack.base_url) as phone:
        phone.sign_in(*STUDENTS[2])
        other = phone.sit(exam_id)
        other.open()
        other.answer(numeric, "1.42")
        other.sync()

    train.in_tunnel = False
    restarted = pupil.sit(exam_id, keep_in=tmp_path)
    restarted.open()
    assert restarted.answers == {mcq: "B", msq: ["A", "C"], numeric: "1.42"}
    submission = restarted.submit()
    assert submission == sheet.submit()

    result = pupil.result(exam_id, submission.result_id)
    assert (result.score, result.correct_answers) == (12, 3)
    assert [each.is_correct for each in pupil.responses(exam_id)] == [True, True, True]
    assert next(iter(pupil.results())).id == submission.result_id


def test_a_result_held_back_says_so(pupil: ExamPlatform, new_exam: Callable[..., int]) -> None:
    exam_id = new_exam(name="Held back", result_mode="manual")
    pupil.sit(exam_id).submit()

    with pytest.raises(ResultPendingError) as held_back:
        pupil.result(exam_id)
    assert held_back.value.available_at is None
