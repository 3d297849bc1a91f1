"""Questions as files: CSV and XLSX in both directions, with a reason for every refused row.

    file = read_questions(content)
    for row in file.rows: ...
    content = write_csv(rows)

Every file has the columns of a plain question; columns of other fields are written only if they are used: `section` and
`passage` by name and text, `option_a_image`, `tags` separated by ";", and translations as `question_text_hi`.
"""

from question_files.columns import COLUMNS, ExportedQuestion, ImportedQuestion, Place, RefusedRow, cells_of
from question_files.reading import QuestionFile, QuestionFileError, read_questions
from question_files.writing import write_csv, write_xlsx

__all__ = [
    "COLUMNS",
    "ExportedQuestion",
    "ImportedQuestion",
    "Place",
    "QuestionFile",
    "QuestionFileError",
    "RefusedRow",
    "cells_of",
    "read_questions",
    "write_csv",
    "write_xlsx",
]
