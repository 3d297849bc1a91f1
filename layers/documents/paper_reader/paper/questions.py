"""Converts lines to questions."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from paper_reader.layout.latex import plain
from paper_reader.layout.line import UNREADABLE, Line
from paper_reader.paper import (
    answers,
    areas,
    captions,
    context,
    languages,
    losses,
    margins,
    metadata,
    numbering,
    options,
    regions,
    variants,
)
from paper_reader.paper.draft import Draft
from paper_reader.paper.drafts import Drafter, runs
from paper_reader.paper.inline_answers import Answer, settled
from paper_reader.paper.key_grid import Part
from paper_reader.paper.model import MCQ, NUMERIC, PaperQuestion, Translation, Warning_
from paper_reader.paper.regions import Regions
from paper_reader.paper.span import Parts, ticks
from paper_reader.paper.text import Joiner, source, without_marks
from paper_reader.paper.values import Value
from paper_reader.pdf.legacy import looks_legacy

_USUAL_OPTIONS = 4
_LONGEST_SOLUTION = 10_000
_HEAD, _LONGEST_HEADING = 12, 60  # lines, characters
_COUNTED = 0.7
_REQUIRED = re.compile(r"\s\*$")  # behind a question that a form requires
_LABELS = re.compile(r"[\[(]?\b[A-Ha-h1-8]\b[\])]?|[\d\W]")
_NUMBER_AGAIN = re.compile(r"^\W*\d{1,4}\s?[.):]\s*")
_REST_OF_NUMBER = re.compile(r"(?:[^\W_]{1,3}\s?[.):,]|[.,:;\-–])\s+(?=\w)")  # that could not be read
_BARE_MARKS = re.compile(r"\s[\[(]\s?\d{1,2}\s?[\])]$")
_FEWEST_MARKED, _MOSTLY_MARKED = 4, 0.6
_UNKNOWN = "\ufffd"
_LETTER = re.compile(r"[^\W\d_]")
_PROSE = re.compile(
    r"(?:briefly\s+)?(?:explain|describe|discuss|define|derive|state\b(?!ment)|prove\b|show\s+that|justify|distinguish|"
    r"differentiate\s+between|give\s+(?:reasons?|an\s+account|(?:two|three|any)\b)|draw|sketch|write\s+(?:a|an|any|down|short|notes?|the\s+"
    r"(?:names?|meaning|laws?|principle))\b|mention|enumerate|elaborate|illustrate|compare|comment\s+on|outline|"
    r"what\s+(?:do\s+you|is\s+meant|are\s+the)|why\s+(?:is|are|do|does|did)\b|how\s+(?:do|does|is|are|can)\b)",
    re.IGNORECASE,
)
_PROSE_IN_HINDI = re.compile(r"(?:वर्णन|व्याख्या|सिद्ध|स्पष्ट|उल्लेख|परिभाषित)\s+(?:कीजिए|करें|करो)|समझाइए|समझाइये|टिप्पणी\s+लिख")


def read(lines: Sequence[Line], *, may_be_legacy: bool = True) -> tuple[list[PaperQuestion], list[Warning_]]:
    """The questions of a document, and what a person should check.

    Args:
        lines: the document.
        may_be_legacy: whether some of it may be in a pre-Unicode font with a neutral name.
    """
    return _Reader(margins.take_off(metadata.take_off(lines)), may_be_legacy=may_be_legacy).read()


class _Texts:
    """A question's stem and options for display: in English if there are two languages, `texts` the other."""

    __slots__ = ("options", "stem", "texts")

    def __init__(self, draft: Draft, joiner: Joiner) -> None:
        self.stem = without_marks(joiner.join(draft.parts.stem, keep_items=True))
        if draft.start.is_counted:
            rest = _REST_OF_NUMBER.match(self.stem)
            self.stem = self.stem[rest.end() :] if rest is not None else self.stem
        if draft.style in options.OF_FORMS:
            self.stem = _REQUIRED.sub("", self.stem)
        self.options = [joiner.join(pieces) for pieces in draft.parts.options]
        self.texts: dict[str, Translation] = {}
        if draft.translation is not None:
            self._add(draft.translation, joiner)
        else:
            self._divide()

    def _add(self, translation: Parts, joiner: Joiner) -> None:
        """Add the other language in which the question is printed."""
        stem = without_marks(joiner.join(translation.stem, keep_items=True))
        if not stem and (found := languages.divided(self.stem)) is not None:
            self.stem, stem = found[1], found[3]
        own = [joiner.join(pieces) for pieces in translation.options]
        texts = own if len(own) == len(self.options) else self.options
        first, second = (
            languages.language(f"{text} {' '.join(told)}") for text, told in ((self.stem, self.options), (stem, texts))
        )
        self._take(first, second, Translation(stem or self.stem, texts))

    def _divide(self) -> None:
        """Separate two languages in sequence in the stem and in the options."""
        found = languages.divided(self.stem)
        if found is None:
            return
        first, self.stem, second, stem = found
        told = languages.divided_options(self.options, first)
        self.options, texts = told if told is not None else (self.options, list(self.options))
        self._take(first, second, Translation(_NUMBER_AGAIN.sub("", stem), texts))

    def _take(self, first: str, second: str, other: Translation) -> None:
        if not first or not second or first == second:
            self.stem = f"{self.stem}\n{other.text}".strip()
        elif second == languages.ENGLISH:
            self.texts[first] = Translation(self.stem, self.options)
            self.stem, self.options = other.text, other.options
        else:
            self.texts[second] = other

    def in_each_language(self) -> list[list[str]]:
        """The options in each language."""
        return [self.options, *(text.options for text in self.texts.values())]


class _Reader:
    def __init__(self, lines: Sequence[Line], *, may_be_legacy: bool) -> None:
        self.lines = lines
        self.joiner = Joiner(lines)
        self.warnings: list[Warning_] = []
        self.may_be_legacy = may_be_legacy

    def read(self) -> tuple[list[PaperQuestion], list[Warning_]]:
        lines = self.lines
        table = options.find_markers(lines)
        ranked = options.rank(table)
        captions.mark(lines, len(ranked[0][1]) if ranked else 0)
        found = regions.find(lines, ranked[0][1] if ranked else [])
        table = {
            name: [marker for marker in markers if not found.excluded[marker.line]] for name, markers in table.items()
        }
        ranked = options.rank(table)
        numbers = numbering.find(lines, ranked, found.excluded)
        styles = [name for name, _ in ranked if name != numbers.style or name == (ranked[0][0] if ranked else "")]
        drafter = Drafter(lines, table, styles, numbers.style)
        drafts = drafter.drafts(numbers.starts, found.excluded)
        found.parts += [_solved(run) for run in drafter.solved]
        sections = self._sections(drafts)
        self.warnings += losses.found(lines, drafter, drafts, ranked[0][1] if ranked else [])
        context.give(lines, drafts)
        return self._finish(drafts, sections, found), self.warnings

    def _sections(self, drafts: list[Draft]) -> list[tuple[str, list[int]]]:
        """The runs of numbers with the heading above each; sets each draft's section."""
        found: list[tuple[str, list[int]]] = []
        for index, run in enumerate(runs(drafts)):
            for draft in run:
                draft.section = index
            found.append((context.heading_above(self.lines, run[0].first), [draft.start.number for draft in run]))
        return found

    def _finish(
        self, drafts: list[Draft], sections: list[tuple[str, list[int]]], found: Regions
    ) -> list[PaperQuestion]:
        parts = self._own_parts(drafts, found)
        grid = answers.assign(parts, sections, self._above(drafts, found) if len(sections) > 1 else ())
        if parts and not grid:
            self._warn("key_not_matched", "The answer key could not be matched to the questions.")
        texts = [_Texts(draft, self.joiner) for draft in drafts]
        _take_off_marks(texts)
        values = self._values(drafts, texts, grid, found.solved.answers if len(sections) == 1 else {})
        digits = _digits_are_positions(drafts, [value for value, _ in values])
        questions = []
        left_out: list[int] = []
        written: list[int] = []
        blank: list[int] = []
        by_digits = _keys_by_digits(drafts, [value for value, _ in values])
        for index, (draft, text, (value, reason)) in enumerate(zip(drafts, texts, values, strict=True)):
            draft.is_unseen = by_digits and not draft.series and not _is_among_numeric(drafts, index)
            question = self._question(draft, text, value, reason, sections, digits_are_positions=digits)
            if question is None:
                left_out.append(draft.start.number)
            elif _is_blank(question):
                blank.append(draft.start.number)
            elif value is None and not reason and _wants_prose(draft, question):
                written.append(draft.start.number)
            else:
                questions.append(question)
        if left_out:
            self._warn(
                "legacy_font",
                f"{len(left_out)} questions are set in a font from before Unicode and cannot be read: "
                f"{losses.listed(left_out)}.",
            )
        if blank:
            self._warn(
                "answer_sheet",
                f"{len(blank)} numbers with nothing but labels beside them were left out: {losses.listed(blank)}.",
            )
        if written:
            self._warn(
                "written_answers",
                f"{len(written)} questions want an answer in words and were left out: {losses.listed(written)}.",
            )
        return questions

    def _above(self, drafts: list[Draft], found: Regions) -> list[set[str]]:
        """The short lines above each run of numbers."""
        begins = [run[0].first for run in runs(drafts)]
        return [
            {
                answers.comparable(plain(line.text))
                for index, line in enumerate(self.lines[max(0, begin - _HEAD) : begin], max(0, begin - _HEAD))
                if len(line.text) <= _LONGEST_HEADING and not found.excluded[index]
            }
            for begin in begins
        ]

    def _own_parts(self, drafts: list[Draft], found: Regions) -> list[Part]:
        """The parts of keys that are this paper's, and not those of another set or test."""
        if not any(part.names for part in found.parts):
            return found.parts
        begins = [run[0].first for run in runs(drafts)]
        above = [range(begins[0] if begins else 0), *(range(max(0, begin - _HEAD), begin) for begin in begins)]
        told = [
            variants.joined(self.lines[index].text for index in indices if not found.excluded[index])
            for indices in above
        ]
        own = [part for part in found.parts if not all(variants.is_other(part.names, names) for names in told)]
        if len(own) < len(found.parts):
            self._warn(
                "key_of_another",
                "An answer key is for a set or test that this paper does not name as its own; it was left out.",
            )
        return own

    def _values(
        self,
        drafts: Sequence[Draft],
        texts: Sequence[_Texts],
        grid: Mapping[tuple[int, int], Value | None],
        solved: Mapping[int, Value | None],
    ) -> list[tuple[Value | None, str]]:
        """The paper's answer to each question, or why it is uncertain."""
        values: list[tuple[Value | None, str]] = []
        for draft, text in zip(drafts, texts, strict=True):
            sources = [_settled(answer, text) for answer in draft.parts.answers]
            if self.lines[draft.first].is_recognised:
                sources = [value and value.recognised() for value in sources]
            is_uncertain = draft.is_part or draft.start.is_counted
            if (draft.section, draft.start.number) in grid and not is_uncertain:
                sources.append(_confirmed(grid[draft.section, draft.start.number], text))
            if draft.start.number in solved and not is_uncertain:
                sources.append(solved[draft.start.number])
            if (ticked := ticks(draft.parts)) is not None:
                sources.append(ticked)
            values.append(answers.agreed(sources))
        return values

    def _question(
        self,
        draft: Draft,
        texts: _Texts,
        value: Value | None,
        reason: str,
        sections: Sequence[tuple[str, Sequence[int]]],
        *,
        digits_are_positions: bool,
    ) -> PaperQuestion | None:
        lines = self.lines[draft.first : draft.first + draft.parts.used]
        stem = texts.stem
        marked = any(UNREADABLE in line.text for line in lines)
        if (marked and not _LETTER.search(stem)) or (
            self.may_be_legacy and looks_legacy(f"{stem} {' '.join(texts.options)}")
        ):
            return None
        if preface := [*draft.preface, *draft.shared]:
            stem = f"{self.joiner.join(preface, keep_items=True)}\n\n{stem}"
        style_digits = "1" in draft.style or draft.style == options.IDS or digits_are_positions
        if draft.has_lost_options:
            resolved = answers.Resolved(MCQ, "", "0", "its options could not be told apart")
        elif draft.has_two_series:
            resolved = answers.Resolved(MCQ, "", "0", "there are two series of options")
        elif draft.is_unseen and (value is None or value.positions):
            why = "" if value is None else "its options cannot be read, and the key may name one of them"
            resolved = answers.Resolved(MCQ, "", "0", why)
        else:
            wanted = draft.parts.wanted or draft.wanted
            resolved = answers.resolve(value, len(texts.options), wanted, digits_are_positions=style_digits)
        question = PaperQuestion(
            number=draft.start.number,
            section=sections[draft.section][0],
            page=self.lines[draft.first].page,
            text=stem,
            options=texts.options,
            question_type=resolved.question_type,
            answer=resolved.answer,
            tolerance=resolved.tolerance,
            is_verified=bool(resolved.answer),
            span=source(lines),
            unclear=marked or any(_UNKNOWN in text for text in (stem, *texts.options, *_translated(texts))),
            texts=texts.texts,
            solution=self.joiner.join(draft.parts.solution, keep_items=True)[:_LONGEST_SOLUTION],
            areas=areas.of_lines(lines),
            option_areas=areas.of_options(lines, draft),
        )
        _note(question, reason or resolved.reason)
        if draft.start.is_counted:
            question.warnings.append("Its number could not be read and was counted.")
            question.confidence = round(question.confidence * _COUNTED, 3)
        return question

    def _warn(self, code: str, message: str) -> None:
        self.warnings.append(Warning_(code, message))


def _is_blank(question: PaperQuestion) -> bool:
    """Whether there are empty labels to fill in, as on an answer sheet."""
    return bool(question.options) and not any(question.options) and not _LABELS.sub("", question.text).strip()


def _take_off_marks(texts: Sequence[_Texts]) -> None:
    """Remove marks without a unit, such as "[2]", from the ends of stems if most stems have them."""
    found = [(text, match) for text in texts if (match := _BARE_MARKS.search(text.stem)) is not None]
    if len(found) >= max(_FEWEST_MARKED, _MOSTLY_MARKED * len(texts)):
        for text, match in found:
            text.stem = text.stem[: match.start()]


def _translated(texts: _Texts) -> list[str]:
    return [text for other in texts.texts.values() for text in (other.text, *other.options)]


def _wants_prose(draft: Draft, question: PaperQuestion) -> bool:
    """Whether a question without options or an answer asks for sentences and not for a number."""
    if question.options or draft.is_unseen or draft.has_lost_options or NUMERIC in {draft.wanted, draft.parts.wanted}:
        return False
    return _PROSE.match(question.text) is not None or _PROSE_IN_HINDI.search(question.text) is not None


def _solved(run: Sequence[Draft]) -> Part:
    """The answers at the start of a run of numbered solutions."""
    part = Part()
    for draft in run:
        if draft.parts.answers:
            part.add(draft.start.number, settled(draft.parts.answers[0], ()))
    return part


def _settled(answer: Answer, texts: _Texts) -> Value | None:
    """An answer's value with the options, in whichever language it spells one out."""
    found = [value for told in texts.in_each_language() if (value := settled(answer, told)) is not None]
    return found[0] if found and all(value == found[0] for value in found) else None


def _confirmed(value: Value | None, texts: _Texts) -> Value | None:
    """A key's value, if the question's options agree with the text beside it."""
    if value is None or not value.told:
        return value
    return _settled(Answer(replace(value, told=""), value.told, is_loose=True), texts)


def _keys_by_digits(drafts: Sequence[Draft], values: Sequence[Value | None]) -> bool:
    """Whether the paper's keys name options by digits, which look like the answer of a NUMERIC question."""
    named = [
        value.is_digits
        for draft, value in zip(drafts, values, strict=True)
        if value is not None and draft.series and value.positions
    ]
    return sum(named) > 0.5 * len(named)


def _is_among_numeric(drafts: Sequence[Draft], index: int) -> bool:
    """Whether a question has no options on purpose: it is said, or its neighbour has none either."""
    draft = drafts[index]
    if NUMERIC in {draft.wanted, draft.parts.wanted}:
        return True
    beside = [drafts[at] for at in (index - 1, index + 1) if 0 <= at < len(drafts)]
    return any(not other.series and other.section == draft.section for other in beside)


def _digits_are_positions(drafts: Sequence[Draft], values: Sequence[Value | None]) -> bool:
    """Whether the key counts options by digits although they have letters: only if it does so throughout."""
    kinds = Counter(
        value.is_digits
        for draft, value in zip(drafts, values, strict=True)
        if value is not None and draft.series and (value.positions or value.number)
    )
    lettered = sum(bool(draft.series) and "1" not in draft.style for draft in drafts)
    if not lettered:
        return True
    return kinds[True] >= 5 and kinds[True] >= 0.9 * sum(kinds.values())


def _note(question: PaperQuestion, reason: str) -> None:
    """Add a warning."""
    if reason:
        question.warn(f"The answer is left open: {reason}.")
    elif not question.answer:
        question.warn("The paper does not give the answer.")
    if question.unclear:
        question.warn("Some characters could not be read.", 0.6)
    if question.options and len(question.options) < _USUAL_OPTIONS:
        question.warn(f"Only {len(question.options)} options were found.", 0.8)
