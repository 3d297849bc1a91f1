"""Imports questions from CSV files and exports them."""

from typing import Any, Final, NamedTuple

from admin_questions import placing
from admin_questions.placing import Placement
from smartexam.catalog.csv_codec import (
    CsvFileError,
    ImportedQuestion,
    columns_of,
    read_questions,
    write_questions,
)
from smartexam.catalog.exam import Exam
from smartexam.catalog.questions import Question, as_fields
from smartexam.catalog.store import exams, question_changes, questions
from smartexam.catalog.store.question_batches import MOST_EXAMS
from smartexam.catalog.store.question_changes import Log
from smartexam.platform import ids
from smartexam.platform.errors import BadRequest, NotFound, Unavailable

MAX_ROWS: Final = 10_000
_MOST_ERRORS_SHOWN = _MOST_SHOWN = 1_000


class ImportOutcome(NamedTuple):
    """The number of imported rows, the errors of the others in file order, and the questions of a dry run."""

    inserted: int
    errors: list[str]
    skipped: int
    shown: list[dict[str, Any]] | None


class _Refusal(NamedTuple):
    line: int
    reason: str


class _Sheet(NamedTuple):
    """A file's rows: the consistent questions by exam in order, and the refused rows."""

    accepted: dict[int, list[ImportedQuestion]]
    refused: list[_Refusal]


def import_questions(
    content: bytes, exam_id: int | None, by: tuple[int, float], log: Log, *, atomic: bool, dry_run: bool = False
) -> ImportOutcome:
    """Add a file's questions to the ends of the exams that its rows name.

    All or none of the questions of one exam, or of up to `MOST_EXAMS` exams, are added, so importing a file again after
    a failure adds nothing twice. With `atomic` a single refused row refuses the file. Missing sections and passages are
    created first.

    Args:
        content: the file.
        exam_id: the exam of all rows, None to go by their column.
        by: the administrator and the time, epoch seconds.
        log: the log entry of each step; files of very many exams take several.
        atomic: all or nothing.
        dry_run: store nothing; only report what would be imported.

    Raises:
        BadRequest: the file cannot be read as questions, has too many rows or, with `atomic`, too many exams;
            `unequal_marks`.
        Unavailable: the database cannot be reached; nothing was added.
    """
    accepted, refused = _read(content, exam_id)
    rows = sum(map(len, accepted.values())) + len(refused)
    if atomic and len(accepted) > MOST_EXAMS:
        raise BadRequest(f"An atomic import can add to at most {MOST_EXAMS} exams", code="too_many_exams")
    waiting, unplaced = _placed(accepted)
    refused += unplaced
    if dry_run:
        return _outcome(sum(len(each.rows) for _, each in waiting), refused, rows, _shown(waiting))
    if atomic and refused:
        return _outcome(0, refused, rows)
    inserted = 0
    while waiting:
        group, waiting = waiting[:MOST_EXAMS], waiting[MOST_EXAMS:]
        try:
            contents = {exam.id: placing.carry_out(exam, placement, by) for exam, placement in group}
            question_changes.add_to_exams(_numbered(contents), by[1], log)
        except NotFound:
            # One of the exams was deleted while the file was read; try again without it.
            known, unplaced = _placed({exam.id: placement.rows for exam, placement in group})
            refused += unplaced
            if atomic:
                break
            waiting = [*known, *waiting]
        except Unavailable:
            if not inserted:
                raise
            unread = [row for _, placement in (*group, *waiting) for row in placement.rows]
            refused += [_Refusal(row.line, "not stored, since the database could not be reached") for row in unread]
            break
        else:
            inserted += sum(len(placement.rows) for _, placement in group)
    return _outcome(inserted, refused, rows)


def export_questions(exam_id: int, *, safe: bool) -> bytes:
    """An exam's questions as a CSV file.

    Raises:
        NotFound: there is no such exam.
    """
    exam = exams.find_exam(exam_id)
    rows = placing.as_rows(exam, list(questions.questions_of(exam)))
    return b"".join(write_questions(rows, columns_of(rows), safe=safe))


def _read(content: bytes, exam_id_given: int | None) -> _Sheet:
    accepted: dict[int, list[ImportedQuestion]] = {}
    refused: list[_Refusal] = []
    try:
        for count, row in enumerate(read_questions(content)):
            if count == MAX_ROWS:
                raise BadRequest(f"The file has more than {MAX_ROWS} rows", code="too_many_rows")
            if not isinstance(row, ImportedQuestion):
                refused.append(_Refusal(row.line, row.reason))
                continue
            exam_id = exam_id_given or row.exam_id
            if exam_id is None:
                refused.append(_Refusal(row.line, "exam_id: must not be empty"))
            else:
                accepted.setdefault(exam_id, []).append(row)
    except CsvFileError as error:
        raise BadRequest(str(error), code="csv_unreadable") from None
    return _Sheet(accepted, refused)


_Placed = list[tuple[Exam, Placement]]


def _placed(accepted: dict[int, list[ImportedQuestion]]) -> tuple[_Placed, list[_Refusal]]:
    """Rows by exam that can be added, and the others: their exam is unknown, or they do not fit it."""
    known = exams.get_exams(list(accepted))
    placed: _Placed = []
    refused: list[_Refusal] = []
    for exam_id, rows in accepted.items():
        if exam_id not in known:
            refused += [_no_exam(row.line, exam_id) for row in rows]
            continue
        placement = placing.place(known[exam_id], rows)
        refused += [_Refusal(line, reason) for line, reason in placement.refused]
        if placement.rows:
            placed.append((known[exam_id], placement))
    return placed, refused


def _shown(placed: _Placed) -> list[dict[str, Any]]:
    rows = [(exam, row) for exam, placement in placed for row in placement.rows]
    rows.sort(key=lambda each: each[1].line)
    return [
        {
            "row": row.line,
            "exam_id": exam.id,
            **as_fields(row.question),
            "section": row.section,
            "passage": row.passage,
        }
        for exam, row in rows[:_MOST_SHOWN]
    ]


def _numbered(contents: dict[int, list[Question]]) -> dict[int, list[tuple[int, Question]]]:
    fresh = iter(ids.allocator().take("question", sum(map(len, contents.values()))))
    return {exam_id: [(next(fresh), content) for content in of_exam] for exam_id, of_exam in contents.items()}


def _no_exam(line: int, exam_id: int) -> _Refusal:
    return _Refusal(line, f"exam_id: there is no exam {exam_id}")


def _outcome(
    inserted: int, refused: list[_Refusal], rows: int, shown: list[dict[str, Any]] | None = None
) -> ImportOutcome:
    errors = [f"Row {line}: {reason}" for line, reason in sorted(refused)[:_MOST_ERRORS_SHOWN]]
    if len(refused) > _MOST_ERRORS_SHOWN:
        errors.append(f"... and {len(refused) - _MOST_ERRORS_SHOWN} more rows")
    return ImportOutcome(inserted, errors, rows - inserted, shown)
