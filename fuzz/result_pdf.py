"""A result as a PDF, for a paper with any texts that a question may have."""

from result_sheets.pdf import Sheet, render
from smartexam.accounts.names import person_name
from smartexam.catalog.questions import Question, check
from smartexam.sitting.grading import Response

SEEDS = (
    b"Find $\\large \\frac{1}{2}$\x00one\x00two",
    "\u092a\u094d\u0930\u0936\u094d\u0928 \u2211\u00b2\x00\u202e\u200d\x00\U0001f600".encode(),
    b"**bold** __u__ [x](http://y)\x00\\(\\[\x00" + b"x" * 300,
)


def read(data: bytes) -> None:
    """A file, for any text."""
    text, first, second = (*data.decode("utf-8", "replace").split("\x00"), "", "", "")[:3]
    fields = {"question_text": text, "option_a": first, "option_b": second, "correct_answer": "A"}
    question = check(fields)
    if not isinstance(question, Question):
        return
    response = Response(
        1,
        question.question_text,
        question.option_a,
        question.option_b,
        "",
        "",
        question.question_type,
        "A",
        question.correct_answer,
        is_attempted=True,
        is_correct=True,
        is_partial=False,
        marks_obtained=4.0,
        max_marks=4.0,
        image_url=None,
        option_image_urls={},
        section_id=None,
        passage_id=None,
        texts={},
        solution="",
        solution_image_url=None,
    )
    student = person_name(first) or "Somebody"
    assert render(Sheet(text[:200], student, [("Score", "4 / 4")], [response])).startswith(b"%PDF")
