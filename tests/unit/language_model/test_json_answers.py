"""JSON as models write it."""

import time

import pytest

from language_model import json_answers

ITEM = '{"a": 1}'


@pytest.mark.parametrize(
    "text",
    [
        f'{{"items": [{ITEM}]}}',
        f'```json\n{{"items": [{ITEM}]}}\n```',
        f'  ```\n{{"items": [{ITEM}]}}```  \n',
        f'{{"items": [{ITEM}, {{"b": ',
        f'Here you are: {{"items": [{ITEM}]}} Good luck!',
        f"[{ITEM}]",
    ],
)
def test_what_is_complete_is_read(text: str) -> None:
    assert json_answers.read_items(text, "items") == [{"a": 1}]


@pytest.mark.parametrize("text", ["", "```", "``````", "I cannot do that.", '{"items": 7}', "null", "\ud800"])
def test_another_type_than_a_list_is_none(text: str) -> None:
    assert json_answers.read_items(text, "items") is None


def test_one_object() -> None:
    assert json_answers.read_object(f"```json\n{ITEM}\n```") == {"a": 1}
    assert json_answers.read_object("[]") is None


def test_latex_keeps_its_backslashes() -> None:
    assert json_answers.read_object(r'{"text": "$\frac{1}{2} \theta \\beta \u00e9 \q$"}') == {
        "text": r"$\frac{1}{2} \theta \beta é \q$"
    }


@pytest.mark.parametrize("text", [" ", "\\", "`", "[", '{"items":[', '{"items" ', "{},", '"items":\n'])
def test_time_grows_with_the_answer(text: str) -> None:
    def seconds(count: int) -> float:
        started = time.process_time()
        json_answers.read_items(f"x{text * count}x", "items")
        return time.process_time() - started

    short = min(seconds(4_000) for _ in range(3))
    assert min(seconds(16_000) for _ in range(3)) < 10 * short + 0.01
