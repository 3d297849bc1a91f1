"""An administrator's changes of the exam and of students' attempts during the exam."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from admin_attempts.app import api as attempts_api
from admin_attempts.app import lambda_handler as admin_attempts
from admin_exams.app import api as exams_api
from admin_exams.app import lambda_handler as admin_exams
from admin_questions.app import api as questions_api
from admin_questions.app import lambda_handler as admin_questions
from tests.factories.events import Answer
from tests.factories.users import create_user
from tests.model.attempt.grading import Question
from tests.model.attempt.operations import STUDENTS, Administer, Setting
from tests.model.attempt.state import NAME, Exam
from tests.model.candidates import Disagreement
from tests.model.world import Crash, Pause, World

_MCQ = Question(None, "MCQ", "Which is a vector?", "B", "0", None, None)
_MSQ = Question(None, "MSQ", "Which are even?", "A,C", "0", "2.5", "1/3")
_NUMERIC = Question(None, "NUMERIC", "Euler's constant, times a thousand?", "577.215", "0.0101", "1/3", "0")
_KINDS = (_MCQ, _MSQ, _NUMERIC)
_CORRECT = {"MCQ": ("B", "C"), "MSQ": ("A,C", "B"), "NUMERIC": ("577.215", "577.315")}
_MARKS = (None, "4", "1/3", "0.25")
_EDITS: tuple[dict[str, Any], ...] = (
    {"duration": 60},
    {"duration": 1},
    {"max_attempts": 1},
    {"max_attempts": 3},
    {"result_mode": "instant"},
    {"result_mode": "delayed", "result_delay": 10},
    {"result_mode": "manual"},
    {"status": "completed"},
    {"status": "ongoing"},
    {"max_attempts": 0, "positive_marks": "3", "negative_marks": "1/3"},
)
_FIELDS = {
    "result_mode": "mode",
    "result_delay": "delay",
    "positive_marks": "positive",
    "negative_marks": "negative",
}
# Questions are ordered by time, to the millisecond; this fraction is exact in binary.
_TICK = 1 / 512
# The changed exam, given the answer (None if the request must be refused).
Change = Callable[[Exam, Answer | None], Exam | None]


@dataclass(frozen=True, slots=True)
class AdminCall:
    """An administrator's request, and its effect on the exam."""

    action: str
    handler: Any
    path: str
    body: dict[str, Any]
    change: Change
    student: int = 0


class Administration:
    """An administrator at work."""

    INSTANT = 4

    def __init__(self, world: World) -> None:
        self._world = world
        self._admin = create_user(role="admin")
        self.students: list[int] = []
        self.kinds: dict[int, str] = {}
        world.frozen(attempts_api, exams_api, questions_api)

    def create(self, setting: Setting) -> Exam:
        """The exam that a history begins with: a question of each kind."""
        fields = {
            "name": NAME,
            "date": "2026-01-05",
            "start_time": "09:00",
            "duration": 60,
            "status": "ongoing",
            "max_attempts": setting.max_attempts,
            "result_mode": setting.mode,
            "result_delay": 10,
        }
        exam_id = self._ok(admin_exams, "/admin/exams", fields)["exam_id"]
        exam = Exam(exam_id, "ongoing", 60, setting.max_attempts, setting.mode, 10, False, "4", "1", ())
        for question in _KINDS:
            added = self._ok(admin_questions, "/admin/questions/add-ajax", _fields(exam_id, question))
            self.kinds[added["question_id"]] = question.kind
            exam = replace(exam, questions=(*exam.questions, replace(question, id=added["question_id"])))
        return exam

    def call(self, operation: Administer, exam: Exam, questions: list[int]) -> AdminCall:
        """The request that an operation is."""
        which, how = operation.which, operation.how
        if operation.action == "add_question":
            return self._adding(exam, _KINDS[which % len(_KINDS)])
        if operation.action in {"edit_question", "delete_question"}:
            return self._changing(operation.action, exam, questions[which % len(questions)], how)
        if operation.action == "edit_exam":
            edits = _EDITS[(which * 8 + how) % len(_EDITS)]
            changes = {_FIELDS.get(name, name): value for name, value in edits.items()}
            path = f"/admin/exams/edit/{exam.id}"
            return AdminCall("edit_exam", admin_exams, path, edits, lambda before, _: replace(before, **changes))
        if operation.action == "delete_all":
            path = "/admin/questions/delete-multiple"
            return AdminCall("delete_all", admin_questions, path, {"ids": questions}, _emptied)
        if operation.action == "release":
            path = f"/admin/exams/{exam.id}/release-results"
            return AdminCall("release", admin_exams, path, {}, _toggled)
        student = which % STUDENTS
        body = {
            "student_id": self.students[student],
            "exam_id": exam.id,
            "action": ("increase", "decrease", "reset")[how % 3],
            "amount": 1 + how // 6,
        }
        return AdminCall("modify", admin_attempts, "/admin/attempts/modify", body, lambda before, _: before, student)

    def send(self, call: AdminCall, process: int, plan: Crash | Pause | None) -> Answer | None:
        """Make the request."""
        self._world.clock.advance(_TICK)
        token = self._world.token(self._admin)
        answer = self._world.request(
            call.handler, "POST", call.path, token=token, body=call.body, process=process, plan=plan
        )
        if answer is not None and call.action == "add_question" and answer.status == 200:
            self.kinds[answer.body["question_id"]] = call.body["question_type"]
        return answer

    def look(self, possible: Iterable[Exam]) -> dict[Exam, Exam]:
        """The possible states that agree with what the API shows, with newly learned ids."""
        (shown,) = self._get(admin_exams, "/admin/exams")["exams"]
        (exam_id,) = {exam.id for exam in possible}
        questions = self._get(admin_questions, "/admin/questions", {"exam_id": exam_id})["questions"]
        for question in questions:
            self.kinds[question["id"]] = question["question_type"]
        found = {exam: seen for exam in possible if (seen := _seen(exam, shown, questions)) is not None}
        if not found:
            raise Disagreement(f"the exam is in none of the states that it can be in: {shown} {questions}")
        return found

    def _adding(self, exam: Exam, question: Question) -> AdminCall:
        def change(before: Exam, answer: Answer | None) -> Exam:
            number = None if answer is None else answer.body["question_id"]
            return replace(before, questions=(*before.questions, replace(question, id=number)))

        path = "/admin/questions/add-ajax"
        return AdminCall("add_question", admin_questions, path, _fields(exam.id, question), change)

    def _changing(self, action: str, exam: Exam, question_id: int, how: int) -> AdminCall:
        kind = self.kinds[question_id]
        body: dict[str, Any] = {}
        if action == "edit_question":
            marks = _MARKS[how // 2]
            body = {"correct_answer": _CORRECT[kind][how % 2], "positive_marks": "" if marks is None else marks}

        def change(before: Exam, _: Answer | None) -> Exam | None:
            if all(question.id != question_id for question in before.questions):
                return None
            if action == "delete_question":
                return replace(before, questions=tuple(q for q in before.questions if q.id != question_id))
            edited = {"correct": body["correct_answer"], "positive": body["positive_marks"] or None}
            changed = tuple(replace(q, **edited) if q.id == question_id else q for q in before.questions)
            return replace(before, questions=changed)

        verb = "edit-ajax" if action == "edit_question" else "delete"
        return AdminCall(action, admin_questions, f"/admin/questions/{verb}/{question_id}", body, change)

    def _ok(self, handler: Any, path: str, body: dict[str, Any]) -> Any:
        answer = self.send(AdminCall("create", handler, path, body, lambda before, _: before), 0, None)
        assert answer is not None
        assert answer.status == 200, answer.body
        return answer.body

    def _get(self, handler: Any, path: str, query: dict[str, Any] | None = None) -> Any:
        token = self._world.token(self._admin)
        answer = self._world.request(handler, "GET", path, token=token, query=query)
        assert answer is not None
        assert answer.status == 200, answer.body
        return answer.body


def _emptied(exam: Exam, answer: Answer | None) -> Exam:
    if answer is not None and answer.body["deleted"] != len(exam.questions):
        raise Disagreement(f"{answer.body} of {len(exam.questions)}")
    return replace(exam, questions=())


def _toggled(exam: Exam, answer: Answer | None) -> Exam:
    after = replace(exam, is_released=not exam.is_released)
    if answer is not None and answer.body["released"] is not after.is_released:
        raise Disagreement(f"released: {answer.body}")
    return after


def _fields(exam_id: int, question: Question) -> dict[str, Any]:
    options = {} if question.kind == "NUMERIC" else {"option_a": "one", "option_b": "two", "option_c": "three"}
    return {
        "exam_id": exam_id,
        "question_type": question.kind,
        "question_text": question.text,
        **options,
        "correct_answer": question.correct,
        "tolerance": question.tolerance,
        "positive_marks": question.positive,
        "negative_marks": question.negative,
    }


def _seen(exam: Exam, shown: dict[str, Any], questions: list[dict[str, Any]]) -> Exam | None:
    names = ("status", "duration", "max_attempts", "result_mode", "result_delay", "released")
    own = (exam.status, exam.duration, exam.max_attempts, exam.mode, exam.delay, exam.is_released)
    if tuple(shown[name] for name in names) != own or len(questions) != len(exam.questions):
        return None
    if (_marks(exam.positive), _marks(exam.negative)) != (
        _marks(shown["positive_marks"]),
        _marks(shown["negative_marks"]),
    ):
        return None
    for question, listed in zip(exam.questions, questions, strict=True):
        same = question.id in {None, listed["id"]} and question.correct == listed["correct_answer"]
        if not same or _marks(question.positive) != _marks(listed["positive_marks"]):
            return None
    known = tuple(replace(q, id=listed["id"]) for q, listed in zip(exam.questions, questions, strict=True))
    return replace(exam, questions=known)


def _marks(given: Any) -> Fraction | None:
    return None if given is None else Fraction(str(given))
