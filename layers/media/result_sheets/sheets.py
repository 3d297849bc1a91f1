"""Collects a result's data for its PDF."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from result_sheets import pdf, pictures
from result_sheets.labels import Labels, labels_in
from result_sheets.pdf import SectionRow, Sheet, pictures_of
from smartexam.catalog.marks import display, plain
from smartexam.platform.errors import InvalidFields
from smartexam.platform.settings import settings
from smartexam.platform.times import local_text
from smartexam.results.report import report
from smartexam.sitting.store.results import Result


def compose(
    result: Result, full_name: str, username: str, *, own_letters: bool = False, language: str | None = None
) -> Sheet:
    """What the PDF of a result shows, question by question, with the paper of its attempt; without pictures.

    Args:
        result: the result.
        full_name: of its student.
        username: of its student.
        own_letters: answers are in the exam's own letters, otherwise in those that the student saw.
        language: of labels, questions, passages and solutions; what is not translated stays in the exam's first
            language, and labels in English.

    Raises:
        InvalidFields: the exam does not have the language.
        NotFound: the exam was deleted meanwhile.
        Unavailable: the database cannot be reached.
    """
    shown = report(result, own_letters=own_letters, image_url=str)
    if language is not None and language not in shown.languages:
        raise InvalidFields([("lang", f"must be one of {', '.join(shown.languages)}")])
    language = language or shown.languages[0]
    return Sheet(
        result.exam_name,
        f"{full_name} ({username})",
        _facts(result, labels_in(language)),
        shown.responses,
        shown.passages,
        _sections(result),
        language,
    )


def typeset(sheet: Sheet) -> bytes:
    """The PDF of a sheet, with its pictures.

    Raises:
        Unavailable: the storage of images cannot be reached.
    """
    return pdf.render(replace(sheet, pictures=pictures.fetch(pictures_of(sheet))))


def _facts(result: Result, labels: Labels) -> Sequence[tuple[str, str]]:
    score = result.score
    return [
        (labels.score, f"{plain(display(score.marks))} / {plain(display(score.max_marks))}"),
        (labels.percentage, f"{plain(score.percentage)} %"),
        (labels.grade, score.grade),
        (labels.attempt, str(result.attempt_number)),
        (labels.correct, str(score.correct)),
        *([(labels.partly_correct, str(score.partial))] if score.partial else []),
        (labels.wrong, str(score.incorrect)),
        (labels.not_attempted, str(score.unanswered)),
        (labels.minutes, plain(max(0, result.completed_at - result.started_at) / 60)),
        (labels.completed, local_text(result.completed_at, settings().exam_timezone)),
        (labels.result, str(result.id)),
    ]


def _sections(result: Result) -> Sequence[SectionRow]:
    score = result.score
    rows = []
    for section in score.sections:
        gained, most = (plain(display(Fraction(units, score.units))) for units in (section.score, section.max_score))
        counts = (section.correct, section.partial, section.incorrect, section.unanswered)
        rows.append(SectionRow(section.id, section.name, f"{gained} / {most}", *map(str, counts)))
    return rows
