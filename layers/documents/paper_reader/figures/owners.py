"""Assigns drawings to questions and options: to the one whose text contains or precedes them."""

import re
from collections.abc import Collection, Sequence
from typing import Final

from paper_reader.figures.clusters import Box, around, distance, holds
from paper_reader.figures.regions import Region, Use
from paper_reader.layout.latex import plain
from paper_reader.layout.line import Line
from paper_reader.paper import headings, inline_answers
from paper_reader.paper.model import Area, Cut, Figure, PaperQuestion, QuestionPaper

_PROBE: Final = 0.25  # of a drawing's height below its upper edge, at the level of its question's text
_BESIDE: Final = 0.5  # of a drawing's width that is within its column
_MARGIN: Final = 2.0  # points around a cut
_FAR: Final = 400.0  # points: pictures may follow an option's last word
_RISE: Final = 0.7  # em that letters reach above their baseline
_LEVEL: Final = 4.0  # points by which the middles of one row's content may differ
_MOST_FIGURES: Final = 500
_WORDS: Final = ("figure", "diagram", "graph", "circuit", "shown", "चित्र", "आरेख")
_MENTIONED: Final = re.compile(r"\b(?:figures?|diagrams?|graphs?|circuits?|shown below|as shown)\b|चित्र|आरेख")
_FORMULA_WARNING: Final = "Some of it is a picture of a formula; the image shows it as printed."
_TABLE_WARNING: Final = "It has a table whose cells have several lines; the image shows it as printed."


def give(
    paper: QuestionPaper, regions: Sequence[Region], lines: Sequence[Line], *, scanned: Collection[int] = ()
) -> None:
    """Give each question its drawings, and warn about those that could not be assigned.

    Args:
        paper: its questions, in the order of the document.
        regions: the drawings of the pages.
        lines: the document, in reading order.
        scanned: the pages that are pictures, in which no drawing can be told from text: a question that speaks of a
            figure is shown as it is printed.
    """
    for question in paper.questions:
        if question.page in scanned and _mentions_figure(question):
            question.figure = len(paper.figures)
            paper.figures.append(Figure(list(_cuts(_as_printed(question, paper.questions), lines))))
    if regions:
        owners = _Owners(paper.questions, lines)
        given: dict[int, list[Region]] = {}
        for region in sorted(regions, key=lambda region: (region.page, -region.box[3], region.box[0])):
            for index in owners.of(region):
                given.setdefault(index, []).append(region)
        known: dict[tuple[Cut, ...], int] = {}
        for index, found in given.items():
            _attach(paper, paper.questions[index], found, lines, known)
    for question in paper.questions:
        _warn(question)


class _Owners:
    """The question of each line."""

    def __init__(self, questions: Sequence[PaperQuestion], lines: Sequence[Line]) -> None:
        self.questions = questions
        self.lines = lines
        areas: dict[int, list[tuple[int, Area]]] = {}
        for index, question in enumerate(questions):
            for area in question.areas:
                areas.setdefault(area.page, []).append((index, area))
        self.owners = [_owner(line, areas.get(line.page, ())) for line in lines]

    def of(self, region: Region) -> list[int]:
        """The questions of a drawing, by index: several if it is above questions that share it."""
        at = self._line_before(region)
        owner = self.owners[at] if at >= 0 else None
        if owner is not None:
            return [owner]
        begin = next((before for before in range(at, -1, -1) if self.owners[before] is not None), -1)
        between = self.lines[begin + 1 : at + 1]
        if any(_is_solved(line) for line in between):
            return []  # a drawing of the solution would reveal the answer
        if begin < 0 and region.use is Use.TABLE:
            return []  # of the booklet's cover, or of whom a response sheet is
        following = next((owner for owner in self.owners[at + 1 :] if owner is not None), None)
        announced = next((found for line in between if (found := headings.announced(plain(line.text)))), None)
        if announced is not None and following is not None:
            first, last = announced
            return [
                index
                for index in range(following, min(len(self.questions), following + 1 + last - first))
                if first <= self.questions[index].number <= last
            ]
        if begin < 0 or any(headings.is_section(line) or headings.is_directions(line) for line in between):
            is_near = following is not None and self.questions[following].page == region.page and between
            return [following] if following is not None and is_near else []
        owner = self.owners[begin]
        return [] if owner is None else [owner]

    def _line_before(self, region: Region) -> int:
        """The last line, in reading order, before the level of a drawing; -1 if there is none."""
        x0, y0, x1, y1 = region.box
        probe = y1 - _PROBE * (y1 - y0)
        least = _BESIDE * (x1 - x0)
        first = found = -1
        beside = [
            index
            for index, line in enumerate(self.lines)
            if line.page == region.page and min(line.right, x1) - max(line.left, x0) >= least
        ]
        if not beside:
            # It extends beyond where lines usually end: it is in the column that begins last before its middle.
            own = [
                index
                for index, line in enumerate(self.lines)
                if line.page == region.page and line.left < region.middle[0]
            ]
            column = max((self.lines[index].left for index in own), default=0.0)
            beside = [index for index in own if self.lines[index].left == column]
        for index in beside:
            line = self.lines[index]
            if first < 0:
                first = index
            if line.y + _RISE * line.size >= probe:
                found = index
        if found >= 0:
            return found
        if first >= 0:
            return first - 1
        return max((index for index, line in enumerate(self.lines) if line.page < region.page), default=-1)


def _owner(line: Line, areas: Sequence[tuple[int, Area]]) -> int | None:
    for index, area in areas:
        if area.y0 <= line.y <= area.y1 and area.x0 - 1 <= line.x0 and line.x1 <= area.x1 + 1:
            return index
    return None


def _is_solved(line: Line) -> bool:
    return (
        headings.is_solution(line)
        or headings.is_solutions(line)
        or headings.is_key(line)
        or inline_answers.of_line(line, None)[1] > 0
    )


def _attach(
    paper: QuestionPaper,
    question: PaperQuestion,
    regions: list[Region],
    lines: Sequence[Line],
    known: dict[tuple[Cut, ...], int],
) -> None:
    stem, by_option = _shared_out(question, regions)
    if any(region.use is Use.FORMULA for region in stem):
        stem = [*stem, *_stem_of(question)]
    stem = [region for region in stem if region.use is not Use.FORMULA]
    used = {region.use for region in regions}
    if Use.FORMULA in used:
        question.warn(_FORMULA_WARNING, 0.8)
    if Use.TABLE in used:
        question.warn(_TABLE_WARNING)

    def figure(found: Sequence[Region]) -> int | None:
        cuts = _cuts(found, lines)
        if not cuts:
            return None
        if cuts not in known and len(paper.figures) < _MOST_FIGURES:
            known[cuts] = len(paper.figures)
            paper.figures.append(Figure(list(cuts)))
        return known.get(cuts)

    question.figure = figure(stem)
    if by_option:
        question.option_figures = [figure(by_option.get(at, ())) for at in range(len(question.options))]


def _shared_out(question: PaperQuestion, regions: list[Region]) -> tuple[list[Region], dict[int, list[Region]]]:
    """The question's own drawings, and those of its options by index."""
    places = [areas[0] for areas in question.option_areas if areas]
    if not places or len(places) != len(question.options):
        return [region for region in regions if not region.is_bare], {}
    stem: list[Region] = []
    among: list[Region] = []
    by_option: dict[int, list[Region]] = {}
    for region in regions:
        option = _option_at(question, region) if region.use is Use.FORMULA else None
        if option is not None:
            by_option.setdefault(option, []).append(_whole(question.option_areas[option]))
        elif region.use is Use.FIGURE and _is_among(region, places):
            among.append(region)
        elif not region.is_bare:
            stem.append(region)
    empty = [at for at, text in enumerate(question.options) if not text.strip()]
    wanted = empty or list(range(len(places)))
    if among and len(among) == len(wanted) > 1 and (empty or not any(region.is_bare for region in among)):
        markers = _in_rows([(place.x0, place.y1, place.y1, at) for at, place in enumerate(places) if at in wanted])
        drawn = _in_rows([(region.box[0], region.box[1], region.box[3], at) for at, region in enumerate(among)])
        for option, at in zip(markers, drawn, strict=True):
            by_option.setdefault(option, []).append(among[at])
    elif empty:
        for region in among:
            option = min(empty, key=lambda at: _apart(places[at], region))
            by_option.setdefault(option, []).append(region)
    else:
        stem += [region for region in among if not region.is_bare]
    return stem, by_option


def _is_among(region: Region, places: Sequence[Area]) -> bool:
    """Whether a drawing is beside or below the first option."""
    first = places[0]
    if region.page != first.page:
        return region.page > first.page
    # An option's label may be at its picture's foot.
    is_level = region.box[1] < first.y1 - 1 and region.box[0] >= first.x0
    return region.middle[1] < first.y1 + 1 or is_level


def _option_at(question: PaperQuestion, region: Region) -> int | None:
    for at, areas in enumerate(question.option_areas):
        for area in areas:
            if area.page == region.page and holds(
                (area.x0, area.y0, area.x1 + _FAR, area.y1), *region.middle, margin=3
            ):
                beside = [
                    other[0].x0
                    for other in question.option_areas
                    if other and other[0].x0 > area.x0 and abs(other[0].y1 - area.y1) < 3
                ]
                if not beside or region.middle[0] < min(beside):
                    return at
    return None


def _whole(areas: Sequence[Area]) -> Region:
    area = areas[0]
    return Region(area.page, (area.x0, area.y0, max(area.x1, min(area.right, area.x0 + _FAR)), area.y1))


def _stem_of(question: PaperQuestion) -> list[Region]:
    """The question's text above its options, as a region."""
    found = []
    options = [area for areas in question.option_areas for area in areas[:1]]
    for area in question.areas:
        tops = [option.y1 for option in options if option.page == area.page and option.y1 < area.y1 - 1]
        low = max(area.y0, *tops) if tops else area.y0
        if low < area.y1:
            found.append(Region(area.page, (min(area.left, area.x0), low, max(area.right, area.x1), area.y1)))
    return found[:1]


def _as_printed(question: PaperQuestion, questions: Sequence[PaperQuestion]) -> list[Region]:
    """The question with all that stands before the next one, as something to be shown."""
    found = []
    for area in question.areas:
        below = [
            other.y1
            for each in questions
            for other in each.areas
            if other.page == area.page and other.y1 < area.y0 and other.left < area.right and area.left < other.right
        ]
        low = max(below, default=area.y0 - _MARGIN) + _MARGIN
        found.append(Region(area.page, (min(area.left, area.x0), min(low, area.y0), max(area.right, area.x1), area.y1)))
    return found


def _apart(place: Area, region: Region) -> float:
    """The distance of a drawing from an option's label, which is at its left or above it."""
    if place.page != region.page:
        return 10_000.0 + region.page - place.page
    label: Box = (place.x0, place.y1 - 10, place.x0 + 10, place.y1)
    return distance(label, region.box) + (500.0 if region.box[2] < place.x0 else 0.0)


def _in_rows(items: list[tuple[float, float, float, int]]) -> list[int]:
    """Names in rows, from left to right and from the top down, for (left, lower edge, upper edge, name)."""
    ordered = sorted(items, key=lambda item: -(item[1] + item[2]))
    rows: list[list[tuple[float, float, float, int]]] = []
    for item in ordered:
        middle = (item[1] + item[2]) / 2
        if rows and (rows[-1][0][1] - _LEVEL <= middle):
            rows[-1].append(item)
        else:
            rows.append([item])
    return [name for row in rows for _, _, _, name in sorted(row)]


def _cuts(regions: Sequence[Region], lines: Sequence[Line]) -> tuple[Cut, ...]:
    """The pieces to cut out for regions; those without text between them are one."""
    groups: list[tuple[int, Box]] = []
    for region in sorted(regions, key=lambda region: (region.page, -region.box[3])):
        if groups and groups[-1][0] == region.page:
            joined = around([groups[-1][1], region.box])
            if not _takes_text_in(joined, [groups[-1][1], region.box], region.page, lines):
                groups[-1] = (region.page, joined)
                continue
        groups.append((region.page, region.box))
    return tuple(
        Cut(page, round(x0 - _MARGIN, 1), round(y0 - _MARGIN, 1), round(x1 + _MARGIN, 1), round(y1 + _MARGIN, 1))
        for page, (x0, y0, x1, y1) in groups
    )


def _takes_text_in(joined: Box, parts: Sequence[Box], page: int, lines: Sequence[Line]) -> bool:
    for line in lines:
        if line.page == page:
            middle = (line.x0 + line.x1) / 2, line.y + line.size / 4
            if holds(joined, *middle) and not any(holds(part, *middle) for part in parts):
                return True
    return False


def _warn(question: PaperQuestion) -> None:
    has_pictures = any(found is not None for found in question.option_figures)
    pictured = question.option_figures or [None] * len(question.options)
    if any(not text and found is None for text, found in zip(question.options, pictured, strict=True)):
        question.warn("An option is empty: it may be a picture.", 0.7)
    if question.figure is not None or has_pictures:
        return
    if _mentions_figure(question):
        question.warn("It speaks of a figure, and none was found.", 0.9)


def _mentions_figure(question: PaperQuestion) -> bool:
    text = question.text.lower()
    return any(word in text for word in _WORDS) and _MENTIONED.search(text) is not None
