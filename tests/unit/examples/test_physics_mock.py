"""The example exam is consistent and its key is right: the numbers are computed again here, from the formulae."""

import csv
import math
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from sitting.question_sheet import Question, read_questions, with_exam_id
from smartexam.catalog import questions
from smartexam.catalog.marks import parse_marks

FILE = Path(__file__).parents[3] / "examples" / "physics_mock.csv"
CONTENT = FILE.read_text(encoding="utf-8")
QUESTIONS = read_questions(CONTENT)
COLUMNS = [
    *("exam_id", "question_text", "option_a", "option_b", "option_c", "option_d", "correct_answer", "question_type"),
    *("image_path", "positive_marks", "negative_marks", "tolerance"),
]

G = 10.0  # m/s², as in the questions

# question number -> the formula's value
NUMERIC_ANSWERS = {
    28: (0.010 * 400 / (0.010 + 1.99)) ** 2 / (2 * G),  # momentum, then energy
    29: 680 * 340 / (340 - 34),  # Doppler effect, source approaching
    30: (300 * 4.2 * 40 - 100 * 336) / ((100 + 300) * 4.2),  # heat gained = heat lost
    31: 800 * 0.5 ** (20 / 5),
    32: 6.63e-34 / math.sqrt(2 * 9.1e-31 * 1.6e-19 * 100) * 1e9,  # h / sqrt(2 m e V), in nm
    33: (12 / (1 + 3 + 6 * 3 / (6 + 3)) * (3 / (6 + 3))) ** 2 * 6,  # current divider, then I²R
    34: math.sin(math.radians((60 + 30) / 2)) / math.sin(math.radians(60 / 2)),
    35: -13.6 / 3**2,
    36: math.sqrt(3 * G / 1.5),  # mgL/2 = (1/2)(mL²/3)ω²
}

# question number -> (the formula's value, the value of each option)
MCQ_VALUES = {
    1: (20**2 * math.sin(math.radians(60)) / G, (20, 20 * math.sqrt(3), 40, 40 * math.sqrt(3))),
    3: (math.tan(math.radians(30)), (1 / 2, math.sqrt(3) / 2, math.sqrt(3), 1 / math.sqrt(3))),
    4: (0.10 * math.sqrt(200 / 0.5), (1, 2, 4, 0.5)),
    6: (11.2 * math.sqrt(2 / 0.5), (22.4, 11.2, 15.8, 5.6)),
    7: (math.sqrt(4), (2, 4, 1 / 2, 1)),
    8: (5 * (8 ** (1 / 3)) ** 2, (5, 10, 20, 40)),  # v is proportional to r²
    9: (1000 * (1 - 300 / 500), (250, 600, 1000, 400)),
    10: (math.sqrt(32 / 2), (16, 4, 2, 1 / 4)),
    11: (1 / (1 + math.sqrt(4)), (1 / 3, 1 / 2, 2 / 3, 1 / 4)),  # 1/x² = 4/(d - x)², in units of d
    12: (20 * 15 / 10, (7.5, 15, 25, 30)),
    13: (1 / (1 / 6 + 1 / 3), (9, 4.5, 2, 0.5)),
    14: (math.sqrt(1) / 1 / (math.sqrt(4) / 2), (1 / 2, 1 / math.sqrt(2), 1, 2)),  # r is proportional to sqrt(m)/q
    15: (0.2 * 0.5 * 4, (0.1, 0.4, 1.6, 4.0)),
    16: (1 / (1 / 20 - 1 / 30), (60, -60.1, 12, -60)),  # behind the lens is positive; B has no such image
}


@pytest.fixture(name="rows")
def _rows() -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def test_the_columns_are_those_of_the_import_format(rows: list[dict[str, str]]) -> None:
    assert list(rows[0]) == COLUMNS


def test_every_row_has_every_cell(rows: list[dict[str, str]]) -> None:
    for row in rows:
        assert set(row) == set(COLUMNS)
        assert None not in row.values()


def test_lines_end_with_line_feeds_and_the_file_has_no_mark_at_its_beginning() -> None:
    content = FILE.read_bytes()

    assert b"\r" not in content
    assert not content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\n")


def test_the_mix_of_types() -> None:
    assert Counter(question.kind for question in QUESTIONS) == {"MCQ": 18, "MSQ": 9, "NUMERIC": 9}


def test_no_two_questions_have_the_same_text() -> None:
    assert len({question.text for question in QUESTIONS}) == len(QUESTIONS)


def test_the_file_shows_what_a_file_may_hold() -> None:
    cells = [
        *(question.text for question in QUESTIONS),
        *(text for each in QUESTIONS for text in each.options.values()),
    ]

    for feature in ("$\\large ", ",", '"', "\n"):
        assert any(feature in cell for cell in cells), feature
    assert any("\u0900" <= character <= "\u097f" for cell in cells for character in cell)
    assert any("/" in row["negative_marks"] for row in csv.DictReader(CONTENT.splitlines(keepends=True)))


def test_every_row_is_a_question_to_the_server(rows: list[dict[str, str]]) -> None:
    for number, row in enumerate(rows, start=1):
        checked = questions.check(row)
        assert isinstance(checked, questions.Question), f"question {number}: {checked}"
        assert checked.question_text == row["question_text"]


def test_marks_read_the_same_here_and_on_the_server(rows: list[dict[str, str]]) -> None:
    for question, row in zip(QUESTIONS, rows, strict=True):
        if row["positive_marks"]:
            assert question.positive == parse_marks(row["positive_marks"])
        if row["negative_marks"]:
            assert question.negative == parse_marks(row["negative_marks"])


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: str(question.number))
def test_the_key_fits_the_type(question: Question) -> None:
    if question.kind == "NUMERIC":
        assert question.options == {}
        assert Decimal(question.key).is_finite()
        assert question.tolerance >= 0
    else:
        assert list(question.options) == ["A", "B", "C", "D"]
        assert len(set(question.options.values())) == len(question.options)
        assert set(question.letters) <= set(question.options)
        assert question.tolerance == 0
        assert len(question.letters) == 1 or question.kind == "MSQ"


def test_every_numeric_question_is_worked_out_here() -> None:
    assert set(NUMERIC_ANSWERS) == {question.number for question in QUESTIONS if question.kind == "NUMERIC"}


@pytest.mark.parametrize("number", NUMERIC_ANSWERS)
def test_a_numeric_key_is_what_the_formula_gives(number: int) -> None:
    question = QUESTIONS[number - 1]
    exact = NUMERIC_ANSWERS[number]

    decimals = len(question.key.partition(".")[2])
    assert round(exact, decimals) == float(question.key)
    # An answer without rounding is right too.
    assert abs(exact - float(question.key)) <= max(float(question.tolerance), 1e-9)


@pytest.mark.parametrize("number", MCQ_VALUES)
def test_an_mcq_key_names_the_option_that_the_formula_gives(number: int) -> None:
    value, stated = MCQ_VALUES[number]

    right = [letter for letter, option in zip("ABCD", stated, strict=True) if math.isclose(option, value, rel_tol=1e-9)]
    assert right == [QUESTIONS[number - 1].key]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: str(question.number))
def test_the_planned_mistakes_are_mistakes(question: Question) -> None:
    assert question.is_right(question.right_answer())
    assert not question.is_right(question.wrong_answer())
    assert question.marks(question.right_answer()) == question.positive > 0
    assert question.marks(question.wrong_answer()) == -question.negative
    assert question.marks(None) == 0


def test_a_new_exam_id_changes_nothing_else() -> None:
    for_exam = with_exam_id(CONTENT, 4711)

    before = list(csv.DictReader(CONTENT.splitlines(keepends=True)))
    after = list(csv.DictReader(for_exam.splitlines(keepends=True)))
    assert after == [{**row, "exam_id": "4711"} for row in before]
