"""Time budgets of the exam rules, which run in every sync and every submission."""

import json
import subprocess
import sys
import timeit
from pathlib import Path

import pytest

import smartexam
from smartexam.catalog.questions import Question
from smartexam.sitting.answers import decode, encode, encode_sparse, read_answers, to_client
from smartexam.sitting.grading import grade
from tests.unit.catalog.strategies import compiled


def with_options(question_type: str, correct: str) -> Question:
    return Question(
        question_type=question_type,
        question_text="?",
        option_a="w",
        option_b="x",
        option_c="y",
        option_d="z",
        correct_answer=correct,
    )


MIX = [
    *[with_options("MCQ", "B")] * 3,
    with_options("MSQ", "A,C"),
    Question(question_type="NUMERIC", question_text="?", correct_answer="42.5", tolerance="0.01"),
]
ANSWERS = ["B", "A", "C", "ABC", "42.505"]


def microseconds(statement: str, **names: object) -> float:
    """The best of many short runs, which a busy machine disturbs least."""
    return min(timeit.repeat(statement, globals=names, number=5, repeat=40)) / 5 * 1e6


@pytest.mark.skipif(sys.gettrace() is not None, reason="a tracer multiplies the time of every line")
class TestTime:
    def test_of_grading_200_questions(self) -> None:
        _, key = compiled(*MIX * 40)
        assert microseconds("grade(key, answers)", grade=grade, key=key, answers=ANSWERS * 40) <= 100

    def test_of_a_sync_of_75_answers(self) -> None:
        paper, _ = compiled(*MIX * 15)
        body = to_client(paper, ANSWERS * 15)
        write = "encode_sparse(read_answers(paper, body)[0], 75)"
        names = {"encode_sparse": encode_sparse, "read_answers": read_answers, "paper": paper, "body": body}
        assert microseconds(write, **names) <= 150
        assert microseconds("decode(text, 75)", decode=decode, text=encode(ANSWERS * 15)) <= 20


def test_a_realistic_draft_is_a_quarter_of_a_write_unit() -> None:
    assert len(encode(ANSWERS * 15)) <= 256


def test_importing_it_loads_nothing_heavy() -> None:
    script = (
        "import json, msgspec, sys; before = set(sys.modules);"
        "import smartexam.sitting.answers, smartexam.sitting.grading, smartexam.catalog.packing;"
        "print(json.dumps(sorted({name.partition('.')[0] for name in set(sys.modules) - before})))"
    )
    output = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": str(Path(smartexam.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    foreign = set(json.loads(output)) - set(sys.stdlib_module_names) - {"smartexam"}
    assert not foreign
