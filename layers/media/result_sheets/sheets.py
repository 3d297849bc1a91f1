"""Collects a result's data for its PDF."""

from result_sheets.pdf import Sheet, render
from smartexam.catalog.marks import display, plain
from smartexam.catalog.store import papers
from smartexam.platform.settings import settings
from smartexam.platform.times import local_text
from smartexam.sitting import answers, grading
from smartexam.sitting.store.results import Result


def result_sheet(result: Result, full_name: str, username: str) -> bytes:
    """A result as a PDF, question by question, with the paper of its attempt.

    Raises:
        NotFound: the exam was deleted meanwhile.
    """
    paper = papers.load_paper(result.exam_id, result.paper_version)
    key = papers.load_answer_key(result.exam_id, result.paper_version)
    given = answers.decode(result.answers, len(paper))
    score = result.score
    facts = [
        ("Score", f"{plain(display(score.score))} / {plain(display(score.max_score))}"),
        ("Percentage", f"{plain(score.percentage)} %"),
        ("Grade", score.grade),
        ("Attempt", str(result.attempt_number)),
        ("Correct", str(score.correct)),
        ("Wrong", str(score.incorrect)),
        ("Not attempted", str(score.unanswered)),
        ("Minutes", plain(max(0, result.completed_at - result.started_at) / 60)),
        ("Completed", local_text(result.completed_at, settings().exam_timezone)),
        ("Result", str(result.id)),
    ]
    responses = grading.responses(paper, key, given, score.outcomes)
    return render(Sheet(result.exam_name, f"{full_name} ({username})", facts, responses))
