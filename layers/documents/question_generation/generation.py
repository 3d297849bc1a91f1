"""Generates questions: a request and a file in, drafts and notices out.

The route calls it with seconds of time, the job with minutes.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, Protocol

from msgspec.structs import replace

from language_model import client
from question_generation import figures, translations, writing
from question_generation.drafts import DraftQuestion, Notice, Outcome, Provenance, draft
from question_generation.repair import repaired
from question_generation.request import EXTRACT, MINE, GenerationRequest
from smartexam.catalog.store import exams, questions
from smartexam.platform.errors import BadRequest, Unavailable

if TYPE_CHECKING:
    from paper_reader.paper.model import PaperQuestion, QuestionPaper

_CALL_SECONDS: Final = 22.0
_LEAST_SECONDS: Final = 4.0
_MOST_REPAIRS: Final = 30
_MOST_OPTIONS: Final = 8
_READING_SECONDS: Final = 55.0
_RECOGNISING_SECONDS: Final = 540.0
_READING_SHARE: Final = 60  # percent of an extraction that is reading

Report = Callable[[int, str], None]


class OutOfTime(Exception):
    """The work does not fit into the given time, but may with more."""


class Clock(Protocol):
    """Tells how much time is left."""

    def __call__(self) -> float:
        """Seconds."""
        ...


def run(
    request: GenerationRequest,
    source: bytes | None,
    remaining: Clock,
    report: Report,
    *,
    recognises_scans: bool = False,
) -> Outcome:
    """Generate what a request asks for.

    Args:
        request: a checked request.
        source: the PDF, for the modes that need one.
        remaining: returns the seconds left.
        report: called with percent and a sentence, at least every half minute.

    Raises:
        BadRequest: the PDF cannot be read, with a code such as `pdf_no_text`.
        Unavailable: the model is needed but cannot be reached or is not configured.
        OutOfTime: there is not enough time.
    """
    if request.mode != EXTRACT and not client.is_configured():
        raise Unavailable("No language model is configured", code="model_not_configured", retry_after=3600)
    paper = (
        None if source is None else _read(request.mode, source, remaining, report, recognises_scans=recognises_scans)
    )
    if request.mode == EXTRACT:
        if paper is None:
            raise BadRequest("pdf_file: This field is required", code="invalid_fields")
        return _extracted(request, paper, remaining, report)
    text = "" if paper is None else paper.text
    if request.mode == MINE and not text.strip():
        raise BadRequest("The PDF contains no text", code="pdf_no_text")
    existing = [stored.content.question_text for stored in questions.all_questions(request.exam_id)]
    return writing.write(request, text, existing, _Asking(remaining, report), report)


def _read(mode: str, source: bytes, remaining: Clock, report: Report, *, recognises_scans: bool) -> "QuestionPaper":
    from paper_reader.errors import NO_TEXT, DocumentError  # noqa: PLC0415 - the documents layer, as below

    paper: QuestionPaper | None = None
    try:
        try:
            paper = _isolated(mode, source, remaining, report, is_scan=False)
        except DocumentError as error:
            if error.code != NO_TEXT or not recognises_scans:
                raise
        if paper is None or (recognises_scans and _has_scanned_pages(paper)):
            return _isolated(mode, source, remaining, report, is_scan=True)
    except DocumentError as error:
        if paper is None:
            raise _refusal(error.code, error.message) from None
        # Without a recogniser its pages with text are all there is, and a warning names the others.
    return paper


def _isolated(mode: str, source: bytes, remaining: Clock, report: Report, *, is_scan: bool) -> "QuestionPaper":
    from paper_reader import isolation  # noqa: PLC0415 - the documents layer; only functions that have it come here

    most_seconds = _RECOGNISING_SECONDS if is_scan else _READING_SECONDS
    seconds = min(most_seconds, remaining())
    if seconds < 1:
        raise OutOfTime
    try:
        return isolation.extract_isolated(
            source,
            seconds=seconds,
            with_figures=mode == EXTRACT,
            is_scan=is_scan,
            progress=lambda page, pages: report(_READING_SHARE * page // max(1, pages), f"Page {page} of {pages}"),
        )
    except isolation.OutOfTime as error:
        if seconds < most_seconds and not is_scan:
            raise OutOfTime from None
        if error.paper is not None:
            return error.paper  # questions with missing figures have a warning
        raise BadRequest(
            "The PDF takes too long to read. Split it and upload the parts.", code="pdf_too_large"
        ) from None


def _has_scanned_pages(paper: "QuestionPaper") -> bool:
    return any(warning.code == "scanned_pages" for warning in paper.warnings)


def _refusal(code: str, message: str) -> BadRequest:
    """The error for a document that cannot be read, with this API's own message if there is one."""
    if code == "pdf_encrypted":
        return BadRequest("The PDF is protected by a password. Remove the protection first.", code="pdf_encrypted")
    if code == "pdf_broken":
        return BadRequest("The PDF is damaged and cannot be read.", code="pdf_broken")
    return BadRequest(message, code=code)


class _Asking:
    """Asks the model within the time left.

    Attributes:
        model: the name that the model gave itself last, which the configured one may be short for.
    """

    def __init__(self, remaining: Clock, report: Report) -> None:
        self.model = client.model_name()
        self._remaining = remaining
        self._report = report

    def __call__(self, messages: Sequence[dict[str, str]], most_tokens: int) -> str:
        seconds = min(_CALL_SECONDS, self._remaining())
        if seconds < _LEAST_SECONDS:
            raise OutOfTime
        self._report(-1, "")
        try:
            answer = client.complete(messages, json=True, max_tokens=most_tokens, timeout=seconds)
        except Unavailable:
            if self._remaining() < _LEAST_SECONDS:
                raise OutOfTime from None
            raise
        self.model = answer.model
        return answer.text


def _extracted(request: GenerationRequest, paper: "QuestionPaper", remaining: Clock, report: Report) -> Outcome:
    notices = [Notice(warning.code, warning.message, warning.question) for warning in paper.warnings]
    repaired_by = _repair(paper, remaining, report, notices)
    caps = request.caps()
    taken: dict[str, int] = {}
    more: dict[str, int] = {}
    chosen: list[PaperQuestion] = []
    for question in paper.questions:
        kind = question.question_type
        cap = caps[kind]
        if len(question.options) > _MOST_OPTIONS:
            notices.append(
                Notice("too_many_options", "It has more than eight options and was left out.", question.number)
            )
            continue
        if cap is not None and taken.get(kind, 0) >= cap:
            more[kind] = more.get(kind, 0) + 1
            continue
        taken[kind] = taken.get(kind, 0) + 1
        chosen.append(question)
        if not question.is_verified:
            notices.append(Notice("unverified", "The paper does not give the answer for certain.", question.number))
    for kind, count in more.items():
        notices.append(Notice("more_in_paper", f"{count} {kind} questions more than asked for were left out."))
    report(_READING_SHARE, "Storing the figures")
    paths = figures.stored(paper, chosen)
    languages = _languages(request.exam_id) if any(question.texts for question in chosen) else ()
    found = [
        figures.with_figures(_draft(request, question, repaired_by.get(id(question), ""), languages), question, paths)
        for question in chosen
    ]
    report(100, f"{len(found)} questions")
    return Outcome(found, notices)


def _repair(paper: "QuestionPaper", remaining: Clock, report: Report, notices: list[Notice]) -> dict[int, str]:
    """Repair unclear questions if a model is configured; returns the model's name by repaired question."""
    unclear = [question for question in paper.questions if question.unclear and "\ufffd" in _all_text(question)]
    if not unclear or not client.is_configured():
        return {}
    ask = _Asking(remaining, report)
    mended: dict[int, str] = {}
    try:
        for question in unclear[:_MOST_REPAIRS]:
            better = repaired(question.text, question.options, ask)
            if better is not None:
                question.text, question.options = better
                mended[id(question)] = ask.model
    except (Unavailable, OutOfTime):
        # The questions are usable without repair; unclear ones are marked.
        notices.append(Notice("not_repaired", "Unclear characters could not be mended: the model did not answer."))
    return mended


def _all_text(question: "PaperQuestion") -> str:
    return question.text + "".join(question.options)


def _languages(exam_id: int) -> Sequence[str]:
    exam = exams.get_exam(exam_id)
    return () if exam is None else exam.structure.languages


def _draft(
    request: GenerationRequest, question: "PaperQuestion", repaired_by: str, languages: Sequence[str]
) -> DraftQuestion:
    has_range = question.tolerance != "0"
    text, options, texts = translations.for_languages(question, languages)
    drafted = draft(
        request,
        text=text,
        options=options,
        question_type=question.question_type,
        answer=question.answer,
        tolerance=question.tolerance if has_range else None,
        verified=question.is_verified,
        provenance=Provenance(
            source=EXTRACT,
            verification="answer_key" if question.is_verified else "none",
            page=question.page,
            number=question.number,
            section=question.section,
            span=question.span[:2000],
            repaired_by=repaired_by,
        ),
    )
    return replace(
        drafted,
        texts=texts,
        page=question.page,
        number=question.number,
        confidence=question.confidence,
        warnings=question.warnings,
    )
