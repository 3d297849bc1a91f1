"""The paper of an exam, and its compilation from the exam's questions.

A paper is immutable: editing an exam compiles a new version, and an attempt keeps the version that it started with. A
paper has no answers; they are in the `AnswerKey` that is compiled with it, by position.

Positions go through the sections in order, and through a section's pool of questions in the exam's order. The layout of
an attempt says which it gets and in which order; see `smartexam.catalog.layout`. How the API shows a paper is in
`smartexam.catalog.shown_paper`.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from msgspec import Struct, structs

from smartexam.catalog.answer_key import AnswerKey, KeyEntry, KeySection
from smartexam.catalog.marks import MAX_UNITS, UNITS, MarksError, common_units, in_units
from smartexam.catalog.questions import MSQ, Question, alternatives, filled_letters
from smartexam.catalog.structure import PLAIN, PROPORTIONAL, MarkingScheme, QuestionMarks, Shuffle, Structure, totals

_SOLUTION = "solution"


class ExamSnapshot(Struct, frozen=True, kw_only=True):
    """An exam's own fields when its paper was compiled; `duration` in minutes.

    Marks are text ("4", "1/3"), or units of 1/300 in older papers.
    """

    id: int
    name: str
    date: str
    start_time: str
    duration: int
    positive_marks: int | str
    negative_marks: int | str
    instructions: str = ""
    category_id: int | None = None
    max_attempts: int = 0
    result_mode: str = "instant"
    languages: tuple[str, ...] = ("en",)
    shuffle: Shuffle = Shuffle()

    @property
    def positive(self) -> Fraction:
        """Marks of a correct answer to a question without other marks."""
        return _amount(self.positive_marks)

    @property
    def negative(self) -> Fraction:
        """Marks that a wrong answer to such a question costs."""
        return _amount(self.negative_marks)


class ExamPaperQuestion(Struct, frozen=True, gc=False):
    """A question without its answer and solution. Marks are in units; `option_images` are paths."""

    id: int
    question_text: str
    option_a: str
    option_b: str
    option_c: str
    option_d: str
    question_type: str
    image_path: str
    positive_marks: int
    negative_marks: int
    option_e: str = ""
    option_f: str = ""
    option_g: str = ""
    option_h: str = ""
    option_images: Mapping[str, str] = {}
    section_id: int | None = None
    passage_id: int | None = None
    fixed_options: bool = False
    texts: Mapping[str, Mapping[str, str]] = {}

    @property
    def options(self) -> tuple[str, ...]:
        """The texts of the options in the order of their letters, "" where there is none."""
        return (
            *(self.option_a, self.option_b, self.option_c, self.option_d),
            *(self.option_e, self.option_f, self.option_g, self.option_h),
        )


class PaperDraw(Struct, frozen=True, gc=False):
    """A draw: how many questions, and the positions from which they are drawn."""

    count: int
    pool: tuple[int, ...]


class PaperSection(Struct, frozen=True, gc=False):
    """A section: positions from `start` to before `stop`; `questions` and `max_units` are those of one attempt."""

    id: int
    name: str
    instructions: str
    minutes: int | None
    choose: int | None
    start: int
    stop: int
    questions: int
    max_units: int
    draws: tuple[PaperDraw, ...] = ()


class Passage(Struct, frozen=True, kw_only=True, gc=False):
    """A text or picture that several questions refer to; `texts` are translations by language."""

    id: int
    text: str = ""
    image: str = ""
    texts: Mapping[str, str] = {}


class ExamPaper:
    """A compiled exam paper.

    Attributes:
        exam: the exam's fields at the time of compilation.
        version: the version that attempts pin.
        questions: by position.
        units: how many units make a mark.
        sections: none where the exam has none.
        passages: those that its questions refer to.
        positions: position by question id as text, in the paper's order.
        answer_rules: question type and letters of the filled options, by position.
        is_timed: whether its sections are taken one after the other, each in its own time.
        has_choice: whether a section accepts only a limited number of answers.
        draws: whether attempts get different questions.
        places: position by question id, as text and as a number.
    """

    __slots__ = (
        "answer_rules",
        "draws",
        "exam",
        "has_choice",
        "is_timed",
        "passages",
        "places",
        "positions",
        "questions",
        "sections",
        "units",
        "version",
    )

    def __init__(
        self,
        exam: ExamSnapshot,
        version: int,
        questions: Sequence[ExamPaperQuestion],
        units: int = UNITS,
        sections: Sequence[PaperSection] = (),
        passages: Sequence[Passage] = (),
    ) -> None:
        self.exam = exam
        self.version = version
        self.questions = tuple(questions)
        self.units = units
        self.sections = tuple(sections)
        self.passages = tuple(passages)
        self.positions: Mapping[str, int] = {str(q.id): position for position, q in enumerate(self.questions)}
        self.answer_rules = tuple((q.question_type, filled_letters(q.options, q.option_images)) for q in self.questions)
        self.is_timed = bool(self.sections) and self.sections[0].minutes is not None
        self.has_choice = any(section.choose is not None for section in self.sections)
        self.draws = any(section.draws for section in self.sections)
        places: dict[object, int] = {q.id: position for position, q in enumerate(self.questions)}
        self.places: Mapping[object, int] = places | self.positions
        if len(self.positions) != len(self.questions):
            raise ValueError("a paper with a question twice")

    def __len__(self) -> int:
        return len(self.questions)

    @property
    def asked(self) -> int:
        """How many questions count in one attempt."""
        return sum(section.questions for section in self.sections) if self.sections else len(self.questions)

    @property
    def max_units(self) -> int:
        """The highest possible score, in units."""
        if self.sections:
            return sum(section.max_units for section in self.sections)
        return sum(question.positive_marks for question in self.questions)

    def section_at(self, position: int) -> int:
        """The index of the section of a position, 0 where there are none."""
        return next((at for at, section in enumerate(self.sections) if position < section.stop), 0)

    def marks(self, units: int) -> Fraction:
        """An amount of units in marks."""
        return Fraction(units, self.units)


class _Compiled(NamedTuple):
    question_id: int
    question: Question
    marks: QuestionMarks


def compile_paper(
    exam: ExamSnapshot,
    questions: Iterable[tuple[int, Question]],
    version: int,
    *,
    structure: Structure = PLAIN,
    passages: Iterable[Passage] = (),
) -> tuple[ExamPaper, AnswerKey]:
    """The paper and the key of an exam's questions, given with their ids in the exam's order.

    Raises:
        ValueError: an id comes twice.
        MarksError: the marks have no common denominator that can be stored.
    """
    scheme = MarkingScheme(structure, exam.positive, exam.negative)
    compiled = [_Compiled(question_id, question, scheme.of(question)) for question_id, question in questions]
    pools: dict[int | None, list[_Compiled]] = {section.id: [] for section in structure.sections}
    for each in compiled:
        section = structure.section_of(each.question)
        pools.setdefault(None if section is None else section.id, []).append(each)
    ordered = [each for pool in pools.values() for each in pool]
    units = _units(ordered, exam)
    shown = [_shown(each, section_id, units) for section_id, pool in pools.items() for each in pool]
    sections = _sections(structure, scheme, pools, units)
    used = {each.question.passage_id for each in ordered}
    paper = ExamPaper(exam, version, shown, units, sections, [passage for passage in passages if passage.id in used])
    graded = [
        KeySection(section.id, section.name, section.start, section.stop, section.questions, section.max_units)
        for section in sections
    ]
    return paper, AnswerKey(version, [_keyed(each, units) for each in ordered], units, graded)


def _units(compiled: Sequence[_Compiled], exam: ExamSnapshot) -> int:
    amounts = [exam.positive, exam.negative]
    for each in compiled:
        amounts += [each.marks.positive, each.marks.negative, each.marks.partial_marks]
        if each.question.question_type == MSQ and each.marks.partial == PROPORTIONAL:
            keys = alternatives(each.question.correct_answer)
            amounts += [each.marks.positive / len(key.split(",")) for key in keys]
    units = common_units(amounts)
    if units > MAX_UNITS:
        raise MarksError("have no common denominator: use fewer different fractions")
    return units


def _shown(each: _Compiled, section_id: int | None, units: int) -> ExamPaperQuestion:
    question = each.question
    return ExamPaperQuestion(
        each.question_id,
        question.question_text,
        question.option_a,
        question.option_b,
        question.option_c,
        question.option_d,
        question.question_type,
        question.image_path,
        in_units(each.marks.positive, units),
        in_units(each.marks.negative, units),
        question.option_e,
        question.option_f,
        question.option_g,
        question.option_h,
        question.option_images,
        section_id,
        question.passage_id,
        question.fixed_options,
        _without_solutions(question.texts),
    )


def _keyed(each: _Compiled, units: int) -> KeyEntry:
    question, marks = each.question, each.marks
    return KeyEntry(
        question.question_type,
        # A draft writes the letters of an MSQ without commas.
        question.correct_answer.replace(",", ""),
        question.tolerance,
        in_units(marks.positive, units),
        in_units(marks.negative, units),
        marks.partial,
        in_units(marks.partial_marks, units),
        question.solution,
        question.solution_image,
        {language: texts[_SOLUTION] for language, texts in question.texts.items() if _SOLUTION in texts},
    )


def _sections(
    structure: Structure, scheme: MarkingScheme, pools: Mapping[int | None, Sequence[_Compiled]], units: int
) -> list[PaperSection]:
    sections: list[PaperSection] = []
    start = 0
    for section in structure.sections:
        pool = [each.question for each in pools[section.id]]
        alone = structs.replace(structure, sections=(section,))
        gets = totals(scheme, alone, pool)
        draws = tuple(
            PaperDraw(draw.count, tuple(start + at for at, question in enumerate(pool) if draw.takes(question)))
            for draw in section.draw
        )
        sections.append(
            PaperSection(
                section.id,
                section.name,
                section.instructions,
                section.minutes,
                section.choose,
                start,
                start + len(pool),
                gets.questions,
                in_units(Fraction(gets.max_marks), units),
                draws,
            )
        )
        start += len(pool)
    return sections


def _without_solutions(texts: Mapping[str, Mapping[str, str]]) -> Mapping[str, Mapping[str, str]]:
    kept = {
        language: {name: text for name, text in translated.items() if name != _SOLUTION}
        for language, translated in texts.items()
    }
    return {language: translated for language, translated in kept.items() if translated}


def _amount(stored: int | str) -> Fraction:
    return Fraction(stored, UNITS) if isinstance(stored, int) else Fraction(stored)
