"""What a consistent question is.

    MCQ      two to four filled options, one of them correct: "A"
    MSQ      two to four filled options, one or more correct: "A,C"
    NUMERIC  no options; a number is correct, within a tolerance: "42.5"

`check` reads a question from JSON, a form or CSV cells, and returns a `Question` or everything that is wrong with it;
it never raises. Text is kept as written ("007", "None" and "3.10" are text), except that surrounding white space is
dropped and line breaks become "\n". So `check(as_fields(question))` returns the same question.
"""

import re
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from smartexam.catalog.marks import MarksError, format_marks, parse_marks
from smartexam.catalog.numeric import read_number
from smartexam.platform.errors import Fault

MCQ: Final = "MCQ"
MSQ: Final = "MSQ"
NUMERIC: Final = "NUMERIC"
QUESTION_TYPES: Final = (MCQ, MSQ, NUMERIC)

OPTION_LETTERS: Final = "ABCD"
OPTION_FIELDS: Final = ("option_a", "option_b", "option_c", "option_d")
FIELDS: Final = (
    "question_text",
    *OPTION_FIELDS,
    "correct_answer",
    "question_type",
    "image_path",
    "positive_marks",
    "negative_marks",
    "tolerance",
)

MIN_OPTIONS: Final = 2
MAX_QUESTION_TEXT: Final = 10_000
MAX_OPTION_TEXT: Final = 2_000
MAX_IMAGE_PATH: Final = 1_000

# Tab and line feed are text. Lone surrogates are not, because no encoding can represent them.
_NOT_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# Letters apart or together, or a list written into a cell: A,C a; c AC ["A", "C"]
_LETTERS = re.compile(r"\[?[\s\"',;]*[A-Da-d](?:[\s\"',;]*[A-Da-d])*[\s\"',;]*\]?")
_MAX_LETTERS_TEXT = 100
_ONE_LETTER = "must be one of A, B, C, D"
_LETTERS_EXPECTED = 'must be one or more of A, B, C, D, such as "A,C"'
_NO_TOLERANCE = "0"
# Python refuses to convert integers of thousands of digits to text; no question needs them.
_MAX_INTEGER = 10**32
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_NOT_PATH = re.compile(r"[\\\n\t]")


class Question(Struct, frozen=True, kw_only=True, gc=False):
    """A consistent question.

    Empty options are "". `correct_answer` is canonical: a letter (MCQ), sorted letters with commas (MSQ) or the number
    as written (NUMERIC). Marks are units of 1/300, None for the exam's marks; `negative_marks` is the amount that a
    wrong answer costs. `tolerance` is the text of a number, "0" unless NUMERIC.
    """

    question_type: str
    question_text: str
    option_a: str = ""
    option_b: str = ""
    option_c: str = ""
    option_d: str = ""
    correct_answer: str
    image_path: str = ""
    positive_marks: int | None = None
    negative_marks: int | None = None
    tolerance: str = _NO_TOLERANCE

    @property
    def filled_options(self) -> str:
        """The letters of the options that are not empty, such as "ABD"."""
        return filled_letters((self.option_a, self.option_b, self.option_c, self.option_d))


def filled_letters(options: tuple[str, str, str, str]) -> str:
    """The letters of the options that are not empty."""
    return "".join(letter for letter, text in zip(OPTION_LETTERS, options, strict=True) if text)


def check(fields: Mapping[str, object]) -> Question | list[Fault]:
    """The question that the fields describe, or all of their faults.

    Values may be text, numbers, None (empty) and, for `correct_answer`, a list of letters. Unknown fields are ignored.
    The type defaults to MCQ, marks to the exam's, the tolerance to 0.
    """
    return _Reading(fields).question()


def merge(existing: Question, changes: Mapping[str, object]) -> Question | list[Fault]:
    """`existing` with the changed fields, checked as a whole.

    Fields that are not named stay. None or "" empties a field: marks become the exam's, the type stays. If the type
    changes, a tolerance that is not named becomes 0, because only NUMERIC has one.
    """
    fields: dict[str, object] = {**as_fields(existing)}
    fields.update({name: changes[name] for name in FIELDS if name in changes})
    if _blank(fields["question_type"]):
        fields["question_type"] = existing.question_type
    if "tolerance" not in changes and _type_name(fields["question_type"]) != existing.question_type:
        fields["tolerance"] = _NO_TOLERANCE
    return check(fields)


def as_fields(question: Question) -> dict[str, str]:
    """The question as text by field name, in the order of `FIELDS`; the exam's marks are ""."""
    return {
        "question_text": question.question_text,
        "option_a": question.option_a,
        "option_b": question.option_b,
        "option_c": question.option_c,
        "option_d": question.option_d,
        "correct_answer": question.correct_answer,
        "question_type": question.question_type,
        "image_path": question.image_path,
        "positive_marks": "" if question.positive_marks is None else format_marks(question.positive_marks),
        "negative_marks": "" if question.negative_marks is None else format_marks(question.negative_marks),
        "tolerance": question.tolerance,
    }


class _Reading:
    """One pass over the fields of a question, which collects faults."""

    def __init__(self, fields: Mapping[str, object]) -> None:
        self._fields = fields
        self._faults: list[Fault] = []

    def question(self) -> Question | list[Fault]:
        question_type = self._question_type()
        text = self._text("question_text", MAX_QUESTION_TEXT)
        if not text and not self._faulty("question_text"):
            self._fault("question_text", "must not be empty")
        a, b, c, d = (self._text(name, MAX_OPTION_TEXT) for name in OPTION_FIELDS)
        correct = self._correct_answer(question_type, (a, b, c, d))
        image_path = self._image_path()
        positive = self._marks("positive_marks")
        negative = self._marks("negative_marks")
        tolerance = self._tolerance(question_type)
        if self._faults:
            return self._faults
        return Question(
            question_type=question_type,
            question_text=text,
            option_a=a,
            option_b=b,
            option_c=c,
            option_d=d,
            correct_answer=correct,
            image_path=image_path,
            positive_marks=positive,
            negative_marks=negative,
            tolerance=tolerance,
        )

    def _fault(self, field: str, message: str) -> None:
        self._faults.append(Fault(field, message))

    def _faulty(self, *fields: str) -> bool:
        return any(fault.field in fields for fault in self._faults)

    def _question_type(self) -> str:
        """The type's name; "" after a fault, so that rules that depend on the type are skipped."""
        value = self._fields.get("question_type")
        if _blank(value):
            return MCQ
        name = _type_name(value)
        if name not in QUESTION_TYPES:
            self._fault("question_type", "must be MCQ, MSQ or NUMERIC")
            return ""
        return name

    def _text(self, field: str, longest: int) -> str:
        text = _written(self._fields.get(field))
        if text is None:
            self._fault(field, "must be text")
            return ""
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        foreign = _NOT_TEXT.search(text)
        if foreign is not None:
            self._fault(field, f"must not contain the character U+{ord(foreign.group()):04X}")
            return ""
        text = text.strip()
        if len(text) > longest:
            self._fault(field, f"must have at most {longest} characters")
            return ""
        return text

    def _correct_answer(self, question_type: str, options: tuple[str, str, str, str]) -> str:
        if question_type == NUMERIC:
            for field, text in zip(OPTION_FIELDS, options, strict=True):
                if text:
                    self._fault(field, "must be empty: a NUMERIC question has no options")
            return self._number()
        if not question_type:
            return ""
        filled = filled_letters(options)
        if len(filled) < MIN_OPTIONS and not self._faulty(*OPTION_FIELDS):
            first_empty = "option_b" if "A" in filled else "option_a"
            self._fault(first_empty, f"must be filled: at least {MIN_OPTIONS} options are needed")
        letters = _letters(self._fields.get("correct_answer"))
        if not letters or (question_type == MCQ and len(letters) > 1):
            self._fault("correct_answer", _ONE_LETTER if question_type == MCQ else _LETTERS_EXPECTED)
            return ""
        empty = [letter for letter in letters if letter not in filled]
        # An option whose text was refused is not reported as empty too.
        if empty and not self._faulty(*OPTION_FIELDS):
            self._fault("correct_answer", f"names an option that is empty: {', '.join(empty)}")
        return ",".join(letters)

    def _number(self) -> str:
        text = (_written(self._fields.get("correct_answer")) or "").strip()
        if read_number(text) is None:
            self._fault("correct_answer", "must be a number")
        return text

    def _tolerance(self, question_type: str) -> str:
        value = self._fields.get("tolerance")
        if _blank(value):
            return _NO_TOLERANCE
        text = (_written(value) or "").strip()
        number = read_number(text)
        if number is None or number < 0:
            self._fault("tolerance", "must be a number, 0 or more")
        elif number and question_type in (MCQ, MSQ):
            self._fault("tolerance", "must be 0 or empty: only a NUMERIC question has one")
        return text if number else _NO_TOLERANCE

    def _marks(self, field: str) -> int | None:
        value = self._fields.get(field)
        if _blank(value):
            return None
        try:
            return parse_marks(value)
        except MarksError as error:
            self._fault(field, str(error))
            return None

    def _image_path(self) -> str:
        path = self._text("image_path", MAX_IMAGE_PATH)
        scheme = _SCHEME.match(path)
        foreign = scheme is not None and scheme.group().lower() not in ("http:", "https:")
        if foreign or _NOT_PATH.search(path) or ".." in path.split("/"):
            self._fault("image_path", "must be the path of an uploaded image or an http(s) address")
        return path


def _blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _type_name(value: object) -> str:
    return value.strip().upper() if isinstance(value, str) else ""


def _written(value: object) -> str | None:
    """A value as the text that its sender wrote; None if it is neither text nor a number."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return str(value) if abs(value) < _MAX_INTEGER else None
    if isinstance(value, float):
        return repr(value)
    return None


def _letters(value: object) -> list[str]:
    """The distinct option letters of a correct answer, sorted; empty if it contains anything else."""
    if isinstance(value, list):
        value = ",".join(name if isinstance(name, str) else "?" for name in value[:_MAX_LETTERS_TEXT])
    if isinstance(value, str) and len(value) <= _MAX_LETTERS_TEXT and _LETTERS.fullmatch(value.strip()):
        return sorted({letter for letter in value.upper() if letter in OPTION_LETTERS})
    return []
