"""The structure of an exam beyond its list of questions: languages, sections, marking schemes, order.

    marks of a question   its own, else its section's for its type, else the exam's for its type, else the exam's

An exam without any of this has the empty structure.
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
    """The marks of a type of question, where they are given; amounts as canonical text."""

    positive: str | None = None
    negative: str | None = None
    partial: str | None = None
    partial_marks: str | None = None


Marking = Mapping[str, TypeMarks]


class Draw(Struct, frozen=True, omit_defaults=True):
    """A number of random questions of a section, of this type, difficulty and topic."""

    count: int
    question_type: str | None = None
    difficulty: str | None = None
    topic: str | None = None

    def takes(self, question: Question) -> bool:
        """Whether the draw may include a question."""
        return (
            (self.question_type is None or self.question_type == question.question_type)
            and (self.difficulty is None or self.difficulty == question.difficulty)
            and (self.topic is None or self.topic.casefold() == question.topic.casefold())
        )


class Section(Struct, frozen=True, omit_defaults=True):
    """A section; `minutes` if sections are timed, `choose` if only that many answers count."""

    id: int
    name: str
    instructions: str = ""
    minutes: int | None = None
    choose: int | None = None
    draw: tuple[Draw, ...] = ()
    marking: Marking = {}


class Shuffle(Struct, frozen=True, omit_defaults=True):
    """What is shuffled for each attempt."""

    questions: bool = False
    options: bool = False


class Structure(Struct, frozen=True, omit_defaults=True):
    """The structure of an exam.

    Attributes:
        languages: the first is that of the questions' plain fields.
        first_section: the section of questions without one, which are older than the sections.
        last_section: the highest id ever given to a section.
    """

    languages: tuple[str, ...] = ("en",)
    sections: tuple[Section, ...] = ()
    marking: Marking = {}
    shuffle: Shuffle = Shuffle()
    first_section: int | None = None
    last_section: int = 0

    @property
    def is_plain(self) -> bool:
        """Whether it is empty."""
        return self == PLAIN

    @property
    def decides_marks(self) -> bool:
        """Whether the totals depend on more than each question's own marks."""
        return bool(self.sections or self.marking)

    @property
    def is_timed(self) -> bool:
        """Whether its sections are taken one after the other, each in its own time."""
        return bool(self.sections) and self.sections[0].minutes is not None

    @property
    def needs_seed(self) -> bool:
        """Whether attempts get different questions or orders."""
        return self.shuffle.questions or self.shuffle.options or any(section.draw for section in self.sections)

    def section(self, section_id: int | None) -> Section | None:
        """A section by its id, None if there is no such section."""
        return next((section for section in self.sections if section.id == section_id), None)

    def section_of(self, question: Question) -> Section | None:
        """The section of a question, None if the exam has no sections."""
        if not self.sections:
            return None
        named = self.first_section if question.section_id is None else question.section_id
        return self.section(named) or self.sections[0]


PLAIN: Final = Structure()


def fitted(question: Question, structure: Structure, passages: Collection[int]) -> Question | list[Fault]:
    """A question adapted to an exam with this structure and these passages, or why it does not fit.

    A question without a section is put in the first one.
    """
    faults = misplaced(question.section_id, question.passage_id, question.texts, structure, passages)
    if faults:
        return faults
    if question.section_id is None and structure.sections:
        return structs.replace(question, section_id=structure.sections[0].id)
    return question


def misplaced(
    section_id: int | None,
    passage_id: int | None,
    languages: Iterable[str],
    structure: Structure,
    passages: Collection[int],
) -> list[Fault]:
    """Why a question with this section, passage and these translations does not fit an exam; empty if it does."""
    faults: list[Fault] = []
    if section_id is not None and structure.section(section_id) is None:
        faults.append(Fault("section_id", "is no section of the exam"))
    if passage_id is not None and passage_id not in passages:
        faults.append(Fault("passage_id", "is no passage of the exam"))
    return faults + [
        Fault(f"texts.{language}", f"is no language of the exam; it has {', '.join(structure.languages)}")
        for language in languages
        if language not in structure.languages
    ]


def with_sections(structure: Structure, sections: Sequence[Section]) -> Structure:
    """A structure with these sections: sections with known ids keep them, others get new ids."""
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
    """The marks of a question; `partial` applies to MSQ only."""

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
    """The totals of one attempt at an exam.

    Attributes:
        questions: how many questions count.
        max_marks: the highest possible score, as text.
        short: ids of sections with fewer questions than their draws need.
        unequal: ids of sections whose questions need equal marks but have different ones.
    """

    questions: int
    max_marks: str
    short: tuple[int, ...] = ()
    unequal: tuple[int, ...] = ()


def totals(scheme: MarkingScheme, structure: Structure, questions: Iterable[Question]) -> Totals:
    """The totals of one attempt at an exam with these questions."""
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
    """Members of pools for draws with these counts; no member is in two draws, and the first members of a pool are
    preferred.

    None if the pools are too small. A draw whose pool is used up makes another draw exchange a member for a free one
    (augmenting paths), so a solution is found if one exists.
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
    """A structure as stored text."""
    return msgspec.json.encode(structure).decode()


def decode(text: str) -> Structure:
    """A structure from stored text."""
    return msgspec.json.decode(text, type=Structure)


def encode_totals(of_exam: Totals) -> str:
    """Totals as stored text."""
    return msgspec.json.encode(of_exam).decode()


def decode_totals(text: str) -> Totals:
    """Totals from stored text."""
    return msgspec.json.decode(text, type=Totals)
