"""Answers printed with a question: `Ans. (3)`, `Official Ans. by NTA (2)`, `Answer: b) Geneva`, `Correct Option : 2`.

If only a letter or an option's text is given, the options must confirm it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from paper_reader.layout.latex import plain
from paper_reader.layout.line import GAP, Line
from paper_reader.paper import metadata, values
from paper_reader.paper.headings import may_name_answers
from paper_reader.paper.values import Value

_NAME = r"[A-Z][\w.&'’]{0,14}"
_WORD = (
    r"(?:(?i:correct|right|official|final)\s+)?(?i:answers?(?:\s+keys?)?|ans(?:wer)?s?|key)\b"
    r"|(?i:(?:richtige\s+)?(?:antwort|lösung)|respuesta(?:\s+correcta)?|solución|(?:bonne\s+)?réponse|risposta(?:\s+(?:corretta|esatta))?"
    r"|resposta(?:\s+correta)?|gabarito|jawaban|cevap|odpowiedź|antwoord|ответ|đáp\s+án)\b(?=\s*[:=])"
    r"|(?:সঠিক\s+)?উত্তর(?=\s*[:=–-])|(?:சரியான\s+)?விடை(?=\s*[:=–-])|(?:సరైన\s+)?(?:సమాధానం|జవాబు)(?=\s*[:=–-])|(?:સાચો\s+)?જવાબ(?=\s*[:=–-])"
    r"|(?:ಸರಿ\s+)?ಉತ್ತರ(?=\s*[:=–-])|ഉത്തരം(?=\s*[:=–-])|(?:ਸਹੀ\s+)?ਉੱਤਰ(?=\s*[:=–-])|ଉତ୍ତର(?=\s*[:=–-])"
    r"|(?i:(?:correct|right)\s+(?:options?|choices?|alternatives?))\b|सही\s+(?:उत्तर|विकल्प)|उत्तर"
)
_BY = rf"(?:\s*\.?\s*(?:(?i:key)\s+)?(?i:by|from|given\s+by|as\s+per)\s+{_NAME}(?:\s+{_NAME})?)?"
_LABEL: Final = re.compile(
    rf"(?P<who>(?:{_NAME}\s+){{0,2}}?)(?P<word>{_WORD}){_BY}(?P<is>\s+(?:is|are)\b)?(?P<sign>\s*[.:=→\])]*\s*)"
)
_LONGEST_LABEL = 80
_OTHER_WORD: Final = re.compile(
    r"antwo|lösung|resp|soluci|répons|rispo|gabarito|jawab|cevap|odpow|ответ|đáp|উত্তর|விடை|సమాధానం|జవాబు|જવાબ|ಉತ್ತರ|ഉത്തരം|ਉੱਤਰ|ଉତ୍ତର"
)
_BEGINNING_OF_OPTION: Final = 12  # characters; a spelled-out answer may continue over several lines
_DASH: Final = re.compile(r"[-–—]+>?(\s*)[.:]?\s*")
_MINUS: Final = re.compile(r"[-–](?=[\d.])")
_START: Final = re.compile(r"[\s\[(*•\ufffd✓✔☑✅👉➤►▶→]*")
_WITHIN: Final = re.compile(
    r"(?<=[\s\[(])(?:(?:Correct|Right|Official|Final)\s+)?(?:Answers?|ANSWERS?|Ans|ANS|उत्तर)\b"
    rf"|(?<={GAP})(?i:ans|key)\b"
)
_L = rf"(?:[A-Ha-h]|[1-8१-८]|[कखगघङचछजअबसद{values.OTHER_LETTERS}]|i{{1,3}}|iv)"
_NOT_MORE = r"(?!\s*(?:,|;|&|/|and\b|or\b|एवं|और|या)\s*[\[(]?\s*(?:[A-Ha-h1-8])\b)"
_IN_BRACKETS = rf"[\[({{]\s*{_L}\s*[\])}}]"
_BRACKETED: Final = re.compile(
    rf"({_IN_BRACKETS}(?:\s*(?:,|&|and|एवं|और)\s*{_IN_BRACKETS})*){_NOT_MORE}(?=\s|$|[.,;:\-–])"
)
# "(A) - p, q; (B) - r" matches two lists; "(A) P-4, Q-1" spells out an option.
_ITEM = r"\(?(?:[p-t]|[P-T]|i{1,3}|iv)\b\)?"
_MATCHED: Final = re.compile(rf"\s*+(?:[-–—=→:>]++\s*+{_ITEM}|{_ITEM}.*[\[(]\s*[A-Ha-h]\s*[\])])")
_CLOSED: Final = re.compile(rf"({_L})\s?\)\s*(?=\S)")
_BARE: Final = re.compile(rf"({_L})(?:\s?[.:\-–]+\s*|\s+)(?=\S)")
_OPTION_WORD: Final = re.compile(r"(?:options?|choice|विकल्प)\s*[-:.]?\s*(?=[\[(]?[A-Ha-h1-8क-ज]\b)", re.IGNORECASE)
_UNIT: Final = re.compile(rf"({values.NUMBER})\s*+(?:[^\W\d_°%Ω]\S*+(?:\s++[^\W\d_°%Ω]\S*+){{0,2}}\s*+)?$")
_TRAILING: Final = re.compile(r"(?<![\])\s.;])[\])\s.;]++$")
_COMPARED: Final = re.compile(r"\\large|[\s$.,;:]+")


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer after a label.

    Attributes:
        value: its value, None if it has none by itself.
        text: the text beside the value, to compare with the options.
        is_loose: whether the options must confirm it.
    """

    value: Value | None
    text: str = ""
    is_loose: bool = False


def of_line(line: Line, following: Line | None, *, is_behind: bool = False) -> tuple[Answer | None, int]:
    """The answer on a line of its own.

    Args:
        line: the line.
        following: the next line.
        is_behind: whether all options precede it, so that an option after it is the answer.

    Returns:
        The answer and its number of lines; 0 if there is no answer.
    """
    return of_text(line.text, following, is_behind=is_behind)


def of_text(given: str, following: Line | None, *, is_behind: bool = False) -> tuple[Answer | None, int]:
    """The same for a text alone, such as that after a number."""
    text = (
        metadata.without_about(plain(given).replace(GAP, " "))
        if _may_be_labelled(given) and not metadata.is_response(given)
        else ""
    )
    label = _label(text) if text else None
    if label is None:
        return None, 0
    rest, sign = _after(label, text)
    if not rest:
        return (None, 0) if following is None or label["is"] else _below(following, is_behind=is_behind)
    answer = leading(rest)
    if answer is None or (answer.value is None and not sign):
        # "Ans. Bonus" is an unreadable answer; "Answer the questions below" is not an answer.
        return (Answer(None), 1) if sign and not label["who"].strip() else (None, 0)
    is_said = label["who"].strip() == "The" and label["is"] and sign
    if answer.is_loose and not is_said and (label["who"].strip() or not sign):
        return None, 0
    if not sign and not label["is"] and answer.text and rest[0] not in "([{":
        return None, 0
    return _unsigned(answer, sign), 1


def _below(line: Line, *, is_behind: bool) -> tuple[Answer | None, int]:
    """The answer on the line below a label, and the number of lines of both."""
    text = plain(line.text).replace(GAP, " ").strip(" .")
    value = values.read(text)
    if value is not None:
        return Answer(value), 2
    answer = leading(text) if is_behind else None
    if answer is None or answer.value is None or not answer.value.positions:
        return None, 0
    # The answer's text must be that of the option, possibly without its last lines.
    return replace(answer, is_loose=True), 2


def _may_be_labelled(text: str) -> bool:
    """Whether a text may begin with a word for an answer: quick, and without false negatives."""
    beginning = text[:_LONGEST_LABEL].lower()
    return (
        "ans" in beginning
        or "key" in beginning
        or "option" in beginning
        or "choice" in beginning
        or "alternative" in beginning
        or "उत्तर" in beginning
        or "विकल्प" in beginning
        or (
            (":" in beginning or "=" in beginning or not beginning.isascii())
            and _OTHER_WORD.search(beginning) is not None
        )
    )


def _label(text: str) -> re.Match[str] | None:
    """The word for an answer at the start of a text."""
    start = _START.match(text)
    return _LABEL.match(text, start.end() if start is not None else 0)


def cut(text: str) -> tuple[str, Answer | None]:
    """A line of a question without the answer at its end, and that answer.

    Only an answer that is set apart and fills the rest of the line counts: "the correct answer is 5" may be part of the
    question.
    """
    if not may_name_answers(text):
        return text, None
    for found in _WITHIN.finditer(text):
        label = _LABEL.match(text, found.start())
        if (
            label is None
            or label["is"]
            or label.end() < found.end()
            or metadata.is_response_before(text, found.start())
        ):
            continue
        rest, sign = _after(label, text)
        rest = plain(rest).replace(GAP, " ").strip()
        if not rest or not (sign or rest[0] in "(["):
            continue
        value = _whole(rest)
        if value is not None:
            return text[: found.start()].rstrip(" \t[("), _unsigned(Answer(value), sign)
    return text, None


def leading(rest: str) -> Answer | None:
    """The answer at the start of a text."""
    option = _OPTION_WORD.match(rest)
    if option is not None:
        rest = rest[option.end() :]
    value = _whole(rest)
    if value is not None:
        return Answer(value)
    found = _BRACKETED.match(rest)
    if found is not None and _MATCHED.match(rest, found.end()) is None:
        value = values.read(found[1])
        return None if value is None else Answer(value, rest[found.end() :])
    found = _CLOSED.match(rest)
    if found is not None:
        return Answer(values.read(found[1]), rest[found.end() :])
    found = _UNIT.match(rest)
    if found is not None:
        read = values.read(found[1])
        return None if read is None else Answer(Value(number=read.number, tolerance=read.tolerance), rest)
    found = _BARE.match(rest)
    if found is not None:
        return Answer(values.read(found[1]), rest[found.end() :], is_loose=True)
    return Answer(None, rest, is_loose=True)


def settled(answer: Answer, options: Sequence[str]) -> Value | None:
    """The answer's value with the question's options; None if it is uncertain."""
    value = answer.value
    if options:
        return _settled(answer, options)
    return value if value is not None and not (answer.is_loose and value.positions) else None


def _settled(answer: Answer, options: Sequence[str]) -> Value | None:
    value = answer.value
    compared = [_comparable(option) for option in options]
    said = _comparable(answer.text)
    named = [index for index, option in enumerate(compared) if option and option == said]
    if not named and len(said) >= _BEGINNING_OF_OPTION:
        named = [index for index, option in enumerate(compared) if option.startswith(said)]
    if value is None:
        return Value((named[0],)) if answer.is_loose and len(named) == 1 else None
    if value.number and value.tolerance == "0" and not _is_position(value, len(options)):
        # "Answer: 144" or "Answer: 44 m", where that is an option's text.
        spelled = named if said else [at for at, option in enumerate(options) if _is_number(option, value.number)]
        return Value((spelled[0],)) if len(spelled) == 1 else value
    if value.positions and said:
        if named and value.positions[0] not in named:
            return None  # it names one option and spells out another
        if answer.is_loose and not named:
            return None
    if answer.is_loose and not value.positions:
        return None
    return replace(value, is_confirmed=True) if value.positions and named else value


def _is_position(value: Value, options: int) -> bool:
    """Whether a value may name one of so many options."""
    return bool(value.positions) and max(value.positions) < options


def _is_number(option: str, number: str) -> bool:
    value = values.read(option)
    return value is not None and value.number == number and value.tolerance == "0"


def _whole(rest: str) -> Value | None:
    rest = _TRAILING.sub("", rest) if rest[-1:] in "].;" else rest
    value = values.read(rest)
    if value is None and rest.endswith((")", "]")):
        value = values.read(rest[:-1])
    return value


def _after(label: re.Match[str], text: str) -> tuple[str, str]:
    """The text after a label, and the separator between them. `Ans. -14` is a number with its sign."""
    rest, sign = text[label.end() :].strip(), label["sign"].strip()
    dash = _DASH.match(rest)
    if dash is None or (sign and _MINUS.match(rest) is not None):
        return rest, sign
    return rest[dash.end() :], sign + "-"


def _unsigned(answer: Answer, sign: str) -> Answer:
    """`Ans. - 14`: a dash or a minus sign. As an option it is the same."""
    if sign.endswith("-") and answer.value is not None and answer.value.number:
        return replace(answer, value=replace(answer.value, number=""))
    return answer


def _comparable(text: str) -> str:
    return _COMPARED.sub("", plain(text)).casefold()
