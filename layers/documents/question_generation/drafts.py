"""Generated questions for an administrator's review."""

import re
from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta, Struct

from question_generation.request import GenerationRequest
from smartexam.catalog.marks import display
from smartexam.catalog.questions import NUMERIC

_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_ALIKE = 0.85


class Provenance(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The source of a question, and what confirms its answer.

    `verification` is `answer_key` (the paper's own), `blind_solve` (a second, independent answer agrees) or `none`.
    `span` is the source text, `repaired_by` the model that restored unreadable characters.

    Attributes:
        source: the `mode` that it comes from.
        verification: what confirms the key: the paper's `answer_key`, a `blind_solve` by a second, independent
            answer, or `none`.
        page: page of the PDF, from 1.
        section: heading above it in the paper.
        span: the text of the source that it was made from.
        model: the language model that made it.
        repaired_by: the language model that restored unreadable characters.
    """

    source: Annotated[str, Meta(extra_json_schema={"enum": ["extract", "mine", "pure"]})]
    verification: Annotated[str, Meta(extra_json_schema={"enum": ["answer_key", "blind_solve", "none"]})]
    page: int | None = None
    number: int | None = None
    section: str = ""
    span: str = ""
    model: str = ""
    repaired_by: str = ""


class DraftFigure(Struct, frozen=True, kw_only=True):
    """What is drawn in a question or, by letter, in its options, cut out of the paper.

    Attributes:
        image_url: address of the question's image; null where it has none.
        option_image_urls: addresses of the options' images by letter.
    """

    image_url: str | None
    option_image_urls: dict[str, str | None]


class DraftQuestion(Struct, frozen=True, kw_only=True):
    """A question as `generate` returns it and `save` takes it; marks in marks.

    `model` is the language model that wrote the question, "" for one that stands in a paper.
    A question of a paper has its `page` and `number` there. `confidence`, from 0 to 1, is how reliable its text is, and
    `warnings` what a person should check. `figure` shows the images of `image_path` and `option_images`, which `save`
    takes.

    Attributes:
        correct_answer: the key: a letter, letters as `A,C`, or a number; empty where the paper does not give it
            for certain.
        difficulty: how hard it is meant to be.
        verified: whether the key is certain: the paper's own, or found again by an independent solution.
        page: page of the PDF that it stands on, from 1; null for a made one.
        confidence: how reliable its text is, from 0 to 1.
        warnings: what a person should check in this question.
        figure: addresses of its images, to look at; null where it has none.
        provenance: where it comes from.
        model: the language model that wrote it; empty for a question that stands in a paper, `stand-in` for the
            local stand-in.
    """

    exam_id: Annotated[int, Meta(extra_json_schema={"minimum": 1})]
    question_text: str
    option_a: str
    option_b: str
    option_c: str
    option_d: str
    option_e: str = ""
    option_f: str = ""
    option_g: str = ""
    option_h: str = ""
    correct_answer: str
    question_type: str
    positive_marks: float
    negative_marks: float
    tolerance: float
    texts: dict[str, dict[str, str]] = {}
    image_path: str = ""
    option_images: dict[str, str] = {}
    verified: bool
    model: str = ""
    page: int | None = None
    number: int | None = None
    confidence: float = 1.0
    warnings: list[str] = []
    figure: DraftFigure | None = None
    provenance: Provenance


class Notice(Struct, frozen=True, omit_defaults=True):
    """Something for the administrator to check; `question` is its number in the paper, or its place in the answer.

    Attributes:
        code: what it is about: `unverified` keys, `incomplete` or `dropped` questions, unreadable text that was
            `not_repaired`, `too_many_options`, and the like.
        message: what to check, for people.
        question: number of the question in its paper, or its place in the answer from 1; absent for the whole.
    """

    code: str
    message: str
    question: int | None = None


class Outcome(Struct, frozen=True):
    """The result of a generation."""

    questions: list[DraftQuestion]
    warnings: list[Notice]


def draft(
    request: GenerationRequest,
    *,
    text: str,
    options: list[str],
    question_type: str,
    answer: str,
    tolerance: str | None,
    verified: bool,
    provenance: Provenance,
    model: str = "",
) -> DraftQuestion:
    """A draft with the request's marks for its type; `tolerance` defaults to the request's."""
    positive, negative = request.marks(question_type)
    a, b, c, d, e, f, g, h = [*options, *[""] * 8][:8]
    return DraftQuestion(
        exam_id=request.exam_id,
        question_text=text,
        option_a=a,
        option_b=b,
        option_c=c,
        option_d=d,
        option_e=e,
        option_f=f,
        option_g=g,
        option_h=h,
        correct_answer=answer,
        question_type=question_type,
        positive_marks=display(positive),
        negative_marks=display(negative),
        tolerance=float(request.tolerance if tolerance is None else tolerance) if question_type == NUMERIC else 0.0,
        verified=verified,
        model=model,
        provenance=provenance,
    )


class Known:
    """The existing questions, to drop new ones that are almost the same."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._seen: list[tuple[set[str], list[str]]] = [_fingerprint(text) for text in texts]

    def add(self, text: str) -> bool:
        """Remember a question; returns False, and does not, if there is a similar one."""
        words, numbers = _fingerprint(text)
        for others, other_numbers in self._seen:
            common = len(words & others)
            if numbers == other_numbers and common >= _ALIKE * max(1, len(words | others)):
                return False
        self._seen.append((words, numbers))
        return True


def _fingerprint(text: str) -> tuple[set[str], list[str]]:
    plain = text.replace("\\large", "").casefold()
    return set(_WORD.findall(plain)), sorted(_NUMBER.findall(plain))
