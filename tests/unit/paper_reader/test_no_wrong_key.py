"""Whatever a key looks like, an answer is the paper's or it is open; and no question is lost without a warning."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from paper_reader.extract import extract
from paper_reader.paper.model import QuestionPaper
from tests.factories.papers import paper as paper_of

_WORDS = ("pump", "valve", "lantern", "ferry", "quarry", "loom", "meadow", "lever", "prism", "comet", "canal", "kettle")
_KEYS = (
    "{n}. {a}", "{n}-{a}", "{n}) ({a})", "{n} ({a})", "Q{n}: {a}", "{n}={a}", "{n}. {a}; because the rest is wrong",
    "{n}. ({a}) This follows from the law", "Ans {n}. ({a}) the others are too large", "{n}. {a}. Both are in the text",
)  # fmt: skip
_LINES = 50
_HEADINGS = ("ANSWER KEY", "Answers", "Answer Key & Solutions", "SOLUTIONS", "Answers with Explanations")


def _question(number: int, pick: random.Random, label: str = "{}.") -> list[str]:
    words = pick.sample(_WORDS, 6)
    return [
        f"{label.format(number)} Which of these is near the {words[0]} and the {words[1]} in year {1700 + number}?",
        *(f"({letter}) the old {word}" for letter, word in zip("ABCD", words[2:], strict=True)),
    ]


def paper(lines: list[str]) -> bytes:
    """A PDF of as many pages as the lines fill."""
    return paper_of(*(lines[at : at + _LINES] for at in range(0, len(lines), _LINES)))


def _key(answers: dict[int, str], form: str) -> list[str]:
    return [form.format(n=number, a=answer) for number, answer in answers.items()]


def _answers(found: QuestionPaper) -> list[tuple[int, str]]:
    return [(question.number, question.answer) for question in found.questions]


@settings(deadline=None, derandomize=True, max_examples=25)
@given(
    st.randoms(use_true_random=False), st.integers(6, 14), st.sampled_from(_KEYS), st.sampled_from(_HEADINGS), st.data()
)
def test_a_number_with_two_answers_has_none(
    pick: random.Random, count: int, form: str, heading: str, data: st.DataObject
) -> None:
    numbers = range(1, count + 1)
    truth = {number: pick.choice("ABCD") for number in numbers}
    contradicted = data.draw(st.sets(st.sampled_from(numbers), max_size=3))
    again = {number: pick.choice([letter for letter in "ABCD" if letter != truth[number]]) for number in contradicted}
    lines = [line for number in numbers for line in _question(number, pick)]

    found = extract(paper([*lines, heading, *_key(truth, form), *_key(again, form)]))

    assert [number for number, _ in _answers(found)] == list(numbers)
    for number, answer in _answers(found):
        assert answer in ({""} if number in contradicted else {"", truth[number]})


@settings(deadline=None, derandomize=True, max_examples=25)
@given(
    st.randoms(use_true_random=False), st.integers(5, 9), st.sampled_from(_KEYS[:6]), st.sampled_from(("SET", "CODE"))
)
def test_of_keys_for_several_sets_none_is_taken(pick: random.Random, count: int, form: str, kind: str) -> None:
    numbers = range(1, count + 1)
    keys = [{number: pick.choice("ABCD") for number in numbers} for _ in "PQR"]
    lines = [line for number in numbers for line in _question(number, pick)]
    told = [
        line
        for name, key in zip("PQR", keys, strict=True)
        for line in (f"ANSWER KEY - {kind} {name}", *_key(key, form))
    ]

    found = extract(paper([*lines, *told]))

    for number, answer in _answers(found):
        assert answer == "" or all(key[number] == answer for key in keys)


@settings(deadline=None, derandomize=True, max_examples=25)
@given(st.randoms(use_true_random=False), st.integers(5, 8), st.permutations(("PHYSICS", "CHEMISTRY", "MATHEMATICS")))
def test_sections_have_their_own_answers_in_whatever_order_their_keys_are(
    pick: random.Random, count: int, order: list[str]
) -> None:
    numbers = range(1, count + 1)
    sections = ("PHYSICS", "CHEMISTRY", "MATHEMATICS")
    truth = {name: {number: pick.choice("ABCD") for number in numbers} for name in sections}
    lines = [
        line for name in sections for line in (name, *(each for number in numbers for each in _question(number, pick)))
    ]
    told = [line for name in order for line in (name, *_key(truth[name], "{n}. {a}"))]

    found = extract(paper([*lines, "ANSWER KEY", *told]))

    wanted = [(number, truth[name][number]) for name in sections for number in numbers]
    for (number, answer), (other, right) in zip(_answers(found), wanted, strict=True):
        assert number == other
        assert answer in {"", right}


@settings(deadline=None, derandomize=True, max_examples=25)
@given(st.randoms(use_true_random=False), st.integers(8, 20), st.data())
def test_what_is_not_read_is_counted_in_a_warning(pick: random.Random, count: int, data: st.DataObject) -> None:
    numbers = range(1, count + 1)
    damaged = data.draw(st.sets(st.sampled_from(numbers), max_size=4))
    ways = data.draw(st.lists(st.sampled_from(("no-number", "no-options", "gone", "other")), min_size=4, max_size=4))
    how = dict(zip(sorted(damaged), ways, strict=False))
    lines: list[str] = []
    for number in numbers:
        whole = _question(number, pick)
        way = how.get(number)
        if way == "no-number":
            whole[0] = whole[0].split(" ", 1)[1]
        elif way == "no-options":
            whole = whole[:1]
        elif way == "gone":
            whole = []
        elif way == "other":
            whole = _question(number, pick, "[[{}]]")
        lines += whole

    found = extract(paper(lines))

    read = {question.number for question in found.questions}
    lost = {number for number in numbers if number not in read and how.get(number) != "gone"}
    # The last ones may just not be there; a gap between others is told.
    told = [warning for warning in found.warnings if warning.code != "review"]
    assert not lost or told
