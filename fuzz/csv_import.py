"""Questions from CSV files, and back."""

import csv
import io
from pathlib import Path

from question_files import ExportedQuestion, ImportedQuestion, QuestionFileError, read_questions, write_csv, write_xlsx
from smartexam.catalog.numeric import read_number
from smartexam.catalog.questions import as_fields, check

_HEADER = "exam_id,question_text,option_a,option_b,option_c,option_d,correct_answer,question_type,tolerance\r\n"
SEEDS = (
    (Path(__file__).parents[1] / "examples" / "physics_mock.csv").read_bytes()[:2_000],
    f'{_HEADER}1,"What, ""x""?\n",1,2,,,"A,B",MSQ,\r\n'.encode(),
    f"\ufeff{_HEADER.replace(',', ';')};=1+1;;;;;1.5e3;NUMERIC;0.5\n".encode(),
    b"question_text,correct_answer,option_a_image,option_h,section,passage,tags,question_text_hi\r\nq,A|H,a.png,x,S,P,a;b,z",
    b"question_text\tcorrect_answer\toption_a\toption_b\rq\tB\t1\t2\r",
    _HEADER.encode("utf-16"),
)
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def read(data: bytes) -> None:
    """Every row is a consistent question or refused with a reason; exported questions are read back unchanged."""
    try:
        rows = list(read_questions(data).rows)
    except QuestionFileError as error:
        assert str(error)
        return
    questions = [_exported(row) for row in rows if isinstance(row, ImportedQuestion)]
    for row in rows:
        assert row.line >= 1
        assert isinstance(row, ImportedQuestion) or row.reason.encode()
    for each in questions:
        assert check(as_fields(each.question)) == each.question
    for file in (write_csv(questions), write_xlsx(questions)):
        again = list(read_questions(file).rows)
        assert [_exported(row) for row in again if isinstance(row, ImportedQuestion)] == questions
        assert len(again) == len(questions)
    _check_safe(questions)


def _exported(row: ImportedQuestion) -> ExportedQuestion:
    return ExportedQuestion(row.exam_id or 1, row.question, row.section, row.passage)


def _check_safe(questions: list[ExportedQuestion]) -> None:
    text = write_csv(questions, safe=True).decode("utf-8-sig")
    for cells in csv.reader(io.StringIO(text, newline="")):
        for cell in cells:
            assert not cell.startswith(_FORMULAS) or read_number(cell) is not None, cell
