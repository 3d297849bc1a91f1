"""Exams and questions for tests."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from smartexam.catalog.exam import Exam
from smartexam.catalog.paper import Passage
from smartexam.catalog.questions import Question
from smartexam.catalog.store import exam_changes, passages, question_changes, questions
from smartexam.platform import ids
from tests.factories.clock import MORNING

MCQ = Question(
    question_type="MCQ",
    question_text="Which of these is a vector?",
    option_a="Mass",
    option_b="Velocity",
    option_c="Time",
    option_d="Energy",
    correct_answer="B",
)
MSQ = Question(
    question_type="MSQ",
    question_text="Which are even?",
    option_a="2",
    option_b="3",
    option_c="4",
    correct_answer="A,C",
    positive_marks=Fraction(4),
    negative_marks=Fraction(2),
)
NUMERIC = Question(
    question_type="NUMERIC",
    question_text="What is $\\large \\sqrt{2}$ to two decimals?",
    correct_answer="1.41",
    tolerance="0.01",
    negative_marks=Fraction(0),
)
# One of each type: 12 marks with the exam's default of 4 for a correct answer.
THREE_QUESTIONS = (MCQ, MSQ, NUMERIC)
RIGHT: tuple[Any, ...] = ("B", ["A", "C"], "1.41")


def create_exam(questions_: Sequence[Question] = THREE_QUESTIONS, *, now: float = MORNING, **fields: Any) -> Exam:
    """A stored exam with its questions: ongoing, one hour, any number of attempts, +4/-1, results at once, open to
    discussion and chat."""
    values: dict[str, Any] = {
        "name": "Mock test",
        "date": "2026-01-05",
        "start_time": "09:00",
        "duration": 60,
        "status": "ongoing",
        "instructions": "Answer all.",
        "positive_marks": Fraction(4),
        "negative_marks": Fraction(1),
        "max_attempts": 0,
        "result_mode": "instant",
        "result_delay": 0,
        "category_id": None,
        "discussion": "open",
        "allow_chat": True,
        **fields,
    }
    exam = Exam(id=ids.next_id("exam"), created_at=now, **values)
    exam_changes.create_exam(exam)
    add_questions(exam.id, questions_, now=now)
    return exam


def add_questions(exam_id: int, contents: Sequence[Question], *, now: float = MORNING) -> list[int]:
    """Store questions at the end of an exam; returns their ids."""
    if not contents:
        return []
    fresh = ids.allocator().take("question", len(contents))
    question_changes.add_questions(exam_id, list(zip(fresh, contents, strict=True)), now)
    return list(fresh)


def create_passage(exam_id: int, text: str = "A train leaves a station.", **fields: Any) -> int:
    """Store a passage of an exam; returns its id."""
    passage = Passage(id=ids.next_id("passage"), text=text, **fields)
    passages.save_passages(exam_id, [passage])
    return passage.id


def question_ids(exam_id: int) -> list[int]:
    """The ids of an exam's questions, in its order."""
    return [question.id for question in questions.all_questions(exam_id)]
