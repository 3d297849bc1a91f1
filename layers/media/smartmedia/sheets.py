"""The PDF of a result, put together from what is stored of it."""

from smartexam.data.attempts import Result
from smartexam.data.catalog import papers
from smartexam.exam import answers, marking
from smartexam.exam.marks import display, plain
from smartexam.settings import settings
from smartexam.times import local_text
from smartmedia.result_pdf import Sheet, render


def result_sheet(result: Result, full_name: str, username: str) -> bytes:
    """A result as a PDF, question by question, against the paper that was sat.

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
        ("Minutes", plain((result.completed_at - result.started_at) / 60)),
        ("Completed", local_text(result.completed_at, settings().exam_timezone)),
        ("Result", str(result.id)),
    ]
    responses = marking.responses(paper, key, given, score.outcomes)
    return render(Sheet(result.exam_name, f"{full_name} ({username})", facts, responses))
