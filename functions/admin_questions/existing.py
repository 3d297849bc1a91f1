"""Finds the rows of a file that an exam has already.

Two questions are the same if students see the same: text, pictures, options and passage. A row whose other columns
differ, such as its key or its marks, is refused with the question to change, because adding it would double the
question and leaving it out would lose the correction.
"""

from collections.abc import Sequence
from typing import NamedTuple

from question_files import ExportedQuestion, ImportedQuestion, cells_of
from smartexam.catalog.store.question_items import StoredQuestion


class New(NamedTuple):
    """The rows that are not in the exam, how many are, and the errors of those that are there with other values."""

    rows: list[ImportedQuestion]
    existing: int
    refused: list[tuple[int, str]]


def without_existing(
    exam_id: int, rows: Sequence[ImportedQuestion], stored: Sequence[tuple[StoredQuestion, ExportedQuestion]]
) -> New:
    """Compare the rows for an exam with its questions and with the rows before them.

    Args:
        exam_id: the exam.
        rows: of the file.
        stored: the exam's questions, each also as the row that an export has.
    """
    known: dict[tuple[object, ...], dict[str, dict[str, str]]] = {}
    for question, exported in stored:
        known.setdefault(_seen(exported), {})[f"question {question.id} of the exam"] = cells_of(exported)
    found = New([], 0, [])
    existing = 0
    for row in rows:
        exported = ExportedQuestion(exam_id, row.question, row.section, row.passage)
        same = known.setdefault(_seen(exported), {})
        cells = cells_of(exported)
        differences = {name: _differing(cells, others) for name, others in same.items()}
        if not same:
            found.rows.append(row)
        elif not all(differences.values()):
            existing += 1
        else:
            name, columns = next(iter(differences.items()))
            found.refused.append((row.line, f"{name} is the same, but with another {', '.join(columns)}"))
        same.setdefault(f"row {row.line}", cells)
    return found._replace(existing=existing)


def _seen(row: ExportedQuestion) -> tuple[object, ...]:
    question = row.question
    return (
        question.question_text,
        question.image_path,
        question.options,
        tuple(question.option_images.items()),
        row.passage,
    )


def _differing(cells: dict[str, str], others: dict[str, str]) -> list[str]:
    """The columns in which a row differs from a question; an empty section is that of the question."""
    if not cells["section"] or cells["section"].casefold() == others["section"].casefold():
        cells = {**cells, "section": others["section"]}
    return [name for name in {**cells, **others} if cells.get(name, "") != others.get(name, "")]
