"""Imports questions from files and exports them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from admin_questions import existing, placing
from admin_questions.placing import Placement
from question_files import (
    ExportedQuestion,
    ImportedQuestion,
    Place,
    QuestionFileError,
    read_questions,
    write_csv,
    write_xlsx,
)
from smartexam.catalog.exam import Exam
from smartexam.catalog.questions import Question, as_fields
from smartexam.catalog.store import exams, question_changes, questions
from smartexam.catalog.store.question_batches import MOST_EXAMS
from smartexam.catalog.store.question_changes import Log
from smartexam.catalog.store.totals import ContentChanged
from smartexam.platform import ids
from smartexam.platform.errors import BadRequest, NotFound, Unavailable

MAX_ROWS: Final = 10_000
_MOST_ERRORS_SHOWN = _MOST_SHOWN = 1_000
# Other changes of an exam during an import that leaves out existing questions.
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a file is imported.

    Attributes:
        exam_id: the exam of all rows, None to go by their column.
        atomic: all rows or none.
        dry_run: store nothing; only report what would be imported.
        skip_existing: leave out rows that their exam has already.
    """

    exam_id: int | None = None
    atomic: bool = False
    dry_run: bool = False
    skip_existing: bool = False


class ImportOutcome(NamedTuple):
    """The result of an import.

    Attributes:
        inserted: how many rows were imported.
        skipped: how many were not.
        errors: why, in file order.
        existing: how many of the skipped rows their exam has already, without an error.
        notes: remarks on how the file was read.
        shown: the questions of a dry run.
    """

    inserted: int
    skipped: int
    errors: list[str]
    existing: int
    notes: tuple[str, ...]
    shown: list[dict[str, Any]] | None


class _Refusal(NamedTuple):
    line: int
    reason: str
    # What the row says of its exam, until it is compared with that.
    place: Place | None = None


class _Placed(NamedTuple):
    """Rows by exam, as planned; `version` is the exam's, None if the rows were not compared with its questions."""

    exam: Exam
    placement: Placement
    version: int | None


def import_questions(content: bytes, options: ImportOptions, by: tuple[int, float], log: Log) -> ImportOutcome:
    """Add a file's questions to the ends of the exams that its rows name.

    All or none of the questions of one exam, or of up to `MOST_EXAMS` exams, are added, so importing a file again after
    a failure adds nothing twice. With `atomic` a single refused row refuses the file: `inserted` is 0, and nothing was
    stored. Missing sections and passages are created first.

    Args:
        content: the file.
        options: how to import it.
        by: the administrator and the time, epoch seconds.
        log: the log entry of each step; files of very many exams take several.

    Raises:
        BadRequest: the file cannot be read as questions, has too many rows or, with `atomic`, too many exams;
            `unequal_marks`.
        Unavailable: the database cannot be reached; nothing was added.
    """
    return _Import(content, options, by, log).outcome()


def export_csv(exam_id: int, *, safe: bool) -> bytes:
    """An exam's questions as a CSV file.

    Raises:
        NotFound: there is no such exam.
    """
    return write_csv(_exported(exam_id), safe=safe)


def export_xlsx(exam_id: int) -> bytes:
    """An exam's questions as a workbook.

    Raises:
        NotFound: there is no such exam.
    """
    return write_xlsx(_exported(exam_id))


def _exported(exam_id: int) -> list[ExportedQuestion]:
    exam = exams.find_exam(exam_id)
    return placing.as_rows(exam, list(questions.questions_of(exam)))


class _Import:
    """One import of a file."""

    def __init__(self, content: bytes, options: ImportOptions, by: tuple[int, float], log: Log) -> None:
        self._options, self._by, self._log = options, by, log
        self._accepted: dict[int, list[ImportedQuestion]] = {}
        self._refused: list[_Refusal] = []
        self._existing = self._inserted = 0
        self._notes = self._read(content)

    def outcome(self) -> ImportOutcome:
        """Import the file."""
        atomic = self._options.atomic
        rows = sum(map(len, self._accepted.values())) + len(self._refused)
        if atomic and len(self._accepted) > MOST_EXAMS:
            raise BadRequest(f"An atomic import can add to at most {MOST_EXAMS} exams", code="too_many_exams")
        waiting = self._placed(self._accepted)
        self._name_misplaced()
        shown = None
        if self._options.dry_run:
            self._inserted, shown = sum(len(each.placement.rows) for each in waiting), _shown(waiting)
        elif not (atomic and self._refused):
            self._add(waiting)
        if atomic and self._refused:
            self._inserted = 0
        errors = [f"Row {row.line}: {row.reason}" for row in sorted(self._refused)[:_MOST_ERRORS_SHOWN]]
        if len(self._refused) > _MOST_ERRORS_SHOWN:
            errors.append(f"... and {len(self._refused) - _MOST_ERRORS_SHOWN} more rows")
        return ImportOutcome(self._inserted, rows - self._inserted, errors, self._existing, self._notes, shown)

    def _read(self, content: bytes) -> tuple[str, ...]:
        try:
            file = read_questions(content)
        except QuestionFileError as error:
            raise BadRequest(str(error), code="csv_unreadable") from None
        for count, row in enumerate(file.rows):
            if count == MAX_ROWS:
                raise BadRequest(f"The file has more than {MAX_ROWS} rows", code="too_many_rows")
            if not isinstance(row, ImportedQuestion):
                self._refused.append(_Refusal(row.line, row.reason, row.place))
                continue
            exam_id = self._options.exam_id or row.exam_id
            if exam_id is None:
                self._refused.append(_Refusal(row.line, "exam_id: must not be empty"))
            else:
                self._accepted.setdefault(exam_id, []).append(row)
        return file.notes

    def _placed(self, accepted: dict[int, list[ImportedQuestion]]) -> list[_Placed]:
        """The rows that can be added; the others are refused or left out."""
        known = exams.get_exams(list(accepted))
        placed: list[_Placed] = []
        for exam_id, rows in accepted.items():
            exam = known.get(exam_id)
            if exam is None:
                self._refused += [_Refusal(row.line, f"exam_id: there is no exam {exam_id}") for row in rows]
                continue
            new, version = self._without_existing(exam, rows)
            placement = placing.place(exam, new)
            self._refused += [_Refusal(line, reason) for line, reason in placement.refused]
            if placement.rows:
                placed.append(_Placed(exam, placement, version))
        return placed

    def _name_misplaced(self) -> None:
        """Add to the refused rows what does not fit their exam."""
        named = [self._options.exam_id or row.place.exam_id for row in self._refused if row.place is not None]
        known = exams.get_exams(sorted({exam_id for exam_id in named if exam_id is not None}))
        for at, row in enumerate(self._refused):
            if row.place is None:
                continue
            exam_id = self._options.exam_id or row.place.exam_id
            exam = None if exam_id is None else known.get(exam_id)
            if exam is not None:
                more = placing.misplacement(exam, row.place)
            elif exam_id is not None:
                more = f"exam_id: there is no exam {exam_id}"
            else:
                more = "" if "exam_id: " in row.reason else "exam_id: must not be empty"
            self._refused[at] = _Refusal(row.line, "; ".join(filter(None, (row.reason, more))))

    def _without_existing(
        self, exam: Exam, rows: Sequence[ImportedQuestion]
    ) -> tuple[Sequence[ImportedQuestion], int | None]:
        if not self._options.skip_existing:
            return rows, None
        stored = list(questions.questions_of(exam))
        compared = existing.without_existing(
            exam.id, rows, list(zip(stored, placing.as_rows(exam, stored), strict=True))
        )
        self._existing += compared.existing
        self._refused += [_Refusal(line, reason) for line, reason in compared.refused]
        return compared.rows, exam.content_version

    def _add(self, waiting: list[_Placed]) -> None:
        while waiting:
            group, waiting = waiting[:MOST_EXAMS], waiting[MOST_EXAMS:]
            try:
                self._add_group(group)
            except NotFound:
                # One of the exams was deleted while the file was read; try again without it.
                known = self._placed({each.exam.id: each.placement.rows for each in group})
                if self._options.atomic:
                    return
                waiting = [*known, *waiting]
            except Unavailable:
                if not self._inserted:
                    raise
                unread = [row for each in (*group, *waiting) for row in each.placement.rows]
                self._refused += [
                    _Refusal(row.line, "not stored, since the database could not be reached") for row in unread
                ]
                return

    def _add_group(self, group: list[_Placed]) -> None:
        for _ in range(_ATTEMPTS):
            contents = {exam.id: placing.carry_out(exam, placement, self._by) for exam, placement, _ in group}
            versions = {exam.id: version for exam, _, version in group if version is not None}
            creates = any(placement.sections or placement.passages for _, placement, _ in group)
            # What was just created changed the versions.
            if not (versions and creates) and self._are_added(contents, versions):
                self._inserted += sum(len(each.placement.rows) for each in group)
                return
            group = self._placed({each.exam.id: each.placement.rows for each in group})
            if not group or (self._options.atomic and self._refused):
                return
        raise Unavailable

    def _are_added(self, contents: dict[int, list[Question]], versions: dict[int, int]) -> bool:
        """Add the questions, unless an exam has another version."""
        try:
            question_changes.add_to_exams(_numbered(contents), self._by[1], self._log, as_of=versions)
        except ContentChanged:
            return False
        return True


def _shown(placed: list[_Placed]) -> list[dict[str, Any]]:
    rows = [(each.exam, row) for each in placed for row in each.placement.rows]
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
