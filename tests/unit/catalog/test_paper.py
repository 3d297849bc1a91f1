"""A paper contains the questions without anything about their answers, and survives packing."""

from fractions import Fraction

import msgspec
import pytest
from hypothesis import given

from smartexam.catalog import packing
from smartexam.catalog.answer_key import AnswerKey
from smartexam.catalog.layout import layout_of
from smartexam.catalog.packing import PackingError, pack_key, pack_paper, unpack_key, unpack_paper
from smartexam.catalog.paper import ExamPaper, ExamPaperQuestion, ExamSnapshot, compile_paper
from smartexam.catalog.questions import Question
from smartexam.catalog.shown_paper import client_exam, client_questions
from tests.unit.catalog.strategies import EXAM, compiled, papers

MCQ_QUESTION = Question(
    question_type="MCQ",
    question_text="Which?",
    option_a="x",
    option_b="y",
    correct_answer="B",
    image_path="questions/7/a.png",
    positive_marks=Fraction(100, 300),
)
NUMERIC_QUESTION = Question(
    question_type="NUMERIC",
    question_text="How much?",
    correct_answer="271828",
    tolerance="0.31415",
    negative_marks=Fraction(0, 300),
)


def test_marks_left_out_are_the_exams() -> None:
    paper, key = compiled(MCQ_QUESTION, NUMERIC_QUESTION)
    for entries in (
        [(q.positive_marks, q.negative_marks) for q in paper.questions],
        [(e.positive, e.negative) for e in key.entries],
    ):
        assert entries == [(1, 3), (12, 0)]
    assert paper.max_units == key.max_units == 13


def test_positions_follow_the_order_given() -> None:
    paper, _ = compile_paper(EXAM, [(9, MCQ_QUESTION), (3, NUMERIC_QUESTION)], 4)
    assert dict(paper.positions) == {"9": 0, "3": 1}
    assert [question.id for question in paper.questions] == [9, 3]
    assert paper.answer_rules == (("MCQ", "AB"), ("NUMERIC", ""))
    assert (len(paper), paper.version) == (2, 4)


def test_a_question_comes_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        compile_paper(EXAM, [(9, MCQ_QUESTION), (9, MCQ_QUESTION)], 1)


def test_questions_have_the_shape_of_the_contract() -> None:
    paper, _ = compiled(MCQ_QUESTION, NUMERIC_QUESTION)
    shown = msgspec.json.decode(
        msgspec.json.encode(client_questions(paper, layout_of(paper, ""), lambda path: f"https://cdn.example/{path}"))
    )
    assert shown == [
        {
            "id": 101,
            "question_text": "Which?",
            "option_a": "x",
            "option_b": "y",
            "option_c": "",
            "option_d": "",
            "question_type": "MCQ",
            "image_url": "https://cdn.example/questions/7/a.png",
            "positive_marks": 0.33,
            "negative_marks": 1.0,
            "option_image_urls": {},
            "section_id": None,
            "passage_id": None,
            "texts": {},
        },
        {
            "id": 102,
            "question_text": "How much?",
            "option_a": "",
            "option_b": "",
            "option_c": "",
            "option_d": "",
            "question_type": "NUMERIC",
            "image_url": None,
            "positive_marks": 4.0,
            "negative_marks": 0.0,
            "option_image_urls": {},
            "section_id": None,
            "passage_id": None,
            "texts": {},
        },
    ]


def test_the_exam_has_the_shape_of_the_contract() -> None:
    paper, _ = compiled(MCQ_QUESTION, NUMERIC_QUESTION)
    assert client_exam(paper) == {
        "id": 7,
        "name": "Physics mock",
        "date": "2025-01-15",
        "start_time": "10:00",
        "duration": 180,
        "category_id": None,
        "total_questions": 2,
        "max_marks": 4.33,
        "max_attempts": 0,
        "result_mode": "instant",
        "instructions": "",
        "positive_marks": 4.0,
        "negative_marks": 1.0,
        "languages": ["en"],
    }


def test_no_answer_follows_from_a_paper() -> None:
    telling = {"correct_answer", "correct", "tolerance", "key"}
    assert not telling & {*ExamPaperQuestion.__struct_fields__, *ExamSnapshot.__struct_fields__, *ExamPaper.__slots__}
    # Two papers whose questions differ only in the answers are equal.
    other = msgspec.structs.replace(MCQ_QUESTION, correct_answer="A")
    other_number = msgspec.structs.replace(NUMERIC_QUESTION, correct_answer="1", tolerance="0")
    assert pack_paper(compiled(MCQ_QUESTION, NUMERIC_QUESTION)[0]) == pack_paper(compiled(other, other_number)[0])


def assert_same_paper(left: ExamPaper, right: ExamPaper) -> None:
    for name in ExamPaper.__slots__:
        assert getattr(left, name) == getattr(right, name)


@given(papers)
def test_packed_papers_and_keys_come_back(compilation: tuple[ExamPaper, AnswerKey]) -> None:
    paper, key = compilation
    assert_same_paper(unpack_paper(pack_paper(paper)), paper)
    unpacked = unpack_key(pack_key(key))
    assert (unpacked.entries, unpacked.version, unpacked.units) == (key.entries, key.version, key.units)


def test_large_papers_come_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "PART_SIZE", 100)
    paper, _ = compiled(MCQ_QUESTION, NUMERIC_QUESTION)
    parts = pack_paper(paper)
    assert len(parts) > 2
    assert all(0 < len(part) <= 100 for part in parts)
    assert_same_paper(unpack_paper(iter(parts)), paper)
    for incomplete in (parts[:-1], parts[1:], parts[:1] + parts[2:], [parts[0], parts[2], parts[1], *parts[3:]], []):
        with pytest.raises(PackingError):
            unpack_paper(incomplete)


def test_a_part_fits_a_database_item() -> None:
    assert packing.PART_SIZE <= 350 * 1024


def test_a_key_cannot_be_read_as_a_paper() -> None:
    paper, key = compiled(MCQ_QUESTION)
    with pytest.raises(PackingError):
        unpack_paper(pack_key(key))
    with pytest.raises(PackingError):
        unpack_key(pack_paper(paper))


def test_a_key_with_an_invalid_number_is_refused() -> None:
    broken = msgspec.structs.replace(NUMERIC_QUESTION, correct_answer="x")
    with pytest.raises(ValueError, match="answer key"):
        compiled(broken)
