"""The columns of a table of questions, and a question as the cells of a row."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from smartexam.catalog.questions import (
    BASIC_FIELDS,
    LANGUAGE,
    OPTION_FIELDS,
    OPTION_LETTERS,
    TRANSLATED,
    Question,
    as_fields,
    check,
)
from smartexam.platform.errors import Fault
from table_reader import spelled

COLUMNS: Final = ("exam_id", *BASIC_FIELDS)
# Written if at least one question uses them, in this order, followed by translations.
EXTRA_COLUMNS: Final = (
    "section",
    *OPTION_FIELDS[4:],
    *(f"{name}_image" for name in OPTION_FIELDS),
    "passage",
    "solution",
    "solution_image",
    "topic",
    "difficulty",
    "tags",
    "fixed_options",
)
REQUIRED_COLUMNS: Final = ("question_text", "correct_answer")
# All columns, with other names that people give them.
NAMES: Final[Mapping[str, Sequence[str]]] = {
    **dict.fromkeys((*COLUMNS, *EXTRA_COLUMNS), ()),
    "exam_id": ("exam",),
    "question_text": ("question",),
    "correct_answer": ("answer", "correct", "correct option", "correct options", "key", "answer key"),
    "question_type": ("type",),
    "image_path": ("image", "question image"),
    "positive_marks": ("marks",),
    "section": ("section name",),
    "solution": ("explanation",),
    "topic": ("chapter",),
    "difficulty": ("level", "difficulty level"),
    "tags": ("tag",),
    **{f"option_{letter.lower()}": (letter, f"option {number}") for number, letter in enumerate(OPTION_LETTERS, 1)},
}

_EXAM_ID = re.compile("[0-9]{1,16}")
_LARGEST_ID = 2**53 - 1
_IMAGE_COLUMNS = {f"{name}_image": letter for name, letter in zip(OPTION_FIELDS, OPTION_LETTERS, strict=True)}
_TRANSLATION = re.compile(f"({'|'.join(TRANSLATED)})_([a-z]{{2,3}}(?:_[a-z]{{2,4}}){{0,2}})")


class Place(NamedTuple):
    """Where a row belongs: its exam's id, its section's name, its passage's text and its languages."""

    exam_id: int | None
    section: str
    passage: str
    languages: tuple[str, ...]


class ImportedQuestion(NamedTuple):
    """A consistent question, the line where its row starts, and its place.

    `exam_id` is None, and the section's name and the passage's text are "", if the row does not name them.
    """

    line: int
    exam_id: int | None
    question: Question
    section: str = ""
    passage: str = ""

    @property
    def place(self) -> Place:
        """Where it belongs."""
        return Place(self.exam_id, self.section, self.passage, tuple(self.question.texts))


class ExportedQuestion(NamedTuple):
    """A question with its exam's id, its section's name and its passage's text, "" for none."""

    exam_id: int
    question: Question
    section: str = ""
    passage: str = ""


class RefusedRow(NamedTuple):
    """A row that is not a question, the line where it starts, and why.

    `place` is where it belongs, as far as that could be read.
    """

    line: int
    reason: str
    place: Place | None = None

    def __str__(self) -> str:
        return f"Row {self.line}: {self.reason}"


def columns_of(questions: Iterable[ExportedQuestion]) -> tuple[str, ...]:
    """The columns that a file of these questions needs."""
    used: set[str] = set()
    languages: set[tuple[str, str]] = set()
    for each in questions:
        used.update(name for name, cell in cells_of(each).items() if cell)
        languages.update((language, name) for language, texts in each.question.texts.items() for name in texts)
    translations = [f"{name}_{language}" for language, name in sorted(languages, key=_by_field)]
    return (*COLUMNS, *(name for name in EXTRA_COLUMNS if name in used), *translations)


def cells_of(row: ExportedQuestion) -> dict[str, str]:
    """A question's cells by column."""
    question = row.question
    fields = as_fields(question)
    cells = {name: str(fields[name]) for name in (*BASIC_FIELDS, *OPTION_FIELDS[4:])}
    cells |= {name: str(fields[name]) for name in ("solution", "solution_image", "topic", "difficulty")}
    cells |= {"exam_id": str(row.exam_id), "section": row.section, "passage": row.passage}
    cells |= {"tags": ";".join(question.tags), "fixed_options": "1" if question.fixed_options else ""}
    cells |= {f"option_{letter.lower()}_image": path for letter, path in question.option_images.items()}
    for language, texts in question.texts.items():
        cells |= {f"{name}_{language}": text for name, text in texts.items()}
    return cells


def translated_column(name: str) -> str | None:
    """The column with translations that a name means, such as `option_a_pt-BR`; None if it means none."""
    match = _TRANSLATION.fullmatch(spelled(name))
    if match is None:
        return None
    language, *rest = match[2].split("_")
    # A script has four letters, a region two.
    code = "-".join((language, *(part.title() if len(part) > 2 else part.upper() for part in rest)))
    return f"{match[1]}_{code}" if LANGUAGE.fullmatch(code) else None


def question_of(line: int, cells: Mapping[str, str]) -> ImportedQuestion | RefusedRow:
    """The question of a row, from its cells by column."""
    fields = dict(cells)
    exam_id, faults = _exam_id(fields.pop("exam_id", "").strip())
    section = " ".join(fields.pop("section", "").split())
    passage = fields.pop("passage", "").replace("\r\n", "\n").replace("\r", "\n").strip()
    question = check(_as_question(fields))
    if isinstance(question, Question) and not faults:
        return ImportedQuestion(line, exam_id, question, section, passage)
    if not isinstance(question, Question):
        faults += question
    languages = {
        name.rpartition("_")[2]
        for name, cell in fields.items()
        if name not in NAMES and name not in _IMAGE_COLUMNS and cell.strip()
    }
    place = Place(exam_id, section, passage, tuple(sorted(languages)))
    return RefusedRow(line, "; ".join(f"{fault.field}: {fault.message}" for fault in faults), place)


def _as_question(cells: Mapping[str, str]) -> dict[str, object]:
    fields: dict[str, object] = {}
    images: dict[str, str] = {}
    texts: dict[str, dict[str, str]] = {}
    for column, cell in cells.items():
        if column in _IMAGE_COLUMNS:
            images[_IMAGE_COLUMNS[column]] = cell
        elif column in NAMES:
            fields[column] = cell
        else:
            name, _, language = column.rpartition("_")
            texts.setdefault(language, {})[name] = cell
    return {**fields, "option_images": images, "texts": texts}


def _exam_id(text: str) -> tuple[int | None, list[Fault]]:
    if not text:
        return None, []
    if _EXAM_ID.fullmatch(text) and 1 <= int(text) <= _LARGEST_ID:
        return int(text), []
    return None, [Fault("exam_id", "must be the number of an exam")]


def _by_field(translation: tuple[str, str]) -> tuple[str, int]:
    language, name = translation
    return language, list(TRANSLATED).index(name)
