"""How an exam is built beyond its list of questions: languages, sections, marking schemes, order.

    marks of a question   its own, else its section's for its type, else the exam's for its type, else the exam's

An exam that says nothing of all this has the empty structure, and everything is as if there were none.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct, structs

from smartexam.catalog.marks import parse_marks
from smartexam.catalog.questions import MSQ, Question
from smartexam.platform.errors import Fault

NONE: Final = "none"
PER_OPTION: Final = "per_option"
PROPORTIONAL: Final = "proportional"
PARTIAL_MODES: Final = (NONE, PER_OPTION, PROPORTIONAL)


class TypeMarks(Struct, frozen=True, omit_defaults=True):
    """The marks of a type of question, as far as they are given; amounts as canonical text."""

    positive: str | None = None
    negative: str | None = None
    partial: str | None = None
    partial_marks: str | None = None


Marking = Mapping[str, TypeMarks]


class Draw(Struct, frozen=True, omit_defaults=True):
    """So many questions at random of those of the section that are of this type, difficulty and topic."""

    count: int
    question_type: str | None = None
    difficulty: str | None = None
    topic: str | None = None

    def takes(self, question: Question) -> bool:
        """Whether it may draw a question."""
        return (
            (self.question_type is None or self.question_type == question.question_type)
            and (self.difficulty is None or self.difficulty == question.difficulty)
            and (self.topic is None or self.topic.casefold() == question.topic.casefold())
        )


class Section(Struct, frozen=True, omit_defaults=True):
    """A section; `minutes` where sections are timed, `choose` where only so many answers count."""

    id: int
    name: str
    instructions: str = ""
    minutes: int | None = None
    choose: int | None = None
    draw: tuple[Draw, ...] = ()
    marking: Marking = {}


class Shuffle(Struct, frozen=True, omit_defaults=True):
    """What is in another order for each attempt."""

    questions: bool = False
    options: bool = False


class Structure(Struct, frozen=True, omit_defaults=True):
    """How an exam is built.

    Attributes:
        languages: the first is what the questions' plain fields hold.
        first_section: the section of questions that name none, because they are older than the sections.
        last_section: the highest id that a section ever had.
    """

    languages: tuple[str, ...] = ("en",)
    sections: tuple[Section, ...] = ()
    marking: Marking = {}
    shuffle: Shuffle = Shuffle()
    first_section: int | None = None
    last_section: int = 0

    @property
    def is_plain(self) -> bool:
        """Whether it says nothing."""
        return self == PLAIN

    @property
    def decides_marks(self) -> bool:
        """Whether totals depend on more than each question's own marks."""
        return bool(self.sections or self.marking)

    @property
    def is_timed(self) -> bool:
        """Whether its sections are sat one after the other, each in its own time."""
        return bool(self.sections) and self.sections[0].minutes is not None

    @property
    def needs_seed(self) -> bool:
        """Whether attempts differ in what they get or in which order."""
        return self.shuffle.questions or self.shuffle.options or any(section.draw for section in self.sections)

    def section(self, section_id: int | None) -> Section | None:
        """A section by its id, None if there is no such section."""
        return next((section for section in self.sections if section.id == section_id), None)

    def section_of(self, question: Question) -> Section | None:
        """The section that a question is in, None where the exam has none."""
        if not self.sections:
            return None
        named = self.first_section if question.section_id is None else question.section_id
        return self.section(named) or self.sections[0]


PLAIN: Final = Structure()


def fitted(question: Question, structure: Structure, passages: Collection[int]) -> Question | list[Fault]:
    """A question as it is in an exam with this structure and these passages, or what does not fit.

    Without a section of its own it is in the exam's first one.
    """
    faults: list[Fault] = []
    if question.section_id is not None and structure.section(question.section_id) is None:
        faults.append(Fault("section_id", "is no section of the exam"))
    if question.passage_id is not None and question.passage_id not in passages:
        faults.append(Fault("passage_id", "is no passage of the exam"))
    faults += [
        Fault(f"texts.{language}", f"is no language of the exam; it has {', '.join(structure.languages)}")
        for language in question.texts
        if language not in structure.languages
    ]
    if faults:
        return faults
    if question.section_id is None and structure.sections:
        return structs.replace(question, section_id=structure.sections[0].id)
    return question


def with_sections(structure: Structure, sections: Sequence[Section]) -> Structure:
    """A structure with these sections: those with ids that it knows are the same ones, the others get new ids."""
    known = {section.id for section in structure.sections}
    last = structure.last_section
    kept: list[Section] = []
    for section in sections:
        if section.id not in known:
            last += 1
            section = structs.replace(section, id=last)  # noqa: PLW2901 - the same section with its number
        kept.append(section)
    first = structure.first_section
    if first not in {section.id for section in kept}:
        first = kept[0].id if kept else None
    return structs.replace(structure, sections=tuple(kept), last_section=last, first_section=first)


class QuestionMarks(NamedTuple):
    """What a question's answers are worth; `partial` is about MSQ only."""

    positive: Fraction
    negative: Fraction
    partial: str = NONE
    partial_marks: Fraction = Fraction(1)


class MarkingScheme:
    """The marks of an exam's questions, by question, section and exam."""

    def __init__(self, structure: Structure, positive: Fraction, negative: Fraction) -> None:
        self._structure = structure
        self._exam = {"positive": positive, "negative": negative}
        self._known: dict[tuple[int | None, str], QuestionMarks] = {}

    def of(self, question: Question) -> QuestionMarks:
        """The marks of a question."""
        section = self._structure.section_of(question)
        key = None if section is None else section.id, question.question_type
        if key not in self._known:
            self._known[key] = self._of_type(section, question.question_type)
        marks = self._known[key]
        return QuestionMarks(
            marks.positive if question.positive_marks is None else question.positive_marks,
            marks.negative if question.negative_marks is None else question.negative_marks,
            marks.partial,
            marks.partial_marks,
        )

    def _of_type(self, section: Section | None, question_type: str) -> QuestionMarks:
        levels = [self._structure.marking.get(question_type)]
        if section is not None:
            levels.insert(0, section.marking.get(question_type))
        given: dict[str, str] = {}
        for level in reversed([level for level in levels if level is not None]):
            given |= {
                name: value for name in TypeMarks.__struct_fields__ if (value := getattr(level, name)) is not None
            }
        amounts = {name: parse_marks(given[name]) if name in given else self._exam[name] for name in self._exam}
        if question_type != MSQ:
            return QuestionMarks(amounts["positive"], amounts["negative"])
        partial_marks = parse_marks(given.get("partial_marks", "1"))
        return QuestionMarks(amounts["positive"], amounts["negative"], given.get("partial", NONE), partial_marks)


class Totals(Struct, frozen=True, omit_defaults=True):
    """What one attempt at an exam gets.

    Attributes:
        questions: how many questions count.
        max_marks: the highest possible score, as text.
        short: ids of sections that have fewer questions than are to be drawn.
        unequal: ids of sections whose questions should have equal marks and do not.
    """

    questions: int
    max_marks: str
    short: tuple[int, ...] = ()
    unequal: tuple[int, ...] = ()


def totals(scheme: MarkingScheme, structure: Structure, questions: Iterable[Question]) -> Totals:
    """What one attempt at an exam with these questions gets."""
    by_section: dict[int | None, list[Question]] = {}
    for question in questions:
        section = structure.section_of(question)
        by_section.setdefault(None if section is None else section.id, []).append(question)
    if not structure.sections:
        everything = by_section.get(None, [])
        return Totals(len(everything), str(sum((scheme.of(each).positive for each in everything), Fraction(0))))
    count, most = 0, Fraction(0)
    short: list[int] = []
    unequal: list[int] = []
    for section in structure.sections:
        pool = by_section.get(section.id, [])
        worth = [scheme.of(question).positive for question in pool]
        drawn = [[at for at, question in enumerate(pool) if draw.takes(question)] for draw in section.draw]
        if section.draw:
            asked = sum(draw.count for draw in section.draw)
            best = sum(
                (draw.count * worth[takes[0]] for draw, takes in zip(section.draw, drawn, strict=True) if takes),
                Fraction(0),
            )
            if any(len({worth[at] for at in takes}) > 1 for takes in drawn):
                unequal.append(section.id)
            if assigned([draw.count for draw in section.draw], drawn) is None:
                short.append(section.id)
            eligible = sorted({at for takes in drawn for at in takes})
            worth = [worth[at] for at in eligible]
        else:
            asked, best = len(pool), sum(worth, Fraction(0))
        if section.choose is not None:
            if len(set(worth)) > 1:
                unequal.append(section.id)
            asked = min(asked, section.choose)
            best = asked * worth[0] if worth else Fraction(0)
        count += asked
        most += best
    return Totals(count, str(most), tuple(short), tuple(dict.fromkeys(unequal)))


def assigned(counts: Sequence[int], pools: Sequence[Sequence[int]]) -> list[list[int]] | None:
    """Members of pools for draws of so many each, none for two draws, the first ones of each pool where possible.

    None if the pools are too small. A draw that finds all of its pool taken makes another draw exchange a member for
    a free one (augmenting paths), so a solution is found whenever there is one.
    """
    owner: dict[int, int] = {}

    def take(draw: int, tried: set[int]) -> bool:
        tried.add(draw)
        for member in pools[draw]:
            if member not in owner:
                owner[member] = draw
                return True
        for member in pools[draw]:
            other = owner[member]
            if other not in tried and take(other, tried):
                owner[member] = draw
                return True
        return False

    for draw, count in enumerate(counts):
        if count > len(pools[draw]) or not all(take(draw, set()) for _ in range(count)):
            return None
    found: list[list[int]] = [[] for _ in counts]
    for member, draw in owner.items():
        found[draw].append(member)
    return found


def encode(structure: Structure) -> str:
    """A structure as it is stored."""
    return msgspec.json.encode(structure).decode()


def decode(text: str) -> Structure:
    """A structure as it was stored."""
    return msgspec.json.decode(text, type=Structure)


def encode_totals(of_exam: Totals) -> str:
    """Totals as they are stored."""
    return msgspec.json.encode(of_exam).decode()


def decode_totals(text: str) -> Totals:
    """Totals as they were stored."""
    return msgspec.json.decode(text, type=Totals)
