"""Finds problems of an exam before its day."""

import re
from collections.abc import Iterator

from admin_exams.models import Problem
from smartexam.accounts.store import batches
from smartexam.catalog import images
from smartexam.catalog.exam import Exam
from smartexam.catalog.paper import Passage
from smartexam.catalog.questions import OPTION_FIELDS
from smartexam.catalog.store import passages, questions
from smartexam.catalog.store.question_items import StoredQuestion
from smartexam.platform.parallel import in_parallel
from smartexam.platform.settings import settings

_PARALLEL_IMAGES = 16
_SECONDS = 60
_FORMULA = re.compile(r"\$[^$]*\$")
_SHOWN_PATH = 80
_LANGUAGES = {"en": "English", "hi": "Hindi"}


def problems(exam: Exam) -> list[Problem]:
    """The problems of an exam, first those of the whole exam, then those of questions in the exam's order."""
    found = [*_of_day(exam)]
    if exam.question_count == 0:
        return [*found, Problem("no_questions", "The exam has no questions.")]
    stored = list(questions.questions_of(exam))
    found += _of_sections(exam, stored)
    of_exam = passages.list_passages(exam.id) if any(each.content.passage_id for each in stored) else []
    for question in stored:
        found += _untranslated(exam, question)
    found += [
        Problem("translation_missing", f"Passage {passage.id} has no text in {language}.")
        for passage in of_exam
        for language in exam.structure.languages[1:]
        if passage.text and language not in passage.texts
    ]
    return found + _missing_images(stored, of_exam)


def _of_day(exam: Exam) -> Iterator[Problem]:
    """Problems of who sits the exam, and when."""
    if exam.closes_at is not None:
        left = exam.closes_at - exam.opens_at(settings().exam_timezone)
        if left < exam.duration * _SECONDS:
            yield Problem("closes_too_early", f"The exam closes {int(left // _SECONDS)} minutes after it opens.")
    if exam.audience == "batches":
        known = batches.get_many(exam.batch_ids)
        if not any(batch.student_count for batch in known.values()):
            yield Problem("audience_empty", "No student is in the batches that may sit the exam.")


def _of_sections(exam: Exam, stored: list[StoredQuestion]) -> Iterator[Problem]:
    used = {section.id for each in stored if (section := exam.structure.section_of(each.content)) is not None}
    short = () if exam.totals is None else exam.totals.short
    for section in exam.structure.sections:
        if section.id in short:
            yield Problem("pool_too_small", f"{section.name}: there are fewer questions than are to be drawn.")
        elif section.id not in used:
            yield Problem("no_questions", f"{section.name}: the section has no questions.")


def _untranslated(exam: Exam, question: StoredQuestion) -> Iterator[Problem]:
    content = question.content
    written = {"question_text": content.question_text, **dict(zip(OPTION_FIELDS, content.options, strict=True))}
    needed = [name for name, text in written.items() if _has_words(text) or (name == "question_text" and text)]
    for language in exam.structure.languages[1:]:
        texts = content.texts.get(language, {})
        missing = [name for name in needed if name not in texts]
        if missing:
            parts = ", ".join(name.replace("_", " ") for name in missing)
            yield Problem("translation_missing", f"Not in {_LANGUAGES.get(language, language)}: {parts}.", question.id)


def _has_words(text: str) -> bool:
    """Whether a text has anything to translate except numbers, single letters and formulas."""
    return re.search(r"[^\W\d_]{2,}", _FORMULA.sub("", text)) is not None


def _missing_images(stored: list[StoredQuestion], of_exam: list[Passage]) -> list[Problem]:
    used: list[tuple[str, int | None]] = []
    for question in stored:
        content = question.content
        paths = [content.image_path, content.solution_image, *content.option_images.values()]
        used += [(path, question.id) for path in dict.fromkeys(paths) if path]
    used += [(passage.image, None) for passage in of_exam if passage.image]
    paths = list(dict.fromkeys(path for path, _ in used))
    there = dict(zip(paths, in_parallel(images.exists, paths, most=_PARALLEL_IMAGES), strict=True))
    return [
        Problem("image_missing", f"There is no image at {path[:_SHOWN_PATH]}.", question_id)
        for path, question_id in used
        if not there[path]
    ]
