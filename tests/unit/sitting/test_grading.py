"""Grading agrees with a slow application of the rules, without rounding errors."""

from collections.abc import Sequence
from decimal import Decimal, Inexact, localcontext
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartexam.catalog.answer_key import AnswerKey
from smartexam.catalog.marks import parse_marks
from smartexam.catalog.numeric import EXACT, interval, read_number
from smartexam.catalog.paper import ExamPaper, compile_paper
from smartexam.catalog.questions import Question
from smartexam.sitting.grading import Score, grade, responses
from tests.unit.catalog.strategies import (
    EXAM,
    answers_to,
    compiled,
    numbers,
    papers,
    plain_numbers,
    questions,
    tolerances,
)


def mcq(correct: str = "A", positive: object = 4, negative: object = 1) -> Question:
    return Question(
        question_type="MCQ",
        question_text="?",
        option_a="x",
        option_b="y",
        correct_answer=correct,
        positive_marks=parse_marks(positive),
        negative_marks=parse_marks(negative),
    )


def numeric(correct: str, tolerance: str = "0") -> Question:
    return Question(question_type="NUMERIC", question_text="?", correct_answer=correct, tolerance=tolerance)


def outcome(question: Question, answer: str) -> str:
    return grade(compiled(question)[1], [answer]).outcomes


def test_correct_wrong_and_unanswered() -> None:
    _, key = compiled(mcq("A"), mcq("B"), mcq("A"))
    assert grade(key, ["A", "A", ""]) == Score(
        score=3, max_score=12, correct=1, incorrect=1, unanswered=1, outcomes="CWU", units=1
    )


def test_three_times_a_third_is_one() -> None:
    _, key = compiled(*[mcq("A", 1, "1/3")] * 4)
    assert grade(key, ["A", "B", "B", "B"]).marks == 0


def test_hundredths_add_up() -> None:
    _, key = compiled(*[mcq("A", "0.1")] * 3)
    score = grade(key, ["A"] * 3)
    assert score.marks == parse_marks("0.3")
    assert (score.percentage, score.grade) == (100.0, "A+")


def test_totals_may_be_negative() -> None:
    _, key = compiled(mcq(), mcq())
    score = grade(key, ["B", "B"])
    assert (score.score, score.percentage, score.grade) == (-2, -25.0, "F")


def test_own_marks_win_over_the_exams() -> None:
    question = numeric("1")
    own = msgspec.structs.replace(question, positive_marks=Fraction(0), negative_marks=Fraction(5, 300))
    _, key = compiled(question, question, own, own)
    assert grade(key, ["1", "2", "", ""]).marks == EXAM.positive - EXAM.negative
    assert grade(key, ["", "", "1", "2"]).marks == -Fraction(5, 300)


@pytest.mark.parametrize(("answer", "expected"), [("AC", "C"), ("A", "W"), ("ABC", "W"), ("AB", "W"), ("", "U")])
def test_msq_is_exactly_the_set(answer: str, expected: str) -> None:
    question = Question(
        question_type="MSQ", question_text="?", option_a="x", option_b="y", option_c="z", correct_answer="A,C"
    )
    assert outcome(question, answer) == expected


@pytest.mark.parametrize(
    ("correct", "tolerance", "answer", "expected"),
    [
        ("1.00", "0.01", "1.01", "C"),
        ("1.00", "0.01", "0.99", "C"),
        ("1.00", "0.01", "1.0100000000000000000000000001", "W"),
        ("1.00", "0.01", "1.02", "W"),
        ("42.5", "0", "42.50", "C"),
        ("42.5", "0", "+4.25e1", "C"),
        ("42.5", "0", "42.4999999999999999999999999999", "W"),
        ("0", "0", "-0", "C"),
        ("-5", "0", "5", "W"),
        ("0.3", "0.1", "0.2", "C"),
        ("1e99", "0", "1e99", "C"),
        ("1e99", "1e-99", "1e99", "C"),
        ("1e99", "0", "1e-99", "W"),
        ("6.02e23", "1e21", "6.03e23", "C"),
        ("6.02e23", "1e21", "6.0300000001e23", "W"),
    ],
)
def test_numbers_within_the_tolerance(correct: str, tolerance: str, answer: str, expected: str) -> None:
    assert outcome(numeric(correct, tolerance), answer) == expected


def test_a_thousand_boundaries() -> None:
    for hundredths in range(1000):
        correct = f"{hundredths / 100:.2f}"
        for step, expected in ((1, "C"), (2, "W")):
            answer = f"{Decimal(correct) + Decimal(step) / 100}"
            assert outcome(numeric(correct, "0.01"), answer) == expected, (correct, answer)


@pytest.mark.parametrize("garbage", ["x", "NaN", "sNaN", "AC", "--1"])
def test_an_invalid_number_is_wrong(garbage: str) -> None:
    assert outcome(numeric("0", "9e99"), garbage) == "W"


def test_every_question_needs_its_answer() -> None:
    _, key = compiled(mcq(), mcq())
    with pytest.raises(ValueError, match=r"shorter|longer"):
        grade(key, ["A"])


def test_a_paper_without_questions() -> None:
    score = grade(compiled()[1], [])
    assert (score.score, score.max_score, score.percentage, score.grade, score.outcomes) == (0, 0, 0.0, "F", "")


@given(numbers, tolerances)
def test_the_accepted_interval_is_exact(correct: str, tolerance: str) -> None:
    number, margin = read_number(correct), read_number(tolerance)
    assert number is not None
    assert margin is not None
    lowest, highest = interval(number, margin)
    assert Fraction(lowest) == Fraction(correct) - Fraction(tolerance)
    assert Fraction(highest) == Fraction(correct) + Fraction(tolerance)


@pytest.mark.parametrize("left", ["9" * 29 + "e99", "." + "9" * 27 + "e-99", "-1e99"])
@pytest.mark.parametrize("right", ["." + "0" * 26 + "1e-99", "9" * 28 + "e99", "1"])
def test_the_extremes_stay_exact(left: str, right: str) -> None:
    number, margin = read_number(left), read_number(right)
    assert number is not None
    assert margin is not None
    with localcontext(EXACT) as context:
        context.traps[Inexact] = True
        assert Fraction(number - margin) == Fraction(left) - Fraction(right)
        assert Fraction(number + margin) == Fraction(left) + Fraction(right)


def slowly(questions: Sequence[Question], answers: Sequence[str]) -> tuple[Fraction, str]:
    """Score in marks, and outcomes, by the rules, in fractions."""
    total, outcomes = Fraction(0), ""
    for question, answer in zip(questions, answers, strict=True):
        positive = EXAM.positive if question.positive_marks is None else question.positive_marks
        negative = EXAM.negative if question.negative_marks is None else question.negative_marks
        if answer == "":
            outcomes += "U"
            continue
        right = False
        for key in question.correct_answer.split("|"):
            if question.question_type == "NUMERIC":
                low, _, high = key.partition(":")
                spread = Fraction(0) if high else Fraction(question.tolerance)
                right |= Fraction(low) - spread <= Fraction(answer) <= Fraction(high or low) + spread
            else:
                right |= set(answer) == set(key.split(","))
        total += positive if right else -negative
        outcomes += "C" if right else "W"
    return total, outcomes


def near(question: Question) -> st.SearchStrategy[str]:
    """Answers to a NUMERIC question near the edge of its tolerance."""
    exact = [
        EXACT.add(Decimal(question.correct_answer), EXACT.multiply(Decimal(question.tolerance), Decimal(factor)))
        for factor in ("-1.001", "-1", "0", "1", "1.001")
    ]
    return st.sampled_from([text for number in exact if len(text := f"{number}") <= 32] or ["1"])


@given(st.lists(questions(), max_size=6), st.data())
def test_agrees_with_the_slow_rules(some: list[Question], data: st.DataObject) -> None:
    paper, key = compiled(*some)
    answers = data.draw(answers_to(paper))
    score = grade(key, answers)
    assert (score.marks, score.outcomes) == slowly(some, answers)
    assert score.correct + score.incorrect + score.unanswered == len(some)
    assert score.max_score == sum(q.positive_marks for q in paper.questions)


@given(plain_numbers, tolerances, st.data())
def test_agrees_with_the_slow_rules_at_the_edges(correct: str, tolerance: str, data: st.DataObject) -> None:
    question = numeric(correct, tolerance)
    answer = data.draw(near(question))
    assert grade(compiled(question)[1], [answer]).outcomes == slowly([question], [answer])[1]


class TestResponses:
    def test_the_shape_of_the_contract(self) -> None:
        msq = Question(
            question_type="MSQ", question_text="Which?", option_a="x", option_b="y", option_c="z", correct_answer="A,C"
        )
        paper, key = compile_paper(EXAM, [(9, msq), (8, numeric("1.5")), (7, mcq("B", "1/3", "2/3"))], 1)
        answers = ["AB", "", "B"]
        account = msgspec.to_builtins(responses(paper, key, answers, grade(key, answers).outcomes))
        assert account[0] == {
            "question_id": 9,
            "question_text": "Which?",
            "option_a": "x",
            "option_b": "y",
            "option_c": "z",
            "option_d": "",
            "question_type": "MSQ",
            "given_answer": ["A", "B"],
            "correct_answer": ["A", "C"],
            "is_attempted": True,
            "is_correct": False,
            "is_partial": False,
            "marks_obtained": -1.0,
            "max_marks": 4.0,
            "image_url": None,
            "option_image_urls": {},
            "section_id": None,
            "passage_id": None,
            "texts": {},
            "solution": "",
            "solution_image_url": None,
        }
        shown = ("given_answer", "correct_answer", "is_attempted", "is_correct", "marks_obtained", "max_marks")
        assert [account[1][name] for name in shown] == [None, "1.5", False, False, 0.0, 4.0]
        assert [account[2][name] for name in shown] == ["B", "B", True, True, 0.33, 0.33]

    @given(st.data())
    def test_agree_with_the_score(self, data: st.DataObject) -> None:
        compilation: tuple[ExamPaper, AnswerKey] = data.draw(papers)
        paper, key = compilation
        answers = data.draw(answers_to(paper))
        score = grade(key, answers)
        account = responses(paper, key, answers, score.outcomes)
        assert sum(entry.is_correct for entry in account) == score.correct
        assert sum(entry.is_attempted for entry in account) == score.correct + score.incorrect + score.partial
        assert sum(entry.marks_obtained for entry in account) == pytest.approx(
            float(score.marks), abs=0.01 * (len(paper) + 1)
        )
