"""Papers that other programs typeset: what is read has to be what was written, to the letter, and no key wrong.

The folder's README says what wrote each of them and what it shows.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from paper_reader.extract import extract

FOLDER = Path(__file__).parent / "foreign"
PAPERS = sorted(path.stem for path in FOLDER.glob("*.pdf"))


def read(name: str) -> list[dict[str, Any]]:
    return [
        {
            "number": question.number,
            "type": question.question_type,
            "text": question.text,
            "options": question.options,
            "answer": question.answer,
            "tolerance": question.tolerance,
        }
        | ({"texts": {name: asdict(text) for name, text in question.texts.items()}} if question.texts else {})
        for question in extract((FOLDER / f"{name}.pdf").read_bytes()).questions
    ]


@pytest.mark.parametrize("name", PAPERS)
def test_reads_what_was_written(name: str) -> None:
    wanted = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    found = read(name)

    # The keys first: a wrong one is worse than anything that follows from the rest.
    assert [(each["number"], each["answer"]) for each in found] == [(each["number"], each["answer"]) for each in wanted]
    assert found == wanted


def test_every_paper_says_what_it_is() -> None:
    told = (FOLDER / "README.md").read_text(encoding="utf-8")

    assert PAPERS
    assert [name for name in PAPERS if f"`{name}`" not in told] == []
    assert sorted(path.stem for path in FOLDER.glob("*.json")) == PAPERS
