"""Lines as questions."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from smartpaper.layout.latex import plain
from smartpaper.layout.line import UNREADABLE, Line
from smartpaper.paper import answers, headings, numbering, options, regions
from smartpaper.paper.model import MCQ, NUMERIC, PaperQuestion, Warning_
from smartpaper.paper.numbering import Start
from smartpaper.paper.options import Marker, Table
from smartpaper.paper.span import Parts, take_apart
from smartpaper.paper.text import Joiner, source
from smartpaper.paper.values import Value
from smartpaper.pdf.legacy import looks_legacy

_CONTRACT_OPTIONS = 4
_UNKNOWN = "\ufffd"
_LETTER = re.compile(r"[^\W\d_]")
_FIGURE = re.compile(r"\b(?:figure|diagram|graph|circuit|shown below|as shown)\b|चित्र|आरेख", re.IGNORECASE)


@dataclass(slots=True)
class _Draft:
    """A question on its way: its lines, its parts, the section it belongs to."""

    start: Start
    first: int
    last: int
    parts: Parts
    series: list[Marker]
    style: str
    section: int = 0
    wanted: str | None = None
    preface: list[str] = field(default_factory=list)
    has_lost_options: bool = False


def read(lines: Sequence[Line]) -> tuple[list[PaperQuestion], list[Warning_]]:
    """The questions of a document, and what a person should look at."""
    return _Reader(lines).read()


class _Reader:
    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.joiner = Joiner(lines)
        self.warnings: list[Warning_] = []

    def read(self) -> tuple[list[PaperQuestion], list[Warning_]]:
        lines = self.lines
        table = options.find_markers(lines)
        ranked = options.rank(table)
        found = regions.find(lines, ranked[0][1] if ranked else [])
        table = {
            name: [marker for marker in markers if not found.excluded[marker.line]] for name, markers in table.items()
        }
        ranked = options.rank(table)
        numbers = numbering.find(lines, ranked, found.excluded)
        styles = [name for name, _ in ranked if name != numbers.style or name == (ranked[0][0] if ranked else "")]
        drafts = self._drafts(numbers.starts, table, styles, found.excluded)
        drafts = self._without_instructions(drafts)
        sections = self._sections(drafts)
        self._set_context(drafts)
        return self._finish(drafts, sections, found), self.warnings

    # Questions

    def _drafts(
        self, starts: Sequence[Start], table: Table, styles: Sequence[str], excluded: Sequence[bool]
    ) -> list[_Draft]:
        at = {name: [marker.line for marker in table[name]] for name in styles}
        drafts: list[_Draft] = []
        for place, start in enumerate(starts):
            last = starts[place + 1].line if place + 1 < len(starts) else len(self.lines)
            for index in range(start.line + 1, last):
                if excluded[index]:
                    last = index
                    break
            series, style = self._series(start, last, table, styles, at)
            lost = not series and self._has_lost_options(start, last, table, styles)
            parts = take_apart(self.lines[start.line : last], start.line, start.end, series)
            drafts.append(_Draft(start, start.line, last, parts, series, style, has_lost_options=lost))
        return drafts

    def _has_lost_options(self, start: Start, last: int, table: Table, styles: Sequence[str]) -> bool:
        """Whether there are options, though no series of them: some were lost, and it is no NUMERIC question."""
        found = [m for m in table[styles[0]] if start.line < m.line < last and m.weight > 1] if styles else []
        return len({marker.position for marker in found}) > 1

    def _series(
        self, start: Start, last: int, table: Table, styles: Sequence[str], at: dict[str, list[int]]
    ) -> tuple[list[Marker], str]:
        for rank, name in enumerate(styles):
            low, high = bisect_left(at[name], start.line), bisect_left(at[name], last)
            markers = [m for m in table[name][low:high] if m.line > start.line or m.start >= start.end]
            series = options.best_series(markers)
            least = 2 if rank == 0 else 3
            if len(series) >= least and (rank == 0 or sum(marker.weight for marker in series) >= 5):
                return series, name
        return [], ""

    def _without_instructions(self, drafts: list[_Draft]) -> list[_Draft]:
        """Drop runs of numbered items that ask nothing: instructions before the questions, solutions behind them."""
        kept: list[_Draft] = []
        for run in _runs(drafts):
            with_options = sum(bool(draft.series) for draft in run)
            if not with_options:
                told = sum(headings.is_instruction(" ".join(draft.parts.stem)) for draft in run)
                answered = sum(bool(draft.parts.answers) for draft in run)
                numeric = self._numeric_before(run[0].first)
                if not answered and (told >= 0.25 * len(run) or not numeric):
                    continue
                kept += run
            else:
                kept += self._without_preamble(run)
        return kept

    def _without_preamble(self, run: list[_Draft]) -> list[_Draft]:
        """A chain may begin among the instructions and go on with the questions: its head has no options then."""
        head = 0
        while head < len(run) and not run[head].series:
            head += 1
        told = sum(headings.is_instruction(" ".join(draft.parts.stem)) for draft in run[:head])
        return run[head:] if head and told >= 0.5 * head else run

    def _numeric_before(self, index: int) -> bool:
        return any(
            headings.answers_wanted(plain(line.text)) == NUMERIC for line in self.lines[max(0, index - 8) : index]
        )

    def _sections(self, drafts: list[_Draft]) -> list[tuple[str, list[int]]]:
        """The runs of numbers with the heading above each; drafts are told which they belong to."""
        found: list[tuple[str, list[int]]] = []
        for index, run in enumerate(_runs(drafts)):
            for draft in run:
                draft.section = index
            found.append((self._heading_above(run[0].first), [draft.start.number for draft in run]))
        return found

    def _heading_above(self, index: int) -> str:
        """The headings above a section's first question, such as "PART I : PHYSICS, SECTION A"."""
        found: list[str] = []
        for line in self.lines[max(0, index - 12) : index]:
            if headings.is_section(line):
                text = " ".join(plain(line.text).split()).partition(" (")[0].strip(" :-–—.,")
                if text not in found:
                    found.append(text)
        return ", ".join(found[-2:])

    def _set_context(self, drafts: list[_Draft]) -> None:
        """Give each question what is said above it: how many options are right, and a passage that it is about."""
        wanted: str | None = None
        before = self.lines[: drafts[0].first] if drafts else []
        pending: list[tuple[range, list[str]]] = []
        for draft in drafts:
            for line in before:
                text = plain(line.text)
                if headings.is_section(line):
                    wanted = None
                told = headings.answers_wanted(text) if len(text) < 400 else None
                wanted = told or wanted
            passage = self._passage(before)
            if passage is not None:
                pending.append(passage)
            draft.wanted = wanted
            draft.preface = [text for numbers, texts in pending if draft.start.number in numbers for text in texts]
            pending = [entry for entry in pending if draft.start.number < entry[0].stop - 1]
            before = draft.parts.after

    def _passage(self, lines: Sequence[Line]) -> tuple[range, list[str]] | None:
        """A passage with the questions that it announces; None without an announced range."""
        for index, line in enumerate(lines):
            announced = headings.announced(plain(line.text))
            if announced is not None and headings.is_directions(line):
                texts = [other.text for other in lines[index + 1 :] if not headings.is_section(other)]
                return (range(announced[0], announced[1] + 1), texts) if texts else None
        return None

    # Answers

    def _finish(
        self, drafts: list[_Draft], sections: list[tuple[str, list[int]]], found: regions.Regions
    ) -> list[PaperQuestion]:
        grid = answers.assign(found.parts, sections)
        solved = found.solved.answers if len(sections) == 1 else {}
        if found.parts and not grid:
            self._warn("key_not_matched", "The answer key could not be matched to the questions.")
        values: list[tuple[Value | None, str]] = []
        for draft in drafts:
            sources = list(draft.parts.answers)
            for key, answer_key in (((draft.section, draft.start.number), grid), (draft.start.number, solved)):
                if key in answer_key:
                    sources.append(answer_key[key])  # type: ignore[index]  # each key suits its own table
            values.append(answers.agreed(sources))
        digits = self._digits_are_positions(drafts, [value for value, _ in values])
        questions = []
        left_out: list[int] = []
        for draft, (value, reason) in zip(drafts, values, strict=True):
            question = self._question(draft, value, reason, sections, digits_are_positions=digits)
            if question is None:
                left_out.append(draft.start.number)
            else:
                questions.append(question)
        if left_out:
            listed = ", ".join(map(str, left_out[:20])) + (", ..." if len(left_out) > 20 else "")
            self._warn(
                "legacy_font",
                f"{len(left_out)} questions are set in a font from before Unicode and cannot be read: {listed}.",
            )
        return questions

    def _digits_are_positions(self, drafts: Sequence[_Draft], values: Sequence[Value | None]) -> bool:
        """Whether the key counts options by digits, though they have letters: only if it does so throughout."""
        kinds = Counter(
            value.is_digits
            for draft, value in zip(drafts, values, strict=True)
            if value is not None and draft.series and (value.positions or value.number)
        )
        lettered = sum(bool(draft.series) and "1" not in draft.style for draft in drafts)
        if not lettered:
            return True
        return kinds[True] >= 5 and kinds[True] >= 0.9 * sum(kinds.values())

    def _question(
        self,
        draft: _Draft,
        value: Value | None,
        reason: str,
        sections: Sequence[tuple[str, Sequence[int]]],
        *,
        digits_are_positions: bool,
    ) -> PaperQuestion | None:
        lines = self.lines[draft.first : draft.first + draft.parts.used]
        stem = self.joiner.join(draft.parts.stem, keep_items=True)
        texts = [self.joiner.join(pieces) for pieces in draft.parts.options]
        marked = any(UNREADABLE in line.text for line in lines)
        number = draft.start.number
        if (marked and not _LETTER.search(stem)) or looks_legacy(f"{stem} {' '.join(texts)}"):
            return None
        if draft.preface:
            stem = f"{self.joiner.join(draft.preface, keep_items=True)}\n\n{stem}"
        style_digits = "1" in draft.style or digits_are_positions
        if draft.has_lost_options:
            resolved = answers.Resolved(MCQ, "", "0", "its options could not be told apart")
        else:
            resolved = answers.resolve(value, len(texts), draft.wanted, digits_are_positions=style_digits)
        question = PaperQuestion(
            number=number,
            section=sections[draft.section][0],
            page=self.lines[draft.first].page,
            text=stem,
            options=texts,
            question_type=resolved.question_type,
            answer=resolved.answer,
            tolerance=resolved.tolerance,
            is_verified=bool(resolved.answer),
            span=source(lines),
            unclear=_UNKNOWN in stem or any(_UNKNOWN in text for text in texts) or marked,
        )
        self._note(question, reason or resolved.reason)
        return question

    def _note(self, question: PaperQuestion, reason: str) -> None:
        if reason:
            question.notes.append(f"The answer is left open: {reason}.")
        elif not question.answer:
            question.notes.append("The paper does not give the answer.")
        if question.unclear:
            question.notes.append("Some characters could not be read.")
        filled = sum(bool(text) for text in question.options)
        if question.options and filled < len(question.options):
            question.notes.append("An option is empty: it may be a picture.")
            question.answer, question.is_verified = (
                ("", False) if filled < 2 else (question.answer, question.is_verified)
            )
        if len(question.options) > _CONTRACT_OPTIONS:
            question.notes.append("There are more than four options.")
        elif question.options and len(question.options) < _CONTRACT_OPTIONS:
            question.notes.append(f"Only {len(question.options)} options were found.")
        if _FIGURE.search(question.text):
            question.notes.append("The question may need a figure.")

    def _warn(self, code: str, message: str) -> None:
        self.warnings.append(Warning_(code, message))


def _runs(drafts: Sequence[_Draft]) -> list[list[_Draft]]:
    """Drafts whose numbers go on from each other; where they begin again, the next run begins."""
    found: list[list[_Draft]] = []
    for draft in drafts:
        if not found or draft.start.number <= found[-1][-1].start.number:
            found.append([])
        found[-1].append(draft)
    return found
