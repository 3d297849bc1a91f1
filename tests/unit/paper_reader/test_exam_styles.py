"""Ways in which particular examinations print their papers."""

import pytest

from paper_reader.extract import extract
from tests.factories.papers import paper

OPTIONS = ["(A) Mass of it\t(B) Velocity\t(C) Time taken\t(D) Energy used"]
PLAIN = [
    line
    for number in range(1, 6)
    for line in (f"{number}. Which of these is a vector quantity in case {number}?", *OPTIONS)
]
SHARED = [
    "Both Assertion and Reason are true and Reason explains Assertion.",
    "Both Assertion and Reason are true but Reason does not explain it.",
    "Assertion is true but Reason is false.",
    "Assertion is false but Reason is true.",
]
STATED = [
    "6. Assertion: Ice floats on water.",
    "Reason: Ice is less dense than water.",
    "7. Assertion: The sky looks blue.",
    "Reason: Long waves are scattered more.",
]
KEY = ["ANSWER KEY", "1. (B)\t2. (B)\t3. (B)\t4. (B)", "5. (B)\t6. (A)\t7. (C)"]


class TestOptionsInTheDirections:
    @pytest.mark.parametrize(
        "directions",
        [
            "Directions (Questions 6 and 7): Choose the correct option out of these.",
            "Directions: Each question has an Assertion and a Reason. Choose the correct one.",
        ],
    )
    def test_are_those_of_the_questions_below(self, directions: str) -> None:
        shared = [f"({letter}) {text}" for letter, text in zip("ABCD", SHARED, strict=True)]
        found = extract(paper([*PLAIN, directions, *shared, *STATED, *KEY])).questions

        assert [question.options for question in found[5:]] == [SHARED, SHARED]
        assert [question.answer for question in found[4:]] == ["B", "A", "C"]
        assert found[5].text == "Assertion: Ice floats on water.\nReason: Ice is less dense than water."
        # The question above them keeps its own.
        assert found[4].options == ["Mass of it", "Velocity", "Time taken", "Energy used"]

    def test_are_not_those_of_questions_about_something_else(self) -> None:
        directions = "Directions: Each question has an Assertion and a Reason. Choose the correct one."
        shared = [f"({letter}) {text}" for letter, text in zip("ABCD", SHARED, strict=True)]
        numeric = ["6. Find the speed of light in units of that of sound.", "Answer: 12"]
        found = extract(paper([*PLAIN, directions, *shared, *numeric])).questions

        assert (found[5].options, found[5].answer) == ([], "12")

    def test_parts_of_a_paper_are_not_options(self) -> None:
        told = [
            "Instructions (Questions 1 to 5): The test has four parts.",
            "(A) Physics",
            "(B) Chemistry",
            "(C) Botany",
            "(D) Zoology",
        ]
        numeric = ["1. Find the value of 2 times 5 in this case.", "Answer: 10"]
        found = extract(paper([*told, *numeric, *(line.replace(". W", ". w") for line in PLAIN[2:])])).questions

        assert (found[0].options, found[0].answer) == ([], "10")


def test_instructions_that_speak_of_options_have_none() -> None:
    told = [
        "SECTION 3",
        "This section contains TWO (02) questions. Each question has FOUR options (A), (B), (C) and (D).",
        "ONE OR MORE THAN ONE of these four option(s) is(are) correct.",
    ]
    numeric = ["1. Find the value of 2 times 5 in this case.", "2. Find the value of 3 times 5 in this case."]
    several = ["1. Which of these are vectors in this case?", *OPTIONS, "2. Which are not, in this case?", *OPTIONS]
    found = extract(
        paper(["SECTION 1", *PLAIN, "SECTION 2 (Numerical value type)", *numeric, *told, *several])
    ).questions

    without = [question for question in found if not question.options]
    assert [question.text for question in without] == [text[3:] for text in numeric]
    assert [question.question_type for question in found[-2:]] == ["MSQ", "MSQ"]


def test_letters_in_cells_of_their_own() -> None:
    texts = ("Paris", "Vienna", "New York", "Geneva")
    lines = [
        line
        for number in range(1, 5)
        for line in (
            f"Question {number}",
            "Consider these:",
            "1. one of them",
            "2. another one",
            f"The city number {number} is",
            *(f"{letter}\t{text}" for letter, text in zip("ABCD", texts, strict=True)),
            "Answer: C",
        )
    ]
    found = extract(paper(lines)).questions

    assert [question.options for question in found] == [list(texts)] * 4
    assert {question.answer for question in found} == {"C"}


def test_letters_of_a_list_to_match_are_not_options() -> None:
    table = ["A\tHaematite\tI\tZinc", "B\tBauxite\tII\tIron", "C\tGalena\tIII\tLead", "D\tSphalerite\tIV\tAluminium"]
    found = extract(paper([*PLAIN, "6. How many of these pairs are right?", *table, "Answer: 3"])).questions

    assert (found[5].options, found[5].answer) == ([], "3")


def test_roman_numerals_in_the_key() -> None:
    roman = [line.replace("(A)", "(i)").replace("(B)", "(ii)").replace("(C)", "(iii)").replace("(D)", "(iv)")
             for line in PLAIN]  # fmt: skip
    found = extract(paper([*roman, "Answer Key", "1-(ii); 2-(i); 3-(iv); 4-(iii); 5-(ii)"])).questions

    assert [question.answer for question in found] == ["B", "A", "D", "C", "B"]


def test_essay_questions_are_left_out_and_reported() -> None:
    essays = ["6. Explain why ice floats on water.", "OR", "Derive the lens formula.", "7. State the laws of motion."]
    found = extract(paper([*PLAIN, *essays]))

    assert [question.number for question in found.questions] == [1, 2, 3, 4, 5]
    assert [(warning.code, "6, 7" in warning.message) for warning in found.warnings if warning.code != "review"] == [
        ("written_answers", True)
    ]


def test_numbers_are_not_taken_for_essays() -> None:
    found = extract(paper([*PLAIN, "6. State the value of g in m per s per s.", "Answer: 9.8"])).questions

    assert found[5].answer == "9.8"


def test_first_numbers_that_cannot_be_read_are_counted_and_take_no_key() -> None:
    lost = [line.partition(". ")[2] if line[:2] in {"1.", "2."} else line for line in PLAIN]
    found = extract(paper([*lost, "Answer Key", "1-B, 2-A, 3-D, 4-C, 5-B"])).questions

    assert [(question.number, question.answer) for question in found] == [
        (1, ""),
        (2, ""),
        (3, "D"),
        (4, "C"),
        (5, "B"),
    ]


def test_a_key_of_one_line_needs_no_heading() -> None:
    found = extract(paper([*PLAIN, "1-B, 2-A, 3-B, 4-C, 5-D"])).questions

    assert [question.answer for question in found] == ["B", "A", "B", "C", "D"]


def test_a_line_of_pairs_with_each_letter_once_is_no_key() -> None:
    found = extract(paper([*PLAIN, "1-B, 2-A, 3-E, 4-C, 5-D"])).questions

    assert [question.answer for question in found] == [""] * 5
