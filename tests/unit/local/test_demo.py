"""The demo data is as documented."""

from typing import Any

import pytest

from admin_exams.fields import read_new
from local.demo import ACCOUNTS, EXAMS
from local.demo_papers import PAPERS, pictures
from local.demo_questions import SCIENCE, WEEKLY, Question
from smartexam.catalog.questions import Question as CheckedQuestion
from smartexam.catalog.questions import check
from smartexam.catalog.structure import fitted


@pytest.mark.parametrize("question", [*SCIENCE, *WEEKLY], ids=lambda question: question["question_text"][:30])
def test_every_question_is_consistent(question: Question) -> None:
    checked = check(question)

    assert isinstance(checked, CheckedQuestion), checked


def test_there_is_a_long_exam_of_all_types_and_one_with_delayed_results() -> None:
    by_mode: dict[str, tuple[dict[str, Any], list[Question]]] = {exam["result_mode"]: (exam, qs) for exam, qs in EXAMS}

    exam, questions = by_mode["instant"]
    assert exam["status"] == "ongoing"
    assert len(questions) >= 10
    assert {question["question_type"] for question in questions} == {"MCQ", "MSQ", "NUMERIC"}
    assert len(by_mode["delayed"][1]) >= 5


def test_one_administrator_and_three_students_can_sign_in() -> None:
    assert [(account.username, account.role) for account in ACCOUNTS] == [
        ("admin", "admin"),
        ("student1", "user"),
        ("student2", "user"),
        ("student3", "user"),
    ]
    assert all(len(account.password) >= 10 for account in ACCOUNTS)


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: str(paper["exam"]["preset"]))
def test_papers_of_the_presets_are_consistent(paper: dict[str, Any]) -> None:
    fields = read_new({"date": "2025-01-01", "start_time": "09:00", **paper["exam"]})
    structure = fields["structure"]
    names = {section.name for section in structure.sections}
    drawn = pictures()

    assert set(paper["questions"]) <= names
    for question in (each for of_section in paper["questions"].values() for each in of_section):
        content = check({name: value for name, value in question.items() if name != "passage"})
        assert isinstance(content, CheckedQuestion), (question["question_text"], content)
        assert isinstance(fitted(content, structure, ()), CheckedQuestion)
        assert set(content.option_images.values()) <= set(drawn)
    assert all(content.startswith(b"\x89PNG") for content in drawn.values())
