"""Marking schemes: against an independent implementation, and well-known papers counted by hand."""

import json
import timeit
import zlib
from collections import Counter
from fractions import Fraction
from itertools import permutations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from admin_exams import presets
from admin_exams.structure_fields import read_marking, read_sections
from smartexam.catalog.answer_key import AnswerKey
from smartexam.catalog.layout import layout_of
from smartexam.catalog.marks import UNITS, MarksError
from smartexam.catalog.packing import unpack_key, unpack_paper
from smartexam.catalog.paper import ExamPaper, compile_paper
from smartexam.catalog.questions import Question
from smartexam.catalog.shown_paper import client_exam
from smartexam.catalog.structure import Draw, Section, Shuffle, Structure, with_sections
from smartexam.sitting.grading import grade
from tests.unit.catalog.strategies import EXAM, answers_to, questions
from tests.unit.sitting.independent import total

amounts = st.fractions(0, 10, max_denominator=40).map(str)
markings = st.fixed_dictionaries(
    {},
    optional={
        "MCQ": st.fixed_dictionaries({}, optional={"positive": amounts, "negative": amounts}),
        "NUMERIC": st.fixed_dictionaries({}, optional={"positive": amounts, "negative": amounts}),
        "MSQ": st.fixed_dictionaries(
            {},
            optional={
                "positive": amounts,
                "negative": amounts,
                "partial": st.sampled_from(("none", "per_option", "proportional")),
                "partial_marks": amounts,
            },
        ),
    },
)


def compiled(
    some: list[Question],
    structure: Structure,
    shuffle: Shuffle = Shuffle(),  # noqa: B008 - immutable
) -> tuple[ExamPaper, AnswerKey]:
    exam = structs.replace(EXAM, shuffle=shuffle)
    return compile_paper(exam, list(enumerate(some, start=101)), 1, structure=structure)


@given(st.lists(questions(), max_size=5), markings, st.data())
def test_agrees_with_the_independent_implementation(some: list[Question], marking: Any, data: st.DataObject) -> None:
    try:
        paper, key = compiled(some, Structure(marking=read_marking(marking)))
    except MarksError:
        return
    answers = data.draw(answers_to(paper))

    assert grade(key, answers).marks == total(some, answers, (EXAM.positive, EXAM.negative), marking)


@given(st.lists(questions(), min_size=1, max_size=6), st.text(min_size=1, max_size=8), st.data())
def test_what_is_shuffled_and_mapped_back_is_graded_alike(some: list[Question], seed: str, data: st.DataObject) -> None:
    paper, key = compiled(some, Structure(), Shuffle(questions=True, options=True))
    layout = layout_of(paper, seed)
    own = data.draw(answers_to(paper))
    shown = [layout.shown(at, answer) if paper.answer_rules[at][1] else answer for at, answer in enumerate(own)]
    back = [layout.own(at, answer) if paper.answer_rules[at][1] else answer for at, answer in enumerate(shown)]

    assert sorted(layout.order) == list(range(len(paper)))
    assert back == own
    assert grade(key, back) == grade(key, own)


def preset(name: str) -> Structure:
    fields = presets.find(name)
    assert fields is not None
    return with_sections(Structure(marking=read_marking(fields.get("marking", {}))), read_sections(fields["sections"]))


def filled(name: str) -> tuple[list[Question], Structure]:
    """The paper of a preset as it really is: A is right, of an MSQ A, B and C, of a NUMERIC 1."""
    structure = preset(name)
    fields = presets.find(name)
    assert fields is not None
    options: dict[str, Any] = {"option_a": "1", "option_b": "2", "option_c": "3", "option_d": "4"}
    correct = {"MCQ": "A", "MSQ": "A,B,C", "NUMERIC": "1"}
    some = []
    for section, described in zip(structure.sections, fields["sections"], strict=True):
        for question_type, count in described["expected"].items():
            extra: dict[str, Any] = {} if question_type == "NUMERIC" else options
            some += [
                Question(
                    question_type=question_type,
                    question_text="?",
                    correct_answer=correct[question_type],
                    section_id=section.id,
                    **extra,
                )
            ] * count
    return some, structure


# Per preset what an attempt gets, and the score of one in which every question of a type is answered alike, by hand.
@pytest.mark.parametrize(
    ("name", "count", "maximum", "given", "score"),
    [
        # 3 x (20 x 4 + 5 x 4) = 300; all MCQ wrong, all numbers right: 3 x (-20 + 20)
        ("jee-main-2025", 75, 300, {"MCQ": "B", "NUMERIC": "1"}, Fraction(0)),
        ("jee-main-2025", 75, 300, {"MCQ": "A", "NUMERIC": "2"}, Fraction(3 * (80 - 5))),
        # Of ten numbers five count: 3 x (80 + 20) = 300
        ("jee-main-2024", 75, 300, {"MCQ": "A"}, Fraction(240)),
        # Per subject 12 + 12 + 24 + 12 = 60; two of three right letters are 2 marks: 3 x (12 + 6 + 0 + 12)
        ("jee-advanced-2024-1", 51, 180, {"MCQ": "A", "MSQ": "AB", "NUMERIC": "2"}, Fraction(90)),
        # A wrong letter among them costs 2: 3 x (-4 - 6 + 24 - 4)
        ("jee-advanced-2024-1", 51, 180, {"MCQ": "B", "MSQ": "ABD", "NUMERIC": "1"}, Fraction(30)),
        ("neet-2025", 180, 720, {"MCQ": "B"}, Fraction(-180)),
        # Per subject 35 and 10 of 15: 4 x 45 x 4 = 720
        ("neet-2024", 180, 720, {}, Fraction(0)),
        # 5 x 1 + 5 x 2 + 25 x 1 + 30 x 2 = 100; wrong MCQ: (5 + 10)/3 + 2 x (5 + 10)/3 = 15
        ("gate-2026", 65, 100, {"MCQ": "B", "MSQ": "AB", "NUMERIC": "2"}, Fraction(-15)),
        ("gate-2026", 65, 100, {"MSQ": "ABC", "NUMERIC": "1"}, Fraction(7 + 8 + 2 * (10 + 10))),
    ],
)
def test_presets_by_hand(name: str, count: int, maximum: int, given: dict[str, str], score: Fraction) -> None:
    some, structure = filled(name)
    paper, key = compiled(some, structure)
    result = grade(key, [given.get(question.question_type, "") for question in paper.questions])

    assert (paper.asked, paper.marks(paper.max_units)) == (count, Fraction(maximum))
    assert result.marks == score
    assert sum(section.score for section in result.sections) == result.score
    assert sum(section.max_score for section in result.sections) == result.max_score


def test_draws_are_uniform_and_reproducible() -> None:
    hard = Question(question_type="NUMERIC", question_text="?", correct_answer="1", difficulty="Hard", section_id=1)
    easy = structs.replace(hard, difficulty="Easy")
    section = Section(1, "A", draw=(Draw(2, difficulty="Hard"), Draw(3, question_type="NUMERIC")))
    paper, _ = compiled([hard] * 6 + [easy] * 6, Structure(sections=(section,), first_section=1))
    tries = 3000
    counts = [0] * 12
    for number in range(tries):
        layout = layout_of(paper, f"seed {number}")
        assert len(layout.order) == 5
        assert sum(position < 6 for position in layout.order) >= 2
        for position in layout.order:
            counts[position] += 1
    for group in (counts[:6], counts[6:]):
        expected = sum(group) / 6
        # Chi-square with 5 degrees of freedom: 25.7 is exceeded once in 10,000 times.
        assert sum((count - expected) ** 2 / expected for count in group) < 25.7
    layout_of.cache_clear()
    assert layout_of(paper, "seed 7").order == layout_of(paper, "seed 7").order


def test_orders_are_uniform() -> None:
    options: dict[str, Any] = {f"option_{letter}": letter for letter in "abc"}
    some = [Question(question_type="MCQ", question_text="?", correct_answer="A", **options)] * 4
    paper, _ = compiled(some, Structure(), Shuffle(questions=True, options=True))
    tries = 3000
    places: Counter[tuple[int, ...]] = Counter()
    letters: Counter[str] = Counter()
    for number in range(tries):
        layout = layout_of(paper, f"order {number}")
        places.update(enumerate(layout.order))
        letters[layout.letters.get(0, "ABC")] += 1
    layout_of.cache_clear()

    # Chi-square with 9 degrees of freedom (places) and 5 (letters), exceeded once in 10,000 times.
    assert sum((places[each] - tries / 4) ** 2 / (tries / 4) for each in product(range(4), repeat=2)) < 33.7
    assert sum((letters["".join(each)] - tries / 6) ** 2 / (tries / 6) for each in permutations("ABC")) < 25.7


@given(st.text(min_size=1, max_size=30), st.lists(st.sampled_from("ABCD"), min_size=6, max_size=6))
def test_an_order_depends_on_nothing_that_the_key_decides(seed: str, keys: list[str]) -> None:
    def order(correct: list[str]) -> tuple[object, object]:
        options: dict[str, Any] = {f"option_{letter}": letter for letter in "abcd"}
        some = [Question(question_type="MCQ", question_text="?", correct_answer=key, **options) for key in correct]
        paper, _ = compiled(some, Structure(), Shuffle(questions=True, options=True))
        layout = layout_of(paper, seed)
        return layout.order, layout.letters

    assert order(keys) == order(["A"] * 6)


def test_layouts_never_change() -> None:
    """Attempts in progress and their results depend on it: what a seed gave once it must give for good."""
    options: dict[str, Any] = {f"option_{letter}": letter for letter in "abcde"}
    some = [Question(question_type="MCQ", question_text="?", correct_answer="A", **options)] * 5
    paper, _ = compiled(some, Structure(), Shuffle(questions=True, options=True))
    layout = layout_of(paper, "0123456789abcdef")

    assert layout.order == (1, 3, 2, 0, 4)
    assert layout.letters == {1: "BAECD", 3: "CBDAE", 2: "BCDEA", 0: "BDAEC", 4: "DAECB"}


def test_papers_from_before_units_and_sections_are_read_and_graded_as_they_were() -> None:
    paper = {
        "exam": {"id": 7, "name": "E", "date": "2025-01-15", "start_time": "10:00", "duration": 60}
        | {"positive_marks": 1200, "negative_marks": 100},
        "version": 3,
        "questions": [
            {"id": 101, "question_text": "?", "question_type": "MCQ", "image_path": ""}
            | {"option_a": "1", "option_b": "2", "option_c": "", "option_d": ""}
            | {"positive_marks": 1200, "negative_marks": 100}
        ],
    }
    key = {"version": 3, "entries": [{"question_type": "MCQ", "correct": "A", "tolerance": "0"}]}
    key["entries"][0] |= {"positive": 1200, "negative": 100}  # type: ignore[index]
    old_paper = unpack_paper([b"P1" + zlib.compress(json.dumps(paper).encode())])
    old_key = unpack_key([b"K1" + zlib.compress(json.dumps(key).encode())])

    assert client_exam(old_paper)["max_marks"] == 4.0
    assert layout_of(old_paper, "").order == (0,)
    score = grade(old_key, ["B"])
    assert (score.score, score.max_score, score.units, score.marks) == (-100, 1200, UNITS, Fraction(-1, 3))


def test_two_hundred_questions_are_graded_as_fast_as_a_loop_can() -> None:
    """By ratio: the machine may be slow. 100 µs for 200 questions are about ten times a bare loop over them."""
    options: dict[str, Any] = {"option_a": "1", "option_b": "2", "option_c": "3", "option_d": "4"}
    mcq = Question(question_type="MCQ", question_text="?", correct_answer="A", **options)
    msq = structs.replace(mcq, question_type="MSQ", correct_answer="A,B,C")
    structure = Structure(marking=read_marking({"MSQ": {"partial": "proportional"}}))
    _, key = compiled([mcq] * 100 + [msq] * 100, structure)
    answers = ["A"] * 100 + ["AB"] * 100
    grade(key, answers)

    def bare() -> list[tuple[int, str]]:
        return [(len(answer), answer) for answer in answers]

    took = min(timeit.repeat(lambda: grade(key, answers), number=20, repeat=7))
    assert took < 12 * min(timeit.repeat(bare, number=20, repeat=7))
