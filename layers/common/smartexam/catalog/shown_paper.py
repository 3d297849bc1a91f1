"""A paper in the API's shapes: an exam, its questions and passages, as the student of one attempt sees them."""

from collections.abc import Callable

from msgspec import UNSET, Struct, UnsetType, structs

from smartexam.catalog.layout import Layout
from smartexam.catalog.marks import display
from smartexam.catalog.paper import ExamPaper, ExamPaperQuestion


class ClientPassage(Struct, frozen=True):
    """A passage in the shape of `GET /exam/:id`."""

    id: int
    text: str
    image_url: str | None
    texts: dict[str, str]


class ClientQuestion(Struct, frozen=True, gc=False):
    """A question in the shape of `GET /exam/:id`; marks rounded to two decimals, `image_url` null without an image.

    Options from E on are present if they are not empty, `option_image_urls` are by letter, `texts` by language and
    field.

    Attributes:
        positive_marks: marks of a right answer, rounded to two decimals.
        negative_marks: marks that a wrong answer costs, as a positive number rounded to two decimals.
    """

    id: int
    question_text: str
    option_a: str
    option_b: str
    option_c: str
    option_d: str
    question_type: str
    image_url: str | None
    positive_marks: float
    negative_marks: float
    option_image_urls: dict[str, str]
    section_id: int | None
    passage_id: int | None
    texts: dict[str, dict[str, str]]
    option_e: str | UnsetType = UNSET
    option_f: str | UnsetType = UNSET
    option_g: str | UnsetType = UNSET
    option_h: str | UnsetType = UNSET


ImageUrl = Callable[[str], str | None]


def client_questions(paper: ExamPaper, layout: Layout, image_url: ImageUrl) -> list[ClientQuestion]:
    """The questions of an attempt in its order; `image_url` maps an image's path.

    The paper has paths, because URLs may expire or move while a version of a paper never changes.
    """
    return [_client_question(paper, position, layout, image_url) for position in layout.order]


def client_passages(paper: ExamPaper, layout: Layout, image_url: ImageUrl) -> list[ClientPassage]:
    """The passages of an attempt's questions, in the order of first use."""
    met = dict.fromkeys(paper.questions[position].passage_id for position in layout.order)
    known = {passage.id: passage for passage in paper.passages}
    return [
        ClientPassage(
            known[each].id,
            known[each].text,
            image_url(known[each].image) if known[each].image else None,
            dict(known[each].texts),
        )
        for each in met
        if each in known
    ]


def client_exam(paper: ExamPaper) -> dict[str, object]:
    """The exam's fields in the API's shape, with the paper's totals, without the status, which changes."""
    exam = paper.exam
    return {
        "id": exam.id,
        "name": exam.name,
        "date": exam.date,
        "start_time": exam.start_time,
        "duration": exam.duration,
        "category_id": exam.category_id,
        "total_questions": paper.asked,
        "max_marks": display(paper.marks(paper.max_units)),
        "max_attempts": exam.max_attempts,
        "result_mode": exam.result_mode,
        "instructions": exam.instructions,
        "positive_marks": display(exam.positive),
        "negative_marks": display(exam.negative),
        "languages": list(exam.languages),
    }


def as_shown(question: ExamPaperQuestion, own: str | None) -> ExamPaperQuestion:
    """A question with its options in the order of an attempt; `own` are the exam's letters in that order."""
    if own is None:
        return question
    moved = dict(zip(sorted(own), own, strict=True))
    options = dict(zip("ABCDEFGH", question.options, strict=True))
    fields = {f"option_{shown.lower()}": options[letter] for shown, letter in moved.items()}
    images = {
        shown: question.option_images[letter] for shown, letter in moved.items() if letter in question.option_images
    }
    back = {f"option_{letter.lower()}": f"option_{shown.lower()}" for shown, letter in moved.items()}
    texts = {
        language: dict(sorted((back.get(name, name), text) for name, text in translated.items()))
        for language, translated in question.texts.items()
    }
    return structs.replace(question, option_images=images, texts=texts, **fields)


def _client_question(paper: ExamPaper, position: int, layout: Layout, image_url: ImageUrl) -> ClientQuestion:
    question = paper.questions[position]
    shown = as_shown(question, layout.letters.get(position))
    return ClientQuestion(
        shown.id,
        shown.question_text,
        shown.option_a,
        shown.option_b,
        shown.option_c,
        shown.option_d,
        shown.question_type,
        image_url(shown.image_path) if shown.image_path else None,
        display(paper.marks(shown.positive_marks)),
        display(paper.marks(shown.negative_marks)),
        {letter: image_url(path) or "" for letter, path in shown.option_images.items()},
        shown.section_id,
        shown.passage_id,
        {language: dict(texts) for language, texts in shown.texts.items()},
        *(text or UNSET for text in shown.options[4:]),
    )
