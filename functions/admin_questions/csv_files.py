"""Imports questions from CSV files and exports them."""

from typing import Final, NamedTuple

from smartexam.catalog.csv_codec import (
    CsvFileError,
    ExportedQuestion,
    ImportedQuestion,
    columns_of,
    read_questions,
    write_questions,
)
from smartexam.catalog.questions import Question
from smartexam.catalog.store import exams, question_changes, questions
from smartexam.catalog.store.question_batches import MOST_EXAMS
from smartexam.catalog.store.question_changes import Log
from smartexam.platform import ids
from smartexam.platform.errors import BadRequest, NotFound, Unavailable

MAX_ROWS: Final = 10_000
_MOST_ERRORS_SHOWN = 1_000


class ImportOutcome(NamedTuple):
    """How many rows were imported, and the errors of the others, in the order of the file."""

    inserted: int
    errors: list[str]
    skipped: int


class _Refusal(NamedTuple):
    line: int
    reason: str


class _Sheet(NamedTuple):
    """A file's rows: the consistent questions by exam in order, and the refused rows."""

    accepted: dict[int, list[ImportedQuestion]]
    refused: list[_Refusal]


def import_questions(
    content: bytes, default_exam_id: int | None, now: float, log: Log, *, atomic: bool
) -> ImportOutcome:
    """Add a file's questions to the ends of the exams that its rows name.

    All or none of the questions of one exam are added, and of `MOST_EXAMS` exams together, so that importing a file
    again after a failure adds nothing twice. With `atomic` a single refused row refuses the file.

    Args:
        content: the file.
        default_exam_id: for rows without an exam.
        now: epoch seconds.
        log: the log entry of each step; files of very many exams take several.
        atomic: all or nothing.

    Raises:
        BadRequest: the file cannot be read as questions, has too many rows or, with `atomic`, too many exams.
        Unavailable: the database cannot be reached; nothing was added.
    """
    accepted, refused = _known_exams_only(_read(content, default_exam_id))
    rows = sum(map(len, accepted.values())) + len(refused)
    if atomic and len(accepted) > MOST_EXAMS:
        raise BadRequest(f"An atomic import can add to at most {MOST_EXAMS} exams", code="too_many_exams")
    if atomic and refused:
        return _outcome(0, refused, rows)
    inserted = 0
    waiting = list(accepted.items())
    while waiting:
        group, waiting = dict(waiting[:MOST_EXAMS]), waiting[MOST_EXAMS:]
        try:
            question_changes.add_to_exams(_numbered(group), now, log)
        except NotFound:
            # One of the exams was deleted while the file was read; try again without it.
            known = _known_exams_only(_Sheet(group, []))
            refused += known.refused
            if atomic:
                break
            waiting = [*known.accepted.items(), *waiting]
        except Unavailable:
            if not inserted:
                raise
            unread = [row for rows in (group, dict(waiting)) for each in rows.values() for row in each]
            refused += [_Refusal(row.line, "not stored, since the database could not be reached") for row in unread]
            break
        else:
            inserted += sum(map(len, group.values()))
    return _outcome(inserted, refused, rows)


def export_questions(exam_id: int, *, safe: bool) -> bytes:
    """An exam's questions as a CSV file.

    Raises:
        NotFound: there is no such exam.
    """
    exam = exams.find_exam(exam_id)
    rows = [ExportedQuestion(exam_id, question.content) for question in questions.questions_of(exam)]
    return b"".join(write_questions(rows, columns_of(rows), safe=safe))


def _read(content: bytes, default_exam_id: int | None) -> _Sheet:
    accepted: dict[int, list[ImportedQuestion]] = {}
    refused: list[_Refusal] = []
    try:
        for count, row in enumerate(read_questions(content)):
            if count == MAX_ROWS:
                raise BadRequest(f"The file has more than {MAX_ROWS} rows", code="too_many_rows")
            if not isinstance(row, ImportedQuestion):
                refused.append(_Refusal(row.line, row.reason))
                continue
            exam_id = row.exam_id or default_exam_id
            if exam_id is None:
                refused.append(_Refusal(row.line, "exam_id: must not be empty"))
            else:
                accepted.setdefault(exam_id, []).append(row)
    except CsvFileError as error:
        raise BadRequest(str(error), code="csv_unreadable") from None
    return _Sheet(accepted, refused)


def _known_exams_only(sheet: _Sheet) -> _Sheet:
    known = exams.get_exams(list(sheet.accepted))
    accepted = {exam_id: rows for exam_id, rows in sheet.accepted.items() if exam_id in known}
    unknown = [
        _no_exam(row.line, exam_id) for exam_id, rows in sheet.accepted.items() if exam_id not in known for row in rows
    ]
    return _Sheet(accepted, sheet.refused + unknown)


def _numbered(group: dict[int, list[ImportedQuestion]]) -> dict[int, list[tuple[int, Question]]]:
    fresh = iter(ids.allocator().take("question", sum(map(len, group.values()))))
    return {exam_id: [(next(fresh), row.question) for row in rows] for exam_id, rows in group.items()}


def _no_exam(line: int, exam_id: int) -> _Refusal:
    return _Refusal(line, f"exam_id: there is no exam {exam_id}")


def _outcome(inserted: int, refused: list[_Refusal], rows: int) -> ImportOutcome:
    errors = [f"Row {line}: {reason}" for line, reason in sorted(refused)[:_MOST_ERRORS_SHOWN]]
    if len(refused) > _MOST_ERRORS_SHOWN:
        errors.append(f"... and {len(refused) - _MOST_ERRORS_SHOWN} more rows")
    return ImportOutcome(inserted, errors, rows - inserted)
