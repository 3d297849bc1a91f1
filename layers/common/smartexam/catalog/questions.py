"""What a consistent question is.

    MCQ      two to eight filled options, one of them correct: "A"
    MSQ      two to eight filled options, one or more correct: "A,C"
    NUMERIC  no options; a number is correct, within a tolerance: "42.5"; or a range, ends included: "5.1:5.3"

`|` separates equivalent alternatives: "A|C", "A,C|A,D", "5|5.1:5.3". An option has a text, an image or both.

`check` reads a question from JSON, a form or CSV cells, and returns a `Question` or everything that is wrong with it;
it never raises. Text is kept as written ("007", "None" and "3.10" are text), except that surrounding white space is
dropped and line breaks become line feeds. So `check(as_fields(question))` returns the same question.

Rules that depend on the exam (its sections, passages and languages) are checked where the exam is known.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Final

import msgspec
from msgspec import Struct

from smartexam.catalog.marks import MarksError, format_marks, parse_marks
from smartexam.catalog.numeric import read_number
from smartexam.platform.errors import Fault

MCQ: Final = "MCQ"
MSQ: Final = "MSQ"
NUMERIC: Final = "NUMERIC"
QUESTION_TYPES: Final = (MCQ, MSQ, NUMERIC)
DIFFICULTIES: Final = ("Easy", "Medium", "Hard")

OPTION_LETTERS: Final = "ABCDEFGH"
OPTION_FIELDS: Final = tuple(f"option_{letter.lower()}" for letter in OPTION_LETTERS)
# The fields of the first version, which are columns of every CSV file.
BASIC_FIELDS: Final = (
    "question_text",
    *OPTION_FIELDS[:4],
    "correct_answer",
    "question_type",
    "image_path",
    "positive_marks",
    "negative_marks",
    "tolerance",
)
FIELDS: Final = (
    *BASIC_FIELDS,
    *OPTION_FIELDS[4:],
    "option_images",
    "section_id",
    "passage_id",
    "solution",
    "solution_image",
    "topic",
    "difficulty",
    "tags",
    "fixed_options",
    "texts",
)

MIN_OPTIONS: Final = 2
MAX_QUESTION_TEXT: Final = 10_000
MAX_OPTION_TEXT: Final = 2_000
MAX_SOLUTION: Final = 10_000
MAX_IMAGE_PATH: Final = 1_000
MAX_TOPIC: Final = 100
MAX_TAGS: Final = 10
MAX_TAG: Final = 50
MAX_ALTERNATIVES: Final = 10
# A transaction of 47 new questions takes at most 4 MB.
MAX_BYTES: Final = 80_000
# The translatable texts, and their longest lengths.
TRANSLATED: Final[Mapping[str, int]] = {
    "question_text": MAX_QUESTION_TEXT,
    **dict.fromkeys(OPTION_FIELDS, MAX_OPTION_TEXT),
    "solution": MAX_SOLUTION,
}
# The usual part of BCP 47: a language, optionally a script and a region ("hi", "sr-Latn", "pt-BR").
LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-[A-Z]{2})?")

# Tab and line feed are text. Lone surrogates are not, because no encoding can represent them.
_NOT_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# Letters apart or together, also as a list that was written into a cell: A,C  a; c  AC  ["A", "C"]
_LETTERS = re.compile(r"\[?[\s\"',;]*[A-Ha-h](?:[\s\"',;]*[A-Ha-h])*[\s\"',;]*\]?")
_MAX_LETTERS_TEXT = 100
MAX_KEY_TEXT: Final = 500
_ONE_LETTER = "must be one of A to H"
_LETTERS_EXPECTED = 'must be one or more of A to H, such as "A,C"'
_NO_TOLERANCE = "0"
# Python refuses to convert integers of thousands of digits to text; no question needs them.
_MAX_INTEGER = 10**32
_MAX_ID = 2**53 - 1
_ID = re.compile(r"[0-9]{1,16}")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_NOT_PATH = re.compile(r"[\\\n\t]")
_ALTERNATIVE = "|"
_RANGE = ":"
_YES = frozenset({"true", "1", "yes", "on"})
_NO = frozenset({"false", "0", "no", "off"})


class Question(Struct, frozen=True, kw_only=True, gc=False):
    """A consistent question.

    Empty options are "". `correct_answer` is canonical: a letter (MCQ), sorted letters with commas (MSQ), the number or
    range as written (NUMERIC), alternatives joined by "|". Marks are None if the section's or the exam's apply;
    `negative_marks` is the amount that a wrong answer costs. `tolerance` is the text of a number, "0" unless NUMERIC.
    `option_images` are paths by letter, `texts` translated texts by language and field. `section_id` is None if the
    exam had no sections when the question was added.
    """

    question_type: str
    question_text: str
    option_a: str = ""
    option_b: str = ""
    option_c: str = ""
    option_d: str = ""
    option_e: str = ""
    option_f: str = ""
    option_g: str = ""
    option_h: str = ""
    option_images: Mapping[str, str] = {}
    correct_answer: str
    image_path: str = ""
    positive_marks: Fraction | None = None
    negative_marks: Fraction | None = None
    tolerance: str = _NO_TOLERANCE
    section_id: int | None = None
    passage_id: int | None = None
    solution: str = ""
    solution_image: str = ""
    topic: str = ""
    difficulty: str = ""
    tags: tuple[str, ...] = ()
    fixed_options: bool = False
    texts: Mapping[str, Mapping[str, str]] = {}

    @property
    def options(self) -> tuple[str, ...]:
        """The texts of the options in the order of their letters, "" where there is none."""
        return (
            *(self.option_a, self.option_b, self.option_c, self.option_d),
            *(self.option_e, self.option_f, self.option_g, self.option_h),
        )

    @property
    def filled_options(self) -> str:
        """The letters of the options that have a text or an image, such as "ABD"."""
        return filled_letters(self.options, self.option_images)


def filled_letters(options: Sequence[str], images: Iterable[str] = ()) -> str:
    """The letters of those options that have a text or an image."""
    pictured = frozenset(images)
    texts = dict(zip(OPTION_LETTERS, options, strict=False))
    return "".join(letter for letter in OPTION_LETTERS if texts.get(letter) or letter in pictured)


def alternatives(correct_answer: str) -> list[str]:
    """The alternatives of a canonical correct answer."""
    return correct_answer.split(_ALTERNATIVE)


def as_range(alternative: str) -> tuple[str, str] | None:
    """The lowest and highest number of an alternative that is a range; None for a single number."""
    lowest, colon, highest = alternative.partition(_RANGE)
    return (lowest, highest) if colon else None


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


def as_fields(question: Question) -> dict[str, object]:
    """The question's fields by name, in the order of `FIELDS`: text, except maps, tags, ids and the flag.

    The exam's marks are "".
    """
    return {
        "question_text": question.question_text,
        **dict(zip(OPTION_FIELDS[:4], question.options, strict=False)),
        "correct_answer": question.correct_answer,
        "question_type": question.question_type,
        "image_path": question.image_path,
        "positive_marks": "" if question.positive_marks is None else format_marks(question.positive_marks),
        "negative_marks": "" if question.negative_marks is None else format_marks(question.negative_marks),
        "tolerance": question.tolerance,
        **dict(zip(OPTION_FIELDS[4:], question.options[4:], strict=True)),
        "option_images": dict(question.option_images),
        "section_id": question.section_id,
        "passage_id": question.passage_id,
        "solution": question.solution,
        "solution_image": question.solution_image,
        "topic": question.topic,
        "difficulty": question.difficulty,
        "tags": list(question.tags),
        "fixed_options": question.fixed_options,
        "texts": {language: dict(texts) for language, texts in question.texts.items()},
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
        options = [self._text(name, MAX_OPTION_TEXT) for name in OPTION_FIELDS]
        images = self._option_images()
        correct = self._correct_answer(question_type, options, images)
        question = Question(
            question_type=question_type,
            question_text=text,
            **dict(zip(OPTION_FIELDS, options, strict=True)),
            option_images=images,
            correct_answer=correct,
            image_path=self._image_path("image_path"),
            positive_marks=self._marks("positive_marks"),
            negative_marks=self._marks("negative_marks"),
            tolerance=self._tolerance(question_type),
            section_id=self._id("section_id"),
            passage_id=self._id("passage_id"),
            solution=self._text("solution", MAX_SOLUTION),
            solution_image=self._image_path("solution_image"),
            topic=self._line("topic", self._fields.get("topic"), MAX_TOPIC),
            difficulty=self._difficulty(),
            tags=self._tags(),
            fixed_options=self._flag("fixed_options"),
            texts=self._translations(options, question_type),
        )
        if not self._faults and _size(question) > MAX_BYTES:
            self._fault("question_text", f"the texts of a question must have at most {MAX_BYTES} bytes altogether")
        return self._faults or question

    def _fault(self, field: str, message: str) -> None:
        self._faults.append(Fault(field, message))

    def _faulty(self, *fields: str) -> bool:
        return any(fault.field in fields for fault in self._faults)

    def _options_faulty(self) -> bool:
        return any(fault.field.startswith(("option_images", *OPTION_FIELDS)) for fault in self._faults)

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
        return self._cleaned(field, self._fields.get(field), longest)

    def _cleaned(self, field: str, value: object, longest: int) -> str:
        text = _written(value)
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

    def _line(self, field: str, value: object, longest: int) -> str:
        return " ".join(self._cleaned(field, value, longest).split())

    def _mapping(self, field: str, value: object) -> Mapping[object, object]:
        """An object, or its JSON text from a form; None and "" are an empty one."""
        if _blank(value):
            return {}
        if isinstance(value, str):
            try:
                value = msgspec.json.decode(value)
            except (msgspec.MsgspecError, UnicodeError, RecursionError):
                value = None
        if isinstance(value, Mapping):
            return value
        self._fault(field, "must be an object")
        return {}

    def _option_images(self) -> dict[str, str]:
        images: dict[str, str] = {}
        for name, path in self._mapping("option_images", self._fields.get("option_images")).items():
            letter = name.strip().upper() if isinstance(name, str) else ""
            if len(letter) != 1 or letter not in OPTION_LETTERS:
                self._fault("option_images", "must name options by their letters, A to H")
            elif found := self._path(f"option_images.{letter}", path):
                images[letter] = found
        return dict(sorted(images.items()))

    def _correct_answer(self, question_type: str, options: Sequence[str], images: Mapping[str, str]) -> str:
        if question_type == NUMERIC:
            for field, text in zip(OPTION_FIELDS, options, strict=True):
                if text:
                    self._fault(field, "must be empty: a NUMERIC question has no options")
            if images:
                self._fault("option_images", "must be empty: a NUMERIC question has no options")
            return self._numbers()
        if not question_type:
            return ""
        filled = filled_letters(options, images)
        if len(filled) < MIN_OPTIONS and not self._options_faulty():
            first_empty = "option_b" if "A" in filled else "option_a"
            self._fault(first_empty, f"must be filled: at least {MIN_OPTIONS} options are needed")
        expected = _ONE_LETTER if question_type == MCQ else _LETTERS_EXPECTED
        read = _letter_alternatives(self._fields.get("correct_answer"))
        if not read or len(read) > MAX_ALTERNATIVES or (question_type == MCQ and any(len(each) > 1 for each in read)):
            self._fault("correct_answer", expected)
            return ""
        empty = sorted({letter for letters in read for letter in letters if letter not in filled})
        # An option whose text was refused is not reported as empty too.
        if empty and not self._options_faulty():
            self._fault("correct_answer", f"names an option that is empty: {', '.join(empty)}")
        return _ALTERNATIVE.join(dict.fromkeys(",".join(letters) for letters in read))

    def _numbers(self) -> str:
        text = (_written(self._fields.get("correct_answer")) or "").strip()
        parts = text.split(_ALTERNATIVE) if len(text) <= MAX_KEY_TEXT else []
        read = [self._number_or_range(part) for part in parts]
        if not read or len(read) > MAX_ALTERNATIVES or None in read:
            if not self._faulty("correct_answer"):
                self._fault("correct_answer", "must be a number")
            return text
        return _ALTERNATIVE.join(dict.fromkeys(each for each in read if each is not None))

    def _number_or_range(self, part: str) -> str | None:
        """A canonical alternative of a NUMERIC key; None if it is not valid."""
        ends = [end.strip() for end in part.split(_RANGE)]
        numbers = [read_number(end) for end in ends]
        if len(numbers) > 2 or None in numbers:  # noqa: PLR2004 - a range has two ends
            return None
        lowest, highest = numbers[0], numbers[-1]
        if lowest is not None and highest is not None and lowest > highest:
            self._fault("correct_answer", "has a range whose lower end is above its upper one")
            return None
        return _RANGE.join(ends)

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

    def _marks(self, field: str) -> Fraction | None:
        value = self._fields.get(field)
        if _blank(value):
            return None
        try:
            return parse_marks(value)
        except MarksError as error:
            self._fault(field, str(error))
            return None

    def _image_path(self, field: str) -> str:
        return self._path(field, self._fields.get(field))

    def _path(self, field: str, value: object) -> str:
        path = self._cleaned(field, value, MAX_IMAGE_PATH)
        scheme = _SCHEME.match(path)
        foreign = scheme is not None and scheme.group().lower() not in ("http:", "https:")
        if foreign or _NOT_PATH.search(path) or ".." in path.split("/"):
            self._fault(field, "must be the path of an uploaded image or an http(s) address")
        return path

    def _id(self, field: str) -> int | None:
        value = self._fields.get(field)
        if _blank(value):
            return None
        if isinstance(value, str) and _ID.fullmatch(value.strip()):
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _MAX_ID:
            return value
        self._fault(field, "must be the number of one of the exam's")
        return None

    def _difficulty(self) -> str:
        name = self._line("difficulty", self._fields.get("difficulty"), MAX_TOPIC).capitalize()
        if name and name not in DIFFICULTIES:
            self._fault("difficulty", f"must be {', '.join(DIFFICULTIES[:-1])} or {DIFFICULTIES[-1]}")
        return name

    def _tags(self) -> tuple[str, ...]:
        value = self._fields.get("tags")
        given = value if isinstance(value, list | tuple) else (_written(value) or "").split(";")
        if len(given) > MAX_TAGS * 10 or (value is not None and _written(value) is None and given == [""]):
            self._fault("tags", 'must be a list of texts, or texts separated by ";"')
            return ()
        tags = dict.fromkeys(filter(None, (self._line("tags", tag, MAX_TAG) for tag in given)))
        if any(";" in tag for tag in tags):
            self._fault("tags", 'must not contain ";"')
        if len(tags) > MAX_TAGS:
            self._fault("tags", f"must be at most {MAX_TAGS}")
        return tuple(tags)

    def _flag(self, field: str) -> bool:
        value = self._fields.get(field)
        if _blank(value):
            return False
        text = str(value).strip().lower() if isinstance(value, str | bool) or value in (0, 1) else ""
        if text not in _YES | _NO:
            self._fault(field, "must be true or false")
        return text in _YES

    def _translations(self, options: Sequence[str], question_type: str) -> dict[str, dict[str, str]]:
        filled = {name for name, text in zip(OPTION_FIELDS, options, strict=True) if text}
        translations: dict[str, dict[str, str]] = {}
        for language, texts in self._mapping("texts", self._fields.get("texts")).items():
            if not isinstance(language, str) or not LANGUAGE.fullmatch(language):
                self._fault("texts", 'must name languages as in "hi" or "pt-BR"')
                continue
            read: dict[str, str] = {}
            for name, value in self._mapping(f"texts.{language}", texts).items():
                field = f"texts.{language}.{name}" if isinstance(name, str) and name in TRANSLATED else ""
                if not field:
                    self._fault(f"texts.{language}", f"must name {', '.join(TRANSLATED)} only")
                    break
                text = self._cleaned(field, value, TRANSLATED[str(name)])
                without_original = name in OPTION_FIELDS and name not in filled and not self._faulty(str(name))
                if text and without_original and question_type:
                    self._fault(field, "translates an option that has no text")
                if text:
                    read[str(name)] = text
            if read:
                translations[language] = dict(sorted(read.items()))
        return dict(sorted(translations.items()))


def _size(question: Question) -> int:
    texts = [question.question_text, question.solution, *question.options, *question.option_images.values()]
    texts += [text for translated in question.texts.values() for text in translated.values()]
    return sum(len(text.encode()) for text in texts)


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


def _letter_alternatives(value: object) -> list[list[str]]:
    """The distinct option letters of each alternative, sorted; empty if one contains anything else."""
    if isinstance(value, list):
        value = ",".join(name if isinstance(name, str) else "?" for name in value[:_MAX_LETTERS_TEXT])
    if not isinstance(value, str) or len(value) > MAX_KEY_TEXT:
        return []
    read = [_letters(part.strip()) for part in value.split(_ALTERNATIVE)]
    return read if all(read) else []


def _letters(text: str) -> list[str]:
    if len(text) <= _MAX_LETTERS_TEXT and _LETTERS.fullmatch(text):
        return sorted({letter for letter in text.upper() if letter in OPTION_LETTERS})
    return []
