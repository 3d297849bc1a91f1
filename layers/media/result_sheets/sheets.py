"""Collects a result's data for its PDF."""

from fractions import Fraction

from result_sheets.pdf import Sheet, render
from smartexam.catalog.marks import display, plain
from smartexam.platform.errors import TooLarge
from smartexam.platform.settings import settings
from smartexam.platform.times import local_text
from smartexam.results.report import report
from smartexam.sitting.store.results import Result

# About 3 MB: Lambda answers with 6 MB at most, a third of it for base64.
MOST_QUESTIONS = 1200


def result_sheet(result: Result, full_name: str, username: str, *, own_letters: bool = False) -> bytes:
    """A result as a PDF, question by question, with the paper of its attempt.

    With `own_letters` answers are in the exam's own letters, otherwise in those that the student saw.

    Raises:
        NotFound: the exam was deleted meanwhile.
        TooLarge: it has more questions than a function can answer with.
    """
    shown = report(result, own_letters=own_letters)
    if len(shown.responses) > MOST_QUESTIONS:
        message = f"A result of more than {MOST_QUESTIONS} questions cannot be a PDF. Read it question by question."
        raise TooLarge(message, code="too_many_questions")
    score = result.score
    facts = [
        ("Score", f"{plain(display(score.marks))} / {plain(display(score.max_marks))}"),
        ("Percentage", f"{plain(score.percentage)} %"),
        ("Grade", score.grade),
        ("Attempt", str(result.attempt_number)),
        ("Correct", str(score.correct)),
        *([("Partly correct", str(score.partial))] if score.partial else []),
        ("Wrong", str(score.incorrect)),
        ("Not attempted", str(score.unanswered)),
        ("Minutes", plain(max(0, result.completed_at - result.started_at) / 60)),
        ("Completed", local_text(result.completed_at, settings().exam_timezone)),
        ("Result", str(result.id)),
    ]
    for section in score.sections:
        gained, most = (display(Fraction(units, score.units)) for units in (section.score, section.max_score))
        facts.append((section.name, f"{plain(gained)} / {plain(most)}"))
    return render(Sheet(result.exam_name, f"{full_name} ({username})", facts, shown.responses))
