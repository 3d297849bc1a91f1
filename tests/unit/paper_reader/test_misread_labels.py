"""Labels and numbers that a recogniser misread: what counts on tells what was printed."""

import pytest

from paper_reader.layout.line import GAP, Line
from paper_reader.ocr import labels


def lines_of(*texts: str, is_recognised: bool = True) -> list[Line]:
    return [
        Line(1, 0, 50.0, 300.0, 700.0 - 12 * at, 10.0, 50.0, 300.0, text.replace("|", GAP), is_recognised=is_recognised)
        for at, text in enumerate(texts)
    ]


def repaired(*texts: str, is_recognised: bool = True) -> list[str]:
    lines = lines_of(*texts, is_recognised=is_recognised)
    labels.repair(lines)
    return [line.text.replace(GAP, "|") for line in lines]


BEFORE = ("1. A lake", "(A) red|(B) blue", "(C) green|(D) grey", "2. A hill", "(A) old|(B) new", "(C) big|(D) low")


@pytest.mark.parametrize(
    ("misread", "right"),
    [
        (("(A) one|(8) two", "(C) six|(D) ten"), ("(A) one|(B) two", "(C) six|(D) ten")),
        (("(A) one|{B} two", "© six|(D) ten"), ("(A) one|(B) two", "(C) six|(D) ten")),
        (("(A) one|(B) two", "(¢) six|(0) ten"), ("(A) one|(B) two", "(C) six|(D) ten")),
        (("(4) one|(8) two", "(6) six|(D) ten"), ("(A) one|(B) two", "(C) six|(D) ten")),
        (("(A) one|(B two", "(C) six|()ten"), ("(A) one|(B) two", "(C) six|(D) ten")),
    ],
)
def test_labels_between_others_are_those_that_are_missing(misread: tuple[str, ...], right: tuple[str, ...]) -> None:
    found = repaired(*BEFORE, "3. A tree", *misread, "4. A road", "(A) wet|(B) dry", "(C) hot|(D) icy")

    assert tuple(found[7:9]) == right
    assert tuple(found[:6]) == BEFORE


def test_letters_without_an_opening_bracket_are_not_confused_with_numbers() -> None:
    before = ("6) A lake", "a) red|b) blue", "c) green|d) grey", "7) A hill", "a) old|b) new", "c) big|d) low")

    found = repaired(*before, "8) A tree", "a) one|6) two", "€) six|d) ten", "9) A road", "a) wet|b) dry")

    assert found == [*before, "8) A tree", "a) one|b) two", "c) six|d) ten", "9) A road", "a) wet|b) dry"]


def test_what_is_not_as_many_as_are_missing_stays() -> None:
    texts = (*BEFORE, "3. The map (8) and the plan (9) and (7)", "(A) one|two", "(C) six|(D) ten")

    assert repaired(*texts) == list(texts)


def test_a_number_between_two_others_is_the_one_that_is_missing() -> None:
    options = ("(A) red|(B) blue", "(C) green|(D) grey")
    numbers = ("Q1. A lake", "Q2. A hill", "03. A tree", "Q4. A road", "QS. A well", "0G, A shed", "Q7. A barn")
    found = repaired(*(line for number in numbers for line in (number, *options)))

    assert [text[:2] for text in found[::3]] == ["Q1", "Q2", "Q3", "Q4", "Q5", "Q6", "Q7"]


def test_text_that_nobody_recognised_stays() -> None:
    texts = (*BEFORE, "3. A tree", "(A) one|(8) two", "(C) six|(D) ten")

    assert repaired(*texts, is_recognised=False) == list(texts)
