"""What a student's answer is, and the compact draft that stores all answers of an attempt.

A client sends `{"101": "A", "102": ["A", "C"], "103": "42.5", "104": null}` by question id. The server keeps one text
per position of the paper: "A" (MCQ), sorted letters "AC" (MSQ), the number as written (NUMERIC), "" for no answer.

The draft joins these texts with "|" and drops the empty ones at the end: 75 answers take about 200 bytes. Marks for
review are one bit per position, written as a hexadecimal number: 19 characters for 75 questions.

A partial sync cannot rewrite the joined text without reading it first. Its answers are stored beside it, as a map
`{"17": "B", "18": ""}` from position to text, and `decode` applies them to the joined text. The store splits a large
map; see `smartexam.sitting.store.drafts`.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import repeat
from typing import Any, Final

import msgspec

from smartexam.catalog.numeric import MAX_LENGTH, as_ascii
from smartexam.catalog.paper import ExamPaper
from smartexam.catalog.questions import MCQ, MSQ, OPTION_LETTERS

# Why an answer was rejected
UNKNOWN_QUESTION: Final = "unknown_question"
NOT_AN_ANSWER: Final = "not_an_answer"
SECTION_CLOSED: Final = "section_closed"
SECTION_FULL: Final = "section_full"

MAX_MSQ_ENTRIES: Final = 16

_ID_TYPES = (int, str)
_SEPARATOR = "|"
_SECONDS_SEPARATOR = ","
_UNKNOWN = "This is not a question of the exam."
# Long enough to recognise any id, too short to echo a hostile one.
_SHOWN_ID = 24


class AnswerError(ValueError):
    """A value that cannot answer this question; the message is for the client."""


class Rejected(msgspec.Struct, frozen=True):
    """A rejected answer or mark for review. The saved value of its question stays.

    Attributes:
        question_id: the id as the client sent it, cut off if it is longer than any id.
        code: `unknown_question`, `not_an_answer` (to this question), `section_closed`, or `section_full`.
        message: what the student can do about it.
    """

    question_id: str
    code: str
    message: str


class DraftError(ValueError):
    """A stored draft that does not belong to the paper."""


def normalise(question_type: str, filled_options: str, value: object) -> str:
    """The canonical text of an answer; "" for None, "", white space and [].

    MCQ takes one letter, MSQ a list of letters (repetitions are tolerated), NUMERIC a number as text. Letters may be
    lower case and must be among `filled_options`. Other shapes are refused, not guessed at: a client that sends "A" for
    an MSQ or ["A"] for an MCQ has mistaken the question.

    Raises AnswerError.
    """
    if value is None:
        return ""
    if question_type == MSQ:
        if not isinstance(value, list):
            if value == "":
                return ""
            raise AnswerError("The answer must be an array of option letters.")
        if len(value) > MAX_MSQ_ENTRIES:
            raise AnswerError("The answer must name each option once.")
        return _plain_letters(filled_options, value) or "".join(
            sorted({_letter(filled_options, entry) for entry in value})
        )
    if not isinstance(value, str):
        shape = "one option letter" if question_type == MCQ else "a number as a string"
        raise AnswerError(f"The answer must be {shape}.")
    if question_type == MCQ:
        return _choice(filled_options, value)
    return _number(value)


def read_answers(paper: ExamPaper, answers: Mapping[str, object]) -> tuple[dict[int, str], list[Rejected]]:
    """Canonical answers by position, from what a client sent by question id, and the rejected ones."""
    read: dict[int, str] = {}
    rejected: list[Rejected] = []
    positions, rules = paper.positions, paper.answer_rules
    for question_id, value in answers.items():
        position = positions.get(question_id)
        if position is None:
            rejected.append(unknown(question_id))
            continue
        question_type, filled_options = rules[position]
        # What needs no correction is recognised without further calls.
        if question_type == MCQ and isinstance(value, str) and len(value) == 1 and value in filled_options:
            read[position] = value
            continue
        if question_type == MSQ and isinstance(value, list) and (letters := _plain_letters(filled_options, value)):
            read[position] = letters
            continue
        try:
            read[position] = normalise(question_type, filled_options, value)
        except AnswerError as error:
            rejected.append(Rejected(question_id, NOT_AN_ANSWER, str(error)))
    return read, rejected


def read_marked(paper: ExamPaper, question_ids: Iterable[object]) -> tuple[list[int], list[Rejected]]:
    """Positions of the questions marked for review, in the paper's order, and the rejected ids.

    Ids are integers, or integers as text.
    """
    given = list(question_ids)
    marked = positions_of(paper, given)
    known = paper.places
    rejected = [unknown(each) for each in given if each.__class__ not in _ID_TYPES or each not in known]
    return sorted(marked), rejected


def positions_of(paper: ExamPaper, question_ids: Iterable[object]) -> set[int]:
    """Positions of those of these ids, integers or integers as text, that are questions of the paper."""
    # Classes are compared because True would pass for 1.
    places = paper.places
    return {places[each] for each in question_ids if each.__class__ in _ID_TYPES and each in places}


def encode(answers: Iterable[str]) -> str:
    """The draft text of canonical answers, one per position."""
    return _SEPARATOR.join(answers).rstrip(_SEPARATOR)


def encode_sparse(answers: Mapping[int, str], count: int) -> str:
    """The draft text of canonical answers by position; positions that are missing have no answer."""
    return encode(map(answers.get, range(count), repeat("")))


def decode(text: str, count: int, changes: Mapping[str, str] | None = None) -> list[str]:
    """Canonical answers to a paper of `count` questions, from the draft text and the changes to it.

    Raises DraftError if the text or a change has a position outside the paper.
    """
    answers = text.split(_SEPARATOR) if text else []
    missing = count - len(answers)
    if missing < 0:
        raise DraftError(f"a draft of {len(answers)} answers for a paper of {count} questions")
    answers.extend([""] * missing)
    if changes:
        for key, answer in changes.items():
            position = int(key)
            if not 0 <= position < count:
                raise DraftError(f"a change at position {position} of a paper of {count} questions")
            answers[position] = answer
    return answers


def as_changes(answers: Mapping[int, str]) -> dict[str, str]:
    """Canonical answers by position as changes for `decode`; "" clears an answer."""
    return {str(position): answer for position, answer in answers.items()}


def encode_marked(positions: Iterable[int], before: str = "") -> str:
    """Positions marked for review as text, added to those of the text `before`; "" for none."""
    bits = int(before, 16) if before else 0
    for position in positions:
        bits |= 1 << position
    return f"{bits:x}" if bits else ""


def decode_marked(text: str, count: int) -> list[int]:
    """The positions marked for review, ascending, in a paper of `count` questions.

    Raises DraftError if `encode_marked` cannot have written the text, or a position is outside the paper.
    """
    if not text:
        return []
    try:
        bits = int(text, 16)
    except ValueError:
        raise DraftError("marks for review that cannot be read") from None
    if bits < 0 or bits >> count:
        raise DraftError(f"marks for review beyond a paper of {count} questions")
    return [position for position in range(count) if bits >> position & 1]


def to_client(paper: ExamPaper, answers: Sequence[str]) -> dict[str, str | list[str]]:
    """Canonical answers by question id in the API's shapes, without the unanswered questions."""
    return {
        question_id: list(answer) if rule[0] == MSQ else answer
        for question_id, rule, answer in zip(paper.positions, paper.answer_rules, answers, strict=True)
        if answer
    }


def marked_to_client(paper: ExamPaper, positions: Iterable[int]) -> list[int]:
    """The question ids at the positions marked for review."""
    return [paper.questions[position].id for position in positions]


def grown_seconds(
    text: str, positions: Mapping[str, int], given: Mapping[str, Any], *, among: Container[int], most: int
) -> str:
    """The text of seconds by position, with the `given` ones where they are more: hexadecimal, without trailing zeros.

    Args:
        text: what is saved.
        positions: all positions of the paper by question id.
        given: seconds by question id, as sent; invalid ones are ignored.
        among: the positions that are taken.
        most: larger numbers are cut down to it.

    Raises DraftError if the text has a position outside the paper.
    """
    count = len(positions)
    parts = text.split(_SECONDS_SEPARATOR) if text else []
    if len(parts) > count:
        raise DraftError(f"seconds of {len(parts)} questions for a paper of {count}")
    parts += [""] * (count - len(parts))
    position_of = positions.get
    for question_id, value in given.items():
        # Classes are compared because True would pass for 1.
        if value.__class__ is int and (at := position_of(question_id)) is not None and at in among:
            seconds, before = min(value, most), parts[at]
            if seconds > (int(before, 16) if before else 0):
                parts[at] = f"{seconds:x}"
    return _SECONDS_SEPARATOR.join(parts).rstrip(_SECONDS_SEPARATOR)


def decode_seconds(text: str, count: int) -> list[int]:
    """Seconds by position of a paper of `count` questions.

    Raises DraftError if the text has a position outside the paper.
    """
    seconds = [int(each, 16) if each else 0 for each in text.split(_SECONDS_SEPARATOR)] if text else []
    if len(seconds) > count:
        raise DraftError(f"seconds of {len(seconds)} questions for a paper of {count}")
    return seconds + [0] * (count - len(seconds))


def unknown(question_id: object) -> Rejected:
    """The rejection of an answer or mark to a question that is not in the attempt."""
    shown = question_id if isinstance(question_id, str) else msgspec.json.encode(question_id).decode()
    return Rejected(shown[:_SHOWN_ID], UNKNOWN_QUESTION, _UNKNOWN)


def _number(value: str) -> str:
    text = as_ascii(value)
    if text is not None:
        return text
    if not value.strip():
        return ""
    if "," in value:
        raise AnswerError("Write the number without a comma: its meaning differs between countries.")
    raise AnswerError(f"The answer must be a number of at most {MAX_LENGTH} characters.")


def _choice(filled_options: str, value: str) -> str:
    return _letter(filled_options, value) if value.strip() else ""


def _letter(filled_options: str, value: object) -> str:
    letter = value.strip().upper() if isinstance(value, str) else ""
    if len(letter) != 1 or letter not in OPTION_LETTERS:
        raise AnswerError("The answer must be an option letter." if filled_options else "This cannot be answered.")
    if letter not in filled_options:
        raise AnswerError(f"The question has no option {letter}.")
    return letter


def _plain_letters(filled_options: str, entries: list[object]) -> str:
    """The canonical text of entries that are capital letters of options, "" for others."""
    try:
        joined = "".join(entries)  # type: ignore[arg-type]
    except TypeError:
        return ""
    return _sorted_letters(filled_options, joined) if len(joined) == len(entries) and "" not in entries else ""


@lru_cache(maxsize=4096)
def _sorted_letters(filled_options: str, letters: str) -> str:
    chosen = set(letters)
    return "".join(sorted(chosen)) if chosen.issubset(filled_options) else ""
