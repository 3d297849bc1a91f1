"""Grading the answers to a paper, and the per-question report of it.

The answer key says what an answer gains; see `smartexam.catalog.answer_key`. No answer gains 0. Scores are integers in
the paper's units and may be negative. If a section counts a limited number of answers, a draft has no more than these,
and its maximum and unanswered questions are counted for that number.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction

from msgspec import UNSET, Struct, UnsetType

from smartexam.catalog.answer_key import ABSENT, CORRECT, PARTIAL, UNANSWERED, WRONG, AnswerKey
from smartexam.catalog.layout import Layout, layout_of
from smartexam.catalog.marks import UNITS, display, letter_grade, percentage
from smartexam.catalog.paper import ExamPaper
from smartexam.catalog.questions import MSQ, NUMERIC, alternatives
from smartexam.catalog.shown_paper import as_shown


class SectionScore(Struct, frozen=True, gc=False):
    """The score of a section; marks in the paper's units.

    Attributes:
        correct: questions answered right.
        incorrect: questions answered wrong.
        unanswered: questions without an answer.
        partial: questions answered partly right.
    """

    id: int
    name: str
    score: int
    max_score: int
    correct: int
    incorrect: int
    unanswered: int
    partial: int = 0


class Score(Struct, frozen=True, gc=False):
    """A graded paper: marks in units, counts, and one outcome letter per position (C, P, W, U, or - if not drawn)."""

    score: int
    max_score: int
    correct: int
    incorrect: int
    unanswered: int
    outcomes: str
    partial: int = 0
    units: int = UNITS
    sections: tuple[SectionScore, ...] = ()

    @property
    def marks(self) -> Fraction:
        """The score in marks."""
        return Fraction(self.score, self.units)

    @property
    def max_marks(self) -> Fraction:
        """The paper's marks."""
        return Fraction(self.max_score, self.units)

    @property
    def questions(self) -> int:
        """How many questions counted."""
        return self.correct + self.partial + self.incorrect + self.unanswered

    @property
    def percentage(self) -> float:
        """Percent of the paper's marks, rounded half up to two decimals."""
        return percentage(self.score, self.max_score)

    @property
    def grade(self) -> str:
        """The letter grade, from the percentage before rounding."""
        return letter_grade(self.score, self.max_score)


class Response(Struct, frozen=True, gc=False):
    """One question of a graded attempt, in the shape of `GET /response/:exam_id`.

    Questions, options and letters are as the student saw them. Answers have the form in which clients send them: a
    letter (MCQ), a list of letters (MSQ), a number as text (NUMERIC); `given_answer` is null without an answer. A key
    with alternatives or a range is text, as in "A,C|A,D". Marks are rounded to two decimals. `texts` have the
    translated solutions.

    Attributes:
        correct_answer: the key in the letters that the student saw; a list for an MSQ, a text for keys with
            alternatives or a range.
        given_answer: the student's answer in the letters that the student saw; null without one.
        is_attempted: whether the student answered.
        is_correct: whether the answer is right.
        is_partial: whether an MSQ's answer is partly right and got marks for that.
        marks_obtained: marks of the answer, rounded to two decimals.
        max_marks: marks of a right answer, rounded to two decimals.
    """

    question_id: int
    question_text: str
    option_a: str
    option_b: str
    option_c: str
    option_d: str
    question_type: str
    given_answer: str | list[str] | None
    correct_answer: str | list[str]
    is_attempted: bool
    is_correct: bool
    is_partial: bool
    marks_obtained: float
    max_marks: float
    image_url: str | None
    option_image_urls: dict[str, str]
    section_id: int | None
    passage_id: int | None
    texts: dict[str, dict[str, str]]
    solution: str
    solution_image_url: str | None
    option_e: str | UnsetType = UNSET
    option_f: str | UnsetType = UNSET
    option_g: str | UnsetType = UNSET
    option_h: str | UnsetType = UNSET


def grade(key: AnswerKey, answers: Sequence[str | None]) -> Score:
    """The score of canonical answers, one per position, in the exam's letters; None for questions that were not drawn.

    Raises ValueError when there are not as many answers as questions.
    """
    gains: list[int] = []
    outcomes: list[str] = []
    for check, given in zip(key.checks, answers, strict=True):
        if given:
            gain, outcome = check.known.get(given) or check.gain(given)
            gains.append(gain)
            outcomes.append(outcome)
        else:
            gains.append(0)
            outcomes.append(ABSENT if given is None else UNANSWERED)
    text = "".join(outcomes)
    correct, partial, incorrect = text.count(CORRECT), text.count(PARTIAL), text.count(WRONG)
    sections = []
    for section in key.sections:
        part = text[section.start : section.stop]
        right, partly, wrong = part.count(CORRECT), part.count(PARTIAL), part.count(WRONG)
        sections.append(
            SectionScore(
                section.id,
                section.name,
                sum(gains[section.start : section.stop]),
                section.max_units,
                right,
                wrong,
                section.questions - right - partly - wrong,
                partly,
            )
        )
    return Score(
        sum(gains),
        key.max_units,
        correct,
        incorrect,
        key.questions - correct - partial - incorrect,
        text,
        partial,
        key.units,
        tuple(sections),
    )


def responses(
    paper: ExamPaper,
    key: AnswerKey,
    answers: Sequence[str],
    outcomes: str,
    layout: Layout | None = None,
    image_url: Callable[[str], str | None] = str,
) -> list[Response]:
    """The questions of an attempt in its order, with answers and gains.

    Args:
        answers: canonical, in the exam's letters, as stored in results.
        outcomes: the outcomes of grading, by position.
        layout: of the attempt; without it the paper's own order.
        image_url: maps an image's path to its URL; without it paths stay.

    Raises ValueError when paper, key, answers and outcomes do not have the same length.
    """
    if not len(paper) == len(key.entries) == len(answers) == len(outcomes):
        raise ValueError("paper, key, answers and outcomes of different lengths")
    layout = layout_of(paper, "") if layout is None else layout
    return [_response(paper, key, answers[at], outcomes[at], at, layout, image_url) for at in layout.order]


def _response(
    paper: ExamPaper,
    key: AnswerKey,
    given: str,
    outcome: str,
    position: int,
    layout: Layout,
    image_url: Callable[[str], str | None],
) -> Response:
    entry = key.entries[position]
    question = as_shown(paper.questions[position], layout.letters.get(position))
    gain = key.checks[position].gain(given)[0] if given else 0
    solutions = {language: {"solution": text} for language, text in entry.solutions.items()}
    texts = {
        language: {**question.texts.get(language, {}), **solutions.get(language, {})}
        for language in (*question.texts, *(language for language in solutions if language not in question.texts))
    }
    correct = entry.correct
    if question.question_type != NUMERIC:
        correct = "|".join(layout.shown(position, each) for each in alternatives(correct))
    return Response(
        question.id,
        question.question_text,
        question.option_a,
        question.option_b,
        question.option_c,
        question.option_d,
        question.question_type,
        as_sent(question.question_type, layout.shown(position, given)) if given else None,
        as_sent(question.question_type, correct),
        outcome != UNANSWERED,
        outcome == CORRECT,
        outcome == PARTIAL,
        display(Fraction(gain, key.units)),
        display(Fraction(entry.positive, key.units)),
        image_url(question.image_path) if question.image_path else None,
        {letter: image_url(path) or "" for letter, path in question.option_images.items()},
        question.section_id,
        question.passage_id,
        texts,
        entry.solution,
        image_url(entry.solution_image) if entry.solution_image else None,
        *(text or UNSET for text in question.options[4:]),
    )


def as_sent(question_type: str, canonical: str) -> str | list[str]:
    """A canonical answer as clients send it; the text if there are alternatives."""
    if question_type != MSQ:
        return canonical
    parts = alternatives(canonical)
    return list(canonical) if len(parts) == 1 else "|".join(",".join(part) for part in parts)
