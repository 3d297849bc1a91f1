"""The report of a result by question, from the paper of its attempt."""

from collections.abc import Callable
from typing import NamedTuple

from smartexam.catalog.images import image_url
from smartexam.catalog.layout import Layout, layout_of
from smartexam.catalog.shown_paper import ClientPassage, client_passages
from smartexam.catalog.store import papers
from smartexam.sitting import answers, grading
from smartexam.sitting.grading import Response
from smartexam.sitting.store.results import Result


class Report(NamedTuple):
    """The questions of an attempt as the student saw them, with the answers, their passages and the languages."""

    responses: list[Response]
    passages: list[ClientPassage]
    languages: tuple[str, ...]


def report(result: Result, *, own_letters: bool = False, image_url: Callable[[str], str | None] = image_url) -> Report:
    """The report of a result by question, in the order of the attempt.

    Args:
        result: the result.
        own_letters: options and answers are in the exam's own letters, as administrators see them.
        image_url: maps an image's path to what the report has of it.

    Raises:
        NotFound: the exam was deleted meanwhile.
    """
    paper = papers.load_paper(result.exam_id, result.paper_version)
    key = papers.load_answer_key(result.exam_id, result.paper_version)
    layout = layout_of(paper, result.seed)
    if own_letters:
        layout = Layout(layout.order, {})
    given = answers.decode(result.answers, len(paper))
    responses = grading.responses(paper, key, given, result.score.outcomes, layout, image_url)
    return Report(responses, client_passages(paper, layout, image_url), paper.exam.languages)
