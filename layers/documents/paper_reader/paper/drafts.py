"""Divides a document into questions, and each question into stem, options and answers."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from paper_reader.layout.latex import plain
from paper_reader.layout.line import GAP, Line
from paper_reader.paper import headings, languages, metadata, numbering, options, shared_options, translations
from paper_reader.paper.draft import Draft
from paper_reader.paper.model import NUMERIC
from paper_reader.paper.numbering import Start
from paper_reader.paper.options import Marker, Table
from paper_reader.paper.span import Parts, body_end, take_apart
from paper_reader.paper.text import without_marks

_SECOND_LIST = re.compile(r"(?:^|[\s\t])[\[(]?([p-tP-T])\s?[\]).]\s")
_DEVANAGARI = re.compile("[\u0904-\u0939]")
_BLANK = re.compile(r"_{3}")
_MOSTLY_BLANK = 0.6  # of a run of numbers
_FEW_LETTERS = 6
_CERTAIN = 3  # options
_LATIN = re.compile("[A-Za-z]")
_OTHERWISE = re.compile(r"\W*(?:OR|Or|अथवा)\W*")
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
_LISTS = re.compile(r"\b(?:match|lists?|columns?|statements?|codes?)\b|सूची|सुमेलित|कथन", re.IGNORECASE)
_FEWEST_PARTS = 2
_MOST_INSTRUCTIONS = 20


class Drafter:
    """Divides a document into questions.

    Args:
        lines: the document.
        table: possible options by style.
        styles: the option styles to look for, the commonest first.
        numbering_style: how the questions are numbered.

    Attributes:
        solved: runs of numbered answers after the questions.
        left_out: numbered items that are not questions.
    """

    def __init__(self, lines: Sequence[Line], table: Table, styles: Sequence[str], numbering_style: str) -> None:
        self.lines = lines
        self._table = table
        self._styles = styles
        self._numbering = numbering_style
        self.solved: list[list[Draft]] = []
        self.left_out: list[Draft] = []
        self._ends: dict[tuple[int, int], int] = {}
        self._at = {name: [marker.line for marker in table[name]] for name in styles}

    def drafts(self, starts: Sequence[Start], excluded: Sequence[bool]) -> list[Draft]:
        """The questions that begin at `starts`, without instructions; `excluded` lines belong to none."""
        found: list[Draft] = []
        starts = self._first_of_each(starts)
        for place, start in enumerate(starts):
            last = starts[place + 1].line if place + 1 < len(starts) else len(self.lines)
            for index in range(start.line + 1, last):
                if excluded[index]:
                    last = index
                    break
            found += self._parts(start, last) or self._alternatives(start, last) or [self._draft(start, last)]
        paired = translations.paired(found)
        shared_options.give(self.lines, paired, self._styles)
        return self._without_instructions(paired)

    def _parts(self, start: Start, last: int) -> list[Draft]:
        """The questions (i), (ii), ... of a case study, if each has options of its own."""
        if not self._styles:
            return []
        name = self._styles[0]
        blocks = options.in_sequence(
            self._table[name][bisect_left(self._at[name], start.line) : bisect_left(self._at[name], last)]
        )
        if len(blocks) < _FEWEST_PARTS:
            return []
        begins: list[Start] = []
        place = 0  # of the next part
        for index in range(start.line, last):
            at = start.end if index == start.line else 0
            found = numbering.PART.match(self.lines[index].text, at)
            if found is None:
                continue
            # "OR" is between two parts of one number.
            again = place and _OTHERWISE.fullmatch(self.lines[index - 1].text) is not None
            if found[1].lower() in {_ROMAN[place], _ROMAN[place - 1] if again else ""}:
                begins.append(Start(index, start.number, found.end()))
                place += found[1].lower() == _ROMAN[place]
                if place == len(_ROMAN):
                    break
        ends = [*(begin.line for begin in begins[1:]), last]
        if len(begins) < _FEWEST_PARTS or any(
            sum(begin.line <= block[0].line < end for block in blocks) != 1
            for begin, end in zip(begins, ends, strict=True)
        ):
            return []
        head = [
            self.lines[start.line].text[start.end :],
            *(line.text for line in self.lines[start.line + 1 : begins[0].line]),
        ]
        found_parts = [self._draft(begin, end) for begin, end in zip(begins, ends, strict=True)]
        for draft in found_parts:
            draft.is_part = True
            draft.shared = [text for text in head if text.strip()] if begins[0].line > start.line else []
        return found_parts

    def _alternatives(self, start: Start, last: int) -> list[Draft]:
        """Two questions under one number, with "OR" between them, if each has options.

        A key does not tell for which of them it is.
        """
        if not self._styles:
            return []
        name = self._styles[0]
        for index in range(start.line + 1, last - 1):
            if _OTHERWISE.fullmatch(self.lines[index].text) is not None:
                ends = ((start.line, index), (index + 1, last))
                if all(
                    options.in_sequence(
                        self._table[name][bisect_left(self._at[name], low) : bisect_left(self._at[name], high)]
                    )
                    for low, high in ends
                ):
                    found = [self._draft(start, index), self._draft(Start(index + 1, start.number, 0), last)]
                    for draft in found:
                        draft.is_part = True
                    return found
        return []

    def _draft(self, start: Start, last: int) -> Draft:
        again = self._translated(start, last) or self._repeated_options(start, last)
        end, last = last, again.line if again is not None else last
        series, style = self._series(start, last)
        lost = not series and self._has_lost_options(start, last)
        beside = self._beside(series, style)
        parts = take_apart(self.lines[start.line : last], start.line, start.end, [*series, *beside])
        draft = Draft(start, start.line, last, parts, series, style, has_lost_options=lost)
        if again is None and not beside and series:
            body = self._body_end(start, last)
            behind = range(max(marker.line for marker in series) + 1, body)
            body = next((index for index in behind if headings.begins_anew(self.lines[index])), body)
            low, high = bisect_left(self._at[style], start.line), bisect_left(self._at[style], body)
            draft.has_two_series = (
                len(options.in_sequence(self._table[style][low:high])) > 1
                and _LISTS.search(" ".join(parts.stem)) is None
            )
        if again is not None:
            more, _ = self._series(again, end)
            draft.translation = take_apart(self.lines[again.line : end], again.line, again.end, more)
            parts.after = draft.translation.after
            parts.answers += draft.translation.answers
        elif beside:
            count = len(series)
            draft.translation = Parts(options=parts.options[count:])
            parts.options = parts.options[:count]
            parts.ticked = [number for number in parts.ticked if number < count]
            parts.crossed = [number for number in parts.crossed if number < count]
        return draft

    def _body_end(self, start: Start, last: int) -> int:
        """Where a question's answer or solution begins; cached, because each is needed several times."""
        key = (start.line, last)
        found = self._ends.get(key)
        if found is None:
            found = self._ends[key] = body_end(self.lines, start.line, last)
        return found

    def _beside(self, series: Sequence[Marker], style: str) -> list[Marker]:
        """The same options in another language, each beside its own on the same line."""
        found: list[Marker] = []
        for marker in series:
            at = bisect_left(self._at[style], marker.line)
            for other in self._table[style][at : at + 2 * options.MOST]:
                if other.line == marker.line and other.position == marker.position and other.start > marker.start:
                    found.append(other)
                    break
        if not found or len(found) < len(series):
            return []
        texts = [
            " ".join(self.lines[marker.line].text[marker.end :].split(GAP)[0] for marker in markers)
            for markers in (series, found)
        ]
        return found if languages.differ(texts[0], texts[1]) else []

    def _repeated_options(self, start: Start, last: int) -> Start | None:
        """Where the question begins in another language without a number: after its options, which are repeated."""
        end = self._body_end(start, last)
        for name in self._styles:
            low, high = bisect_left(self._at[name], start.line), bisect_left(self._at[name], end)
            series = options.in_sequence(self._table[name][low:high])
            for first, second in pairwise(series):
                texts = [
                    " ".join(line.text for line in self.lines[each[0].line : each[-1].line + 1])
                    for each in (first, second)
                ]
                if first[-1].line >= second[0].line:
                    continue
                other = languages.language(texts[1]) if languages.differ(texts[0], texts[1]) else ""
                if not other and texts[0].split() == texts[1].split():
                    # Names and formulas are the same in both languages; then the stems differ.
                    stems = [
                        " ".join(line.text for line in self.lines[a:b])
                        for a, b in ((start.line, first[0].line), (first[-1].line + 1, second[0].line))
                    ]
                    other = languages.language(stems[1]) if languages.differ(stems[0], stems[1]) else ""
                for index in range(first[-1].line + 1, second[0].line + 1) if other else ():
                    if languages.language(self.lines[index].text) == other:
                        return Start(index, start.number, 0)
        return None

    def _first_of_each(self, starts: Sequence[Start]) -> list[Start]:
        """The starts without those that repeat the one before in another script."""
        kept: list[Start] = []
        for start in starts:
            if kept and kept[-1].number == start.number:
                texts = [self.lines[each.line].text[each.end :] for each in (kept[-1], start)]
                if languages.differ(texts[0], texts[1]):
                    continue
            kept.append(start)
        return kept

    def _translated(self, start: Start, last: int) -> Start | None:
        """Where the question is repeated under the same number in another script."""
        pattern = dict(numbering.STYLES).get(self._numbering)
        if pattern is None:
            return None
        markers = self._table[self._styles[0]] if self._styles else []
        low = bisect_left(markers, start.line, key=lambda marker: marker.line)
        seen = {marker.position for marker in markers[low : low + 8] if marker.line < last}
        if len(seen) < 3:
            return None
        for index in range(start.line + 2, last):
            found = pattern.match(self.lines[index].text)
            if found is not None and int(found[found.lastindex or 1]) == start.number:
                here = self.lines[start.line].text[start.end :]
                if languages.differ(here, self.lines[index].text[found.end() :]):
                    return Start(index, start.number, found.end())
        return None

    def _has_lost_options(self, start: Start, last: int) -> bool:
        """Whether there are options without a series: some were lost, and it is not a NUMERIC question."""
        if not self._styles:
            return False
        end = self._body_end(start, last)
        name = self._styles[0]
        lists = [replace(line, in_list=False) for line in self.lines[start.line : end] if line.in_list]
        if lists and len({marker.position for marker in options.find_markers(lists).get(name, ())}) > 1:
            return True
        low, high = bisect_right(self._at[name], start.line), bisect_left(self._at[name], end)
        found = [marker for marker in self._table[name][low:high] if marker.weight > 1]
        return len({marker.position for marker in found}) > 1

    def _series(self, start: Start, last: int) -> tuple[list[Marker], str]:
        """The question's options and their style; ([], "") if it has none."""
        end = self._body_end(start, last)
        heading = next((index for index in range(start.line + 1, end) if headings.begins_anew(self.lines[index])), end)
        if heading < end:
            # After the question's own options, those of the next questions may be given.
            found = self._series_before(start, heading)
            if found is not None and len(found[0]) >= _CERTAIN:
                return found
        found = self._series_before(start, end)
        if found is None and end < last and any(self._begins_options(line) for line in (end + 1, end + 2)):
            found = self._series_before(start, last)  # the answer precedes the options
        return found or ([], "")

    def _begins_options(self, line: int) -> bool:
        return any(
            self._at[name][at : at + 1] == [line]
            and self._table[name][at].position == 0
            and self._table[name][at].weight >= options.AT_START
            for name in self._styles[:1]
            for at in [bisect_left(self._at[name], line)]
        )

    def _is_match_table(self, series: Sequence[Marker]) -> bool:
        """Whether apparent options are the first of two lists to match, with the second beside it."""
        beside = 0
        for number, marker in enumerate(series):
            rest = self.lines[marker.line].text[marker.end :]
            found = _SECOND_LIST.search(rest)
            beside += found is not None and number == "pqrst".find(found[1].lower())
        return beside > 2 or (beside == 2 and len(series) == 2)

    def _series_before(self, start: Start, last: int) -> tuple[list[Marker], str] | None:
        for rank, name in enumerate(self._styles):
            low, high = bisect_left(self._at[name], start.line), bisect_left(self._at[name], last)
            markers = [m for m in self._table[name][low:high] if m.line > start.line or m.start >= start.end]
            series = options.best_series(markers, self.lines)
            least = 2 if rank == 0 else 3
            if len(series) >= least and self._is_match_table(series):
                continue
            if len(series) >= least and (rank == 0 or sum(marker.weight for marker in series) >= 5):
                return series, name
        return None

    # Items that are not questions

    def _without_instructions(self, drafts: list[Draft]) -> list[Draft]:
        """Drop runs of numbered items that are not questions: instructions before them, solutions after them."""
        kept: list[Draft] = []
        asked: set[int] = set()
        for run in runs(drafts):
            with_options = sum(bool(draft.series) for draft in run)
            few = with_options <= 0.34 * len(run)
            told = sum(map(_is_instruction, run)) if few else 0
            told_of_all = sum(map(_is_instruction, run[:_MOST_INSTRUCTIONS]))
            if (len(run) > 2 and few and told >= 0.4 * len(run)) or told_of_all > max(1, 0.6 * len(run)):
                self.left_out += run
                continue
            numbers = {draft.start.number for draft in run}
            if not with_options and numbers <= asked and self._are_solutions(run):
                self.solved.append(run)
                continue
            asked |= numbers
            if not with_options:
                answered = sum(bool(draft.parts.answers) for draft in run)
                numeric = self._numeric_before(run[0].first) or sum(map(_leaves_blank, run)) >= _MOSTLY_BLANK * len(run)
                if not answered and (told >= 0.25 * len(run) or not numeric):
                    self.left_out += run
                    continue
                kept += run
            else:
                rest = _without_preamble(run)
                self.left_out += run[: len(run) - len(rest)]
                kept += rest
        return kept

    @staticmethod
    def _are_solutions(run: Sequence[Draft]) -> bool:
        """Whether a run of numbers of earlier questions has their answers: each begins with the answer."""
        begun = sum(bool(draft.parts.answers) and not _asks(draft) for draft in run)
        return begun >= 0.6 * len(run)

    def _numeric_before(self, index: int) -> bool:
        return any(
            headings.answers_wanted(plain(line.text)) == NUMERIC for line in self.lines[max(0, index - 8) : index]
        )


def _is_instruction(draft: Draft) -> bool:
    """Whether an item is about sitting the exam; the marks of a question are not."""
    return headings.is_instruction(without_marks(" ".join(draft.parts.stem)))


def _leaves_blank(draft: Draft) -> bool:
    """Whether an item leaves a place for a number, or tells what somebody put there."""
    told = [*draft.parts.stem, *(line.text for line in draft.parts.after)]
    return any(_BLANK.search(text) or metadata.is_response(text) for text in told)


def _asks(draft: Draft) -> bool:
    """Whether there is any text before a draft's answer."""
    return sum(len(_LATIN.findall(text)) + len(_DEVANAGARI.findall(text)) for text in draft.parts.stem) > _FEW_LETTERS


def _without_preamble(run: list[Draft]) -> list[Draft]:
    """A chain may begin among the instructions and continue with the questions; its head then has no options."""
    head = 0
    while head < len(run) and not run[head].series:
        head += 1
    told = sum(map(_is_instruction, run[:head]))
    return run[head:] if head and told >= 0.5 * head else run


def runs(drafts: Sequence[Draft]) -> list[list[Draft]]:
    """Drafts with consecutive numbers; the next run begins where they start again."""
    found: list[list[Draft]] = []
    for draft in drafts:
        is_next_part = draft.is_part and bool(found) and found[-1][-1].is_part
        if not found or draft.start.number + is_next_part <= found[-1][-1].start.number:
            found.append([])
        found[-1].append(draft)
    return found
