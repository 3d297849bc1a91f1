"""Typesets a result as a PDF: student, exam, score, and every question with its answers, pictures and solution."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import typst

from result_sheets.labels import labels_in
from result_sheets.latex import readable
from result_sheets.pictures import Picture
from smartexam.catalog.marks import plain
from smartexam.catalog.shown_paper import ClientPassage
from smartexam.sitting.grading import Response

_HERE = Path(__file__).parent
_OPTIONS = "abcdefgh"


@dataclass(frozen=True, slots=True)
class SectionRow:
    """A section of a result; counts and scores as text."""

    id: int
    name: str
    score: str
    correct: str
    partial: str
    incorrect: str
    unanswered: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a result's PDF shows; marks and percentages as the API shows them, times as text.

    Attributes:
        facts: (label, value) pairs of the summary.
        responses: the questions; images are paths.
        passages: of the questions; images are paths.
        sections: none where the exam has none.
        language: of labels, questions, passages and solutions, where they are translated; "" for the exam's first
            one, with English labels.
        pictures: by path; those that are missing are named as missing.
    """

    title: str
    student: str
    facts: Sequence[tuple[str, str]]
    responses: Sequence[Response]
    passages: Sequence[ClientPassage] = ()
    sections: Sequence[SectionRow] = ()
    language: str = ""
    pictures: Mapping[str, Picture] = field(default_factory=dict)


def digest(sheet: Sheet) -> str:
    """A digest of all that the PDF shows, and of its design; pictures count by their paths, since they never change."""
    shown = (sheet.title, sheet.student, sheet.facts, sheet.responses, sheet.passages, sheet.sections, sheet.language)
    labels = labels_in(sheet.language)
    return hashlib.sha256(_design() + msgspec.json.encode((*shown, labels))).hexdigest()[:32]


def render(sheet: Sheet) -> bytes:
    """The PDF's bytes."""
    with TemporaryDirectory(prefix="result-sheet-") as folder:
        document = typst.Compiler(
            _design(),
            root=folder,
            font_paths=_fonts(),
            sys_inputs={"sheet": msgspec.json.encode(_Content(sheet, Path(folder)).written()).decode()},
        ).compile(format="pdf")
    assert isinstance(document, bytes)  # noqa: S101 - a PDF is one file; other formats give a list of pages
    return document


@lru_cache(maxsize=1)
def _design() -> bytes:
    return (_HERE / "sheet.typ").read_bytes()


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    """This package's fonts: Latin, the scripts of India, and mathematics."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[_HERE / "fonts"])


class _Content:
    """A sheet as the data of `sheet.typ`, with pictures as files of a folder."""

    def __init__(self, sheet: Sheet, folder: Path) -> None:
        self._sheet = sheet
        self._files: dict[str, str] = {}
        for number, (path, picture) in enumerate(sheet.pictures.items()):
            self._files[path] = f"{number}.{picture.extension}"
            (folder / self._files[path]).write_bytes(picture.content)

    def written(self) -> dict[str, Any]:
        sheet = self._sheet
        names = {section.id: section.name for section in sheet.sections}
        passages = {passage.id: passage for passage in sheet.passages}
        questions = []
        section_id: int | None = None
        passage_id: int | None = None
        for response in sheet.responses:
            question = self._question(response)
            if response.section_id != section_id and response.section_id in names:
                question["section"] = readable(names[response.section_id])
            if response.passage_id != passage_id and response.passage_id in passages:
                passage = passages[response.passage_id]
                text = passage.texts.get(sheet.language) or passage.text
                question["passage"] = {"text": readable(text), "picture": self._picture(passage.image_url)}
            section_id, passage_id = response.section_id, response.passage_id
            questions.append(question)
        return {
            "title": readable(sheet.title),
            "student": sheet.student,
            "language": sheet.language.partition("-")[0] or "en",
            "labels": labels_in(sheet.language),
            "facts": sheet.facts,
            "sections": [replace(section, name=readable(section.name)) for section in sheet.sections],
            "questions": questions,
        }

    def _question(self, response: Response) -> dict[str, Any]:
        texts = response.texts.get(self._sheet.language, {})
        options = []
        for letter in map(str.upper, _OPTIONS):
            name = f"option_{letter.lower()}"
            text = getattr(response, name, "") or ""
            if text or letter in response.option_image_urls:
                shown = texts.get(name) or text
                options.append((letter, readable(shown), self._picture(response.option_image_urls.get(letter))))
        return {
            "text": readable(texts.get("question_text") or response.question_text),
            "picture": self._picture(response.image_url),
            "options": options,
            "given": _answer(response.given_answer) if response.is_attempted else "—",
            "correct": _answer(response.correct_answer),
            "verdict": _verdict(response),
            "marks": f"{plain(response.marks_obtained)} / {plain(response.max_marks)}",
            "solution": readable(texts.get("solution") or response.solution),
            "solution_picture": self._picture(response.solution_image_url),
        }

    def _picture(self, path: str | None) -> dict[str, Any] | None:
        """A picture as its file and size in millimetres, or as its address or its absence."""
        if not path:
            return None
        if path in self._files:
            picture = self._sheet.pictures[path]
            return {"file": self._files[path], "width": picture.width, "height": picture.height}
        return {"address": path} if path.startswith(("https://", "http://")) else {"missing": True}


def pictures_of(sheet: Sheet) -> Iterator[str]:
    """The paths of the pictures that a sheet shows."""
    for response in sheet.responses:
        yield from filter(None, (response.image_url, response.solution_image_url))
        yield from response.option_image_urls.values()
    yield from (passage.image_url for passage in sheet.passages if passage.image_url)


def _verdict(response: Response) -> str:
    """The name of the label that says how a question was answered."""
    if not response.is_attempted:
        return "not_attempted"
    if response.is_partial:
        return "partly_correct"
    return "correct" if response.is_correct else "wrong"


def _answer(answer: str | list[str] | None) -> str:
    return ", ".join(answer) if isinstance(answer, list) else answer or "—"
