"""Questions as CSV: import with a reason for every refused row, and export that imports unchanged.

Every file has the columns of a plain question; columns of other fields are written only if they are used: `section` and
`passage` by name and text, `option_a_image`, `tags` separated by ";", and translations as `question_text_hi`.

Read: UTF-8 with or without a BOM; comma, semicolon or tab, detected from the header; LF, CRLF or CR; quoted cells with
any content. Columns may have any order. `question_text` and `correct_answer` are required, other columns optional.
Unknown columns are refused, because a misspelt "positve_marks" must not silently give all questions the exam's marks.
Cells are text and nothing else ("007", "NA" and "3.10" stay). Rows and cells are streamed.

Written: UTF-8 without BOM, comma, CRLF after each row and LF inside cells (RFC 4180), quotes only where needed, so that
export, import and export again give the same bytes.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import BinaryIO, Final, NamedTuple

from smartexam.catalog.numeric import read_number
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

_DELIMITERS = (",", ";", "\t")
_EXAM_ID = re.compile("[0-9]{1,16}")
_LARGEST_ID = 2**53 - 1
# The text stream represents bytes that are not UTF-8 as lone surrogates.
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
_UTF16_MARKS = ("\udcff\udcfe", "\udcfe\udcff")
# Spreadsheets read these as the start of a formula, or trim them before they look for one.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 (full width on purpose)
_SHOWN_NAME = 40
_IMAGE_COLUMNS = {f"{name}_image": letter for name, letter in zip(OPTION_FIELDS, OPTION_LETTERS, strict=True)}
_TRANSLATION = re.compile(f"({'|'.join(TRANSLATED)})_([A-Za-z-]+)")
_OTHERS = (
    "section, option_e to option_h, option_a_image and so on, passage, solution, solution_image, topic, difficulty, "
    "tags, fixed_options, question_text_hi and so on"
)
_UNCLOSED = "a quoted cell is not closed before the end of the file"
_MALFORMED = "is not CSV: a quote inside a quoted cell must be doubled, and a cell must not be larger than 128 KB"


class CsvFileError(ValueError):
    """A file that cannot be read as questions; the message is for the client."""


class ImportedQuestion(NamedTuple):
    """A consistent question, the line where its row starts, and its place.

    `exam_id` is None, and the section's name and the passage's text are "", if the row does not name them.
    """

    line: int
    exam_id: int | None
    question: Question
    section: str = ""
    passage: str = ""


class ExportedQuestion(NamedTuple):
    """A question with its exam's id, its section's name and its passage's text, "" for none."""

    exam_id: int
    question: Question
    section: str = ""
    passage: str = ""


class RefusedRow(NamedTuple):
    """A row that is not a question, the line where it starts, and why."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"Row {self.line}: {self.reason}"


def read_questions(source: bytes | BinaryIO) -> Iterator[ImportedQuestion | RefusedRow]:
    """The rows of a file in order, without empty ones. A stream is read to its end and closed.

    Raises CsvFileError, before the first row, if the header cannot be used.
    """
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    # newline="" leaves line breaks inside cells to the CSV reader.
    lines = _Lines(io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline=""))
    return _rows(lines, _header(next(lines, "")))


def columns_of(questions: Iterable[ExportedQuestion]) -> tuple[str, ...]:
    """The columns that a file of these questions needs."""
    used: set[str] = set()
    languages: set[tuple[str, str]] = set()
    for each in questions:
        used.update(name for name, cell in _cells(each).items() if cell)
        languages.update((language, name) for language, texts in each.question.texts.items() for name in texts)
    translations = [f"{name}_{language}" for language, name in sorted(languages, key=_by_field)]
    return (*COLUMNS, *(name for name in EXTRA_COLUMNS if name in used), *translations)


def write_questions(
    rows: Iterable[ExportedQuestion], columns: Sequence[str] = COLUMNS, *, safe: bool = False
) -> Iterator[bytes]:
    """A CSV file of questions, header first, row by row.

    Args:
        rows: the questions.
        columns: from `columns_of`.
        safe: for viewing in a spreadsheet: an apostrophe keeps a cell from running as a formula, every cell is quoted,
            and
            a BOM declares the encoding. Such a file does not import unchanged, because the apostrophe could be the
            author's.
    """
    writer = csv.writer(_Echo(), lineterminator="\r\n", quoting=csv.QUOTE_ALL if safe else csv.QUOTE_MINIMAL)
    if safe:
        yield b"\xef\xbb\xbf"
    yield writer.writerow(columns).encode()
    for row in rows:
        named = _cells(row)
        cells = [named.get(column, "") for column in columns]
        yield writer.writerow([_guarded(cell) for cell in cells] if safe else cells).encode()


def _cells(row: ExportedQuestion) -> dict[str, str]:
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


def _by_field(translation: tuple[str, str]) -> tuple[str, int]:
    language, name = translation
    return language, list(TRANSLATED).index(name)


class _Header(NamedTuple):
    """The columns that the first line names, and its number of cells including empty ones at the end."""

    delimiter: str
    columns: list[str]
    width: int


class _Lines:
    """The lines of a text stream, which remembers whether it has ended."""

    def __init__(self, stream: io.TextIOWrapper) -> None:
        self._stream = stream
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._stream.readline()
        if not line:
            self.ended = True
            raise StopIteration
        return line


class _Echo:
    """A file whose `write` returns the text, which `writerow` then returns."""

    def write(self, text: str) -> str:
        return text


def _header(line: str) -> _Header:
    if line.startswith(_UTF16_MARKS):
        raise CsvFileError("The file is UTF-16: save it as CSV UTF-8.")
    readings = [(delimiter, _names(line, delimiter)) for delimiter in _DELIMITERS]
    delimiter, names = max(readings, key=lambda reading: sum(map(_is_column, reading[1])))
    width = len(names)
    # Spreadsheets pad every row to the widest one.
    while names and not names[-1]:
        names.pop()
    missing = [name for name in REQUIRED_COLUMNS if name not in names]
    if missing:
        raise CsvFileError(f"The first line must name the columns; missing: {', '.join(missing)}.")
    for name in names:
        if not _is_column(name):
            shown = name[:_SHOWN_NAME].encode("utf-8", "replace").decode()
            raise CsvFileError(f"Unknown column {shown!r}. The columns are {', '.join(COLUMNS)}, {_OTHERS}.")
        if names.count(name) > 1:
            raise CsvFileError(f"The column {name} stands there twice.")
    return _Header(delimiter, names, width)


def _names(line: str, delimiter: str) -> list[str]:
    try:
        return [name.strip().lower() for name in next(csv.reader([line], delimiter=delimiter, strict=True), [])]
    except csv.Error:
        return []


def _is_column(name: str) -> bool:
    return name in COLUMNS or name in EXTRA_COLUMNS or _translation(name) is not None


def _translation(column: str) -> tuple[str, str] | None:
    """Field and language of a column with translations; headers are read in lower case."""
    match = _TRANSLATION.fullmatch(column)
    if match is None:
        return None
    language, *rest = match[2].split("-")
    # A script has four letters, a region two.
    code = "-".join((language, *(part.title() if len(part) > 2 else part.upper() for part in rest)))  # noqa: PLR2004
    return (match[1], code) if LANGUAGE.fullmatch(code) else None


def _as_question(cells: Mapping[str, str]) -> dict[str, object]:
    """The fields of a question, from its cells by column."""
    fields: dict[str, object] = {}
    images: dict[str, str] = {}
    texts: dict[str, dict[str, str]] = {}
    for column, cell in cells.items():
        if column in _IMAGE_COLUMNS:
            images[_IMAGE_COLUMNS[column]] = cell
        elif translation := _translation(column):
            name, language = translation
            texts.setdefault(language, {})[name] = cell
        else:
            fields[column] = cell
    return {**fields, "option_images": images, "texts": texts}


def _rows(lines: _Lines, header: _Header) -> Iterator[ImportedQuestion | RefusedRow]:
    reader = csv.reader(lines, delimiter=header.delimiter, strict=True)
    while True:
        # The reader counts its own lines and has not seen the header.
        line = reader.line_num + 2
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield RefusedRow(line, _UNCLOSED if lines.ended else _MALFORMED)
            continue
        if any(cell.strip() for cell in cells):
            yield _row(line, cells, header)


def _row(line: int, cells: list[str], header: _Header) -> ImportedQuestion | RefusedRow:
    columns = header.columns
    # A row that is too wide is refused even if the extra cells are empty: an unquoted comma has shifted its cells.
    if not len(columns) <= len(cells) <= header.width or any(cell.strip() for cell in cells[len(columns) :]):
        return RefusedRow(line, f"has {len(cells)} cells where the header has {len(columns)}")
    fields = dict(zip(columns, cells, strict=False))
    for name, cell in fields.items():
        if _NOT_UTF8.search(cell):
            return RefusedRow(line, f"{name}: is not UTF-8: save the file as CSV UTF-8")
    exam_id, faults = _exam_id(fields.pop("exam_id", "").strip())
    section = " ".join(fields.pop("section", "").split())
    passage = _lines(fields.pop("passage", ""))
    question = check(_as_question(fields))
    if isinstance(question, Question) and not faults:
        return ImportedQuestion(line, exam_id, question, section, passage)
    if not isinstance(question, Question):
        faults += question
    return RefusedRow(line, "; ".join(f"{fault.field}: {fault.message}" for fault in faults))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _exam_id(text: str) -> tuple[int | None, list[Fault]]:
    if not text:
        return None, []
    if _EXAM_ID.fullmatch(text) and 1 <= int(text) <= _LARGEST_ID:
        return int(text), []
    return None, [Fault("exam_id", "must be the number of an exam")]


def _guarded(cell: str) -> str:
    # A number is not a formula, and an apostrophe would turn it into text.
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) and read_number(cell) is None else cell
