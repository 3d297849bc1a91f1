"""Reads questions from any table.

`question_text` and `correct_answer` are required, other columns optional and in any order. Unknown columns are refused,
because a misspelt "positve_marks" must not silently give all questions the exam's marks. Cells are text and nothing
else ("007", "NA" and "3.10" stay).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from question_files.columns import (
    NAMES,
    REQUIRED_COLUMNS,
    ImportedQuestion,
    RefusedRow,
    question_of,
    translated_column,
)
from table_reader import RefusedRow as UnreadRow
from table_reader import TableError, read_records

# A file that cannot be read as questions; the message is for the client.
QuestionFileError = TableError


@dataclass(frozen=True, slots=True)
class QuestionFile:
    """The rows of a file in order, without empty ones, and remarks on how it was read."""

    rows: Iterator[ImportedQuestion | RefusedRow]
    notes: tuple[str, ...]


def read_questions(content: bytes) -> QuestionFile:
    """The questions of a CSV file or of a spreadsheet, recognised by its content.

    Raises:
        QuestionFileError: it cannot be read, or its first row cannot be used.
    """
    records = read_records(content, NAMES, needed=REQUIRED_COLUMNS, others=translated_column, strict=True)
    rows = (
        RefusedRow(row.line, row.reason) if isinstance(row, UnreadRow) else question_of(row.line, row.cells)
        for row in records.rows
    )
    return QuestionFile(rows, records.notes)
