"""What a student's answer is, and the compact draft that holds a paper's answers.

A client sends `{"101": "A", "102": ["A", "C"], "103": "42.5", "104": null}` by question id. Inside, an answer is one
text per position of the paper: "A" (MCQ), sorted letters "AC" (MSQ), the number as written (NUMERIC), "" for none.

The draft is these texts joined by "|", without the empty ones at the end: 75 answers take about 200 bytes. Marks for
review are the positions' bits as a hexadecimal number, 19 characters for 75 questions. Both are written and read in
one go; nothing parses.

A partial sync cannot rewrite the joined text without reading it first. It is kept as changes beside it instead:
a map `{"17": "B", "18": ""}` from position to text, which `decode` lays over the base.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from smartexam.catalog.numeric import MAX_LENGTH, as_ascii
from smartexam.catalog.paper import ExamPaper
from smartexam.catalog.questions import MCQ, MSQ, OPTION_LETTERS

# Why an answer was rejected
UNKNOWN_QUESTION: Final = "unknown_question"
NOT_AN_ANSWER: Final = "not_an_answer"

MAX_MSQ_ENTRIES: Final = 16

_SEPARATOR = "|"
_UNKNOWN = "This is not a question of the exam."
# Enough of any id to recognise it, not enough to echo a hostile one.
_SHOWN_ID = 24


class AnswerError(ValueError):
    """Not an answer to this question; the text is for the client."""


class Rejected(msgspec.Struct, frozen=True):
    """An answer, or a mark for review, that could not be taken. What was saved of the question before stays.

    Attributes:
        question_id: as the client named the question, cut off where it is longer than any id.
        code: `unknown_question`, or `not_an_answer` to this question.
        message: what a person can do about it.
    """

    question_id: str
    code: str
    message: str


class DraftError(ValueError):
    """A stored draft that does not belong to the paper."""


def normalise(question_type: str, filled_options: str, value: object) -> str:
    """The canonical text of an answer; "" for None, "", white space and [].

    MCQ takes one letter, MSQ a list of letters in which repetitions are tolerated, NUMERIC a number as text. Letters
    may be lower case and must name one of `filled_options`. Other shapes are refused rather than guessed at: a client
    that sends "A" for an MSQ or ["A"] for an MCQ has mistaken the question.

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
        return "".join(sorted({_letter(filled_options, entry) for entry in value}))
    if not isinstance(value, str):
        shape = "one option letter" if question_type == MCQ else "a number as a string"
        raise AnswerError(f"The answer must be {shape}.")
    if question_type == MCQ:
        return value if value and value in filled_options and len(value) == 1 else _choice(filled_options, value)
    return _number(value)


def read_answers(paper: ExamPaper, answers: Mapping[str, object]) -> tuple[dict[int, str], list[Rejected]]:
    """Canonical texts by position of what a client sent by question id, and what could not be taken."""
    read: dict[int, str] = {}
    rejected: list[Rejected] = []
    positions, rules = paper.positions, paper.answer_rules
    for question_id, value in answers.items():
        position = positions.get(question_id)
        if position is None:
            rejected.append(_unknown(question_id))
            continue
        question_type, filled_options = rules[position]
        try:
            read[position] = normalise(question_type, filled_options, value)
        except AnswerError as error:
            rejected.append(Rejected(question_id, NOT_AN_ANSWER, str(error)))
    return read, rejected


def read_marked(paper: ExamPaper, question_ids: Iterable[object]) -> tuple[list[int], list[Rejected]]:
    """Positions, in the paper's order, of the questions marked for review, and what could not be taken.

    Ids are integers, or their text.
    """
    marked: set[int] = set()
    rejected: list[Rejected] = []
    for question_id in question_ids:
        position = paper.positions.get(_id_text(question_id))
        if position is None:
            rejected.append(_unknown(question_id))
        else:
            marked.add(position)
    return sorted(marked), rejected


def encode(answers: Iterable[str]) -> str:
    """The draft's text of canonical answers in the paper's order."""
    return _SEPARATOR.join(answers).rstrip(_SEPARATOR)


def encode_sparse(answers: Mapping[int, str], count: int) -> str:
    """The draft's text of canonical answers by position; a paper's other questions are not answered."""
    return encode([answers.get(position, "") for position in range(count)])


def decode(text: str, count: int, changes: Mapping[str, str] | None = None) -> list[str]:
    """Canonical answers in the order of a paper of `count` questions: the draft's text with the changes laid over it.

    Raises DraftError when text or changes reach beyond the paper.
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
    """Canonical answers by position as the changes that `decode` lays over a draft; "" clears."""
    return {str(position): answer for position, answer in answers.items()}


def encode_marked(positions: Iterable[int]) -> str:
    """Positions marked for review as text; "" for none."""
    bits = 0
    for position in positions:
        bits |= 1 << position
    return f"{bits:x}" if bits else ""


def decode_marked(text: str, count: int) -> list[int]:
    """The positions marked for review, ascending, in a paper of `count` questions.

    Raises DraftError when the text is none of `encode_marked`, or reaches beyond the paper.
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
    """Canonical answers in the paper's order as clients send them, by question id; unanswered questions are absent."""
    return {
        question_id: list(answer) if rule[0] == MSQ else answer
        for question_id, rule, answer in zip(paper.positions, paper.answer_rules, answers, strict=True)
        if answer
    }


def marked_to_client(paper: ExamPaper, positions: Iterable[int]) -> list[int]:
    """The question ids at the positions marked for review."""
    return [paper.questions[position].id for position in positions]


def _unknown(question_id: object) -> Rejected:
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


def _id_text(question_id: object) -> str:
    if isinstance(question_id, str):
        return question_id
    if isinstance(question_id, int) and 0 < question_id < 2**53:
        return str(int(question_id))
    return ""
