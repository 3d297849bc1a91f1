"""Finds a document's figures: groups what is drawn on its pages, without furniture."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise
from operator import attrgetter
from typing import Final

from paper_reader.figures import tables
from paper_reader.figures.clusters import Box, Outlined, around, clusters, distance, holds, overlap
from paper_reader.figures.stretches import Stretch, body_size, margins, stretches_of
from paper_reader.pdf.runs import Kind, PageContent, Shape

_CLOSE: Final = 4.0  # points between the parts of a drawing
_TOUCHING: Final = 1.5  # points between the lines of a table
_PART: Final = 20.0  # points from a drawing within which a small part belongs to it
_BESIDE: Final = 10.0  # points from a drawing within which a label belongs to it
_INSET, _OFF_CENTRE = 4.0, 0.1  # points within a drawing's width; of that width
_WHOLE: Final = 0.5  # of a page: a scan or a background
_REPEATED: Final = 0.4  # of the pages
_HEAD: Final = 0.07  # of a page's height: a letterhead, if nothing else is drawn there; likewise at the foot
_LONGEST_SIDE, _SHORTEST_SIDE = 24.0, 8.0  # points that a drawing has at least
_PANEL: Final = 40.0  # points
_MOST_REPEATED: Final = 2000  # shapes of a page that are searched for on others
_LABEL_COLUMN: Final = 20.0  # points
_TALLEST_FORMULA: Final = 2.4  # em
_FORMULA_PARTS: Final = 4
_FEWEST_BLOCKS = 3
_FEWEST_LABELS = 2
_LONG_LINE: Final = 0.7  # of the page: it divides or frames the page
_BUBBLE: Final = 24.0  # points
_BADGE, _LONGEST_ON_BADGE = 32.0, 3  # points, characters
_MOST_BADGES, _MOST_NEAR = 400, 400  # on a page; runs at the height of one
_HEIGHT = attrgetter("y")
_ALIKE: Final = 2.0  # points that the sides of bubbles may differ
_MOST_GROUPS: Final = 300  # drawings of a page

_Sign = tuple[int, int, int, int, Kind, int]


class Use(Enum):
    """The kind of a region: something to show, a table, or a picture of a formula in a line of text."""

    FIGURE = "figure"
    TABLE = "table"
    FORMULA = "formula"


@dataclass(slots=True)
class Region:
    """A part of a page with a drawing; if `is_bare`, only lines, which an option may be."""

    page: int
    box: Box
    use: Use = Use.FIGURE
    labels: list[Stretch] = field(default_factory=list)
    is_bare: bool = False

    @property
    def height(self) -> float:
        """The distance of its lower and upper edge."""
        return self.box[3] - self.box[1]

    @property
    def middle(self) -> tuple[float, float]:
        """Its centre."""
        return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2


def find(pages: Sequence[PageContent]) -> list[Region]:
    """The regions of a document, by page; labels of drawings are removed from the pages' text."""
    drawn = [page for page in pages if any(shape.kind is not Kind.LINE or _is_upright(shape) for shape in page.shapes)]
    if not drawn:
        return []
    size = body_size(pages)
    repeated = _repeated([{_sign(shape) for shape in page.shapes[:_MOST_REPEATED]} for page in drawn], len(pages))
    found: list[Region] = []
    for page in drawn:
        regions = _Page(page, repeated, size).regions()
        gone = {id(run) for region in regions for label in region.labels for run in label.runs}
        if gone:
            page.runs = [run for run in page.runs if id(run) not in gone]
        drawings = [region.box for region in regions if region.use is Use.FIGURE]
        if drawings:
            # Horizontal lines in it are neither fraction bars nor blanks.
            page.rules = [rule for rule in page.rules if not _is_in(drawings, (rule.x0 + rule.x1) / 2, rule.y)]
            page.strokes = [stroke for stroke in page.strokes if not _is_in(drawings, stroke.x0, stroke.y0)]
        found += regions
    return found


def _is_in(boxes: Sequence[Box], x: float, y: float) -> bool:
    return any(holds(box, x, y) for box in boxes)


def _is_upright(shape: Shape) -> bool:
    return shape.y1 - shape.y0 > _SHORTEST_SIDE


def _sign(shape: Shape) -> _Sign:
    return round(shape.x0 / 3), round(shape.y0 / 3), round(shape.x1 / 3), round(shape.y1 / 3), shape.kind, shape.name


def _repeated(signs: Iterable[set[_Sign]], pages: int) -> set[_Sign]:
    """What is drawn at the same place of many pages."""
    if pages < 2:
        return set()
    counts: Counter[_Sign] = Counter()
    for page in signs:
        counts.update(page)
    least = max(2, round(_REPEATED * pages))
    return {sign for sign, count in counts.items() if count >= least}


class _Page:
    def __init__(self, page: PageContent, repeated: set[_Sign], size: float) -> None:
        self.page = page
        self.size = size
        self.area = page.width * page.height
        self.stretches = stretches_of(page)
        self.body = [stretch for stretch in self.stretches if stretch.is_body]
        self.margins = margins(self.stretches)
        self.shapes = [shape for shape in page.shapes if self._is_content(shape) and _sign(shape) not in repeated]
        self.badges = self._find_badges() if self.shapes else set()

    def regions(self) -> list[Region]:
        """The drawings of the page that may belong to a question."""
        if not self.shapes:
            return []
        lines, content = self._parted()
        content = [shape for shape in content if not self._is_lone_badge(shape)]
        loose, found = self._tables(lines, content)
        content = [shape for shape in content if not any(holds(table.box, *_centre(shape)) for table in found)]
        groups = [[(content + loose)[at] for at in group] for group in self._clusters(content + loose, _CLOSE)]
        formulas, groups = self._formulas(groups)
        found += [Region(self.page.number, around([_box(s) for s in group]), Use.FORMULA) for group in formulas]
        groups = [group for group in groups if not self._are_bubbles(group)]
        groups = _joined(groups)
        boxes = [around([_box(shape) for shape in group]) for group in groups]
        large = [box for box in boxes if min(box[2] - box[0], box[3] - box[1]) >= _SHORTEST_SIDE][:_MOST_GROUPS]
        for group, box in zip(groups, boxes, strict=True):
            region = self._region(group, box, large)
            if region is not None:
                found.append(region)
        return found

    def _is_content(self, shape: Shape) -> bool:
        """Whether a shape is on the page and neither its background nor the frame of its text."""
        x0, y0, x1, y1 = _box(shape)
        if x1 < 0 or y1 < 0 or x0 > self.page.width or y0 > self.page.height:
            return False
        if shape.kind is Kind.PICTURE and (x1 - x0) * (y1 - y0) > _WHOLE * self.area:
            return False
        if shape.kind is Kind.LINE or x1 - x0 < _PANEL:
            return True
        return not any(holds(_box(shape), *stretch.centre) for stretch in self.body)

    def _parted(self) -> tuple[list[Shape], list[Shape]]:
        lines = [shape for shape in self.shapes if shape.kind in {Kind.LINE, Kind.BOX}]
        content = [shape for shape in self.shapes if shape.kind not in {Kind.LINE, Kind.BOX}]
        return lines, content

    def _clusters(self, shapes: Sequence[Shape], cell: float) -> list[list[int]]:
        outlined = [Outlined(_box(shape), shape.kind is Kind.BOX) for shape in shapes]
        return clusters(outlined, self.page.width, self.page.height, cell)

    def _tables(self, lines: list[Shape], content: list[Shape]) -> tuple[list[Shape], list[Region]]:
        """Lines that may be part of a drawing; and tables that cannot be read line by line."""
        loose: list[Shape] = []
        found: list[Region] = []
        for group in self._clusters(lines, _TOUCHING):
            members = [lines[at] for at in group]
            box = around([_box(shape) for shape in members])
            inside = [stretch for stretch in self.stretches if holds(box, *stretch.centre)]
            grid = tables.grid_of([_box(shape) for shape in members], box)
            if not grid.is_table or len(inside) < _FEWEST_LABELS:
                if not any(stretch.is_body for stretch in inside):
                    loose += members
                continue
            drawn = [shape for shape in content if holds(box, *_centre(shape)) and _longest(shape) > _SHORTEST_SIDE]
            if drawn and len(inside) < grid.cells / 2:
                loose += members  # a drawing of horizontal and vertical lines
            elif _has_questions(inside) or self._is_layout(box, inside):
                continue  # the page's layout, whose cells are questions
            elif drawn or tables.is_interleaved(grid, inside):
                found.append(Region(self.page.number, box, Use.TABLE))
        width, height = _LONG_LINE * self.page.width, _LONG_LINE * self.page.height
        loose = [line for line in loose if line.x1 - line.x0 < width and line.y1 - line.y0 < height]
        return loose, found

    def _is_layout(self, box: Box, inside: Sequence[Stretch]) -> bool:
        """Whether a table is most of the page, and its rows are numbered on the left: its rows are questions."""
        if box[3] - box[1] < _WHOLE * self.page.height:
            return False
        left = [s for s in inside if s.x0 < box[0] + _LABEL_COLUMN and s.text.strip().rstrip(".)").isdecimal()]
        numbers = [int(s.text.strip().rstrip(".)")) for s in left]
        return len(numbers) > _FEWEST_BLOCKS and all(b == a + 1 for a, b in pairwise(numbers))

    def _formulas(self, groups: list[list[Shape]]) -> tuple[list[list[Shape]], list[list[Shape]]]:
        """Groups that are pictures of formulas in lines of text; and the others."""
        formulas: list[list[Shape]] = []
        others: list[list[Shape]] = []
        for group in groups:
            box = around([_box(shape) for shape in group])
            kinds = Counter(shape.kind for shape in group)
            is_drawn = kinds[Kind.DRAWING] >= _FORMULA_PARTS and not any(
                holds(box, *stretch.centre) for stretch in self.stretches
            )
            low = box[3] - box[1] <= _TALLEST_FORMULA * self.size and box[3] - box[1] >= 0.4 * self.size
            is_formula = low and (kinds[Kind.PICTURE] > 0 or is_drawn) and self._stands_in_line(box)
            (formulas if is_formula else others).append(group)
        return formulas, others

    def _stands_in_line(self, box: Box) -> bool:
        """Whether text precedes or follows something on the same line; an option's label does not count."""
        for stretch in self.stretches:
            _, y0, _, y1 = stretch.box
            if min(y1, box[3]) - max(y0, box[1]) < 0.5 * (y1 - y0):
                continue
            if max(stretch.x0 - box[2], box[0] - stretch.x1) < 1.2 * stretch.size and (
                sum(map(str.isalpha, stretch.text)) > 4
            ):
                return True
        return False

    def _region(self, group: list[Shape], box: Box, boxes: Sequence[Box]) -> Region | None:
        """The region of a group of shapes; `boxes` has the page's drawings, this one too."""
        inside = [stretch for stretch in self.stretches if holds(box, *stretch.centre)]
        kinds = Counter(shape.kind for shape in group)
        is_picture = kinds[Kind.PICTURE] > 0
        if self._is_furniture(box, inside) or self._are_bubbles(group):
            return None
        labels = self._labels(box, inside, () if is_picture and not kinds[Kind.DRAWING] else boxes)
        if not self._is_figure(box, group, labels, inside):
            is_bare = not kinds[Kind.BLOCK] and not inside and _are_large(box)
            return Region(self.page.number, box, Use.FIGURE, is_bare=True) if is_bare else None
        if sum(stretch.is_body for stretch in inside):
            labels = []
        around_labels = around([box, *(label.box for label in labels)])
        return Region(self.page.number, around_labels, Use.FIGURE, labels)

    def _is_figure(self, box: Box, group: list[Shape], labels: list[Stretch], inside: list[Stretch]) -> bool:
        kinds = Counter(shape.kind for shape in group)
        sides = sorted((box[2] - box[0], box[3] - box[1]))
        if kinds[Kind.PICTURE]:
            return sides[0] >= _SHORTEST_SIDE and sides[1] >= _LONGEST_SIDE / 2
        if sides[0] < _SHORTEST_SIDE or sides[1] < _LONGEST_SIDE:
            return False
        if kinds[Kind.DRAWING]:
            # A rounded frame around a letter, with nothing else in it, is a badge.
            return sum(kinds.values()) > 1 or len(inside) != 1 or sides[1] > 2 * _LONGEST_SIDE
        if kinds[Kind.BLOCK]:
            return kinds[Kind.BLOCK] >= _FEWEST_BLOCKS and len(inside) < kinds[Kind.BLOCK]
        # Wide lines divide the page.
        is_wide = box[2] - box[0] > _LONG_LINE * self.page.width
        are_bars = kinds[Kind.BOX] >= _FEWEST_BLOCKS and not inside and _are_uneven(group)
        are_wires = sum(kinds.values()) >= _FEWEST_BLOCKS and len(labels) >= _FEWEST_LABELS
        return (are_bars or are_wires) and _are_large(box) and not is_wide

    def _are_bubbles(self, group: Sequence[Shape]) -> bool:
        """Whether shapes are badges or places to fill in: small ones of one size, each with at most one letter."""
        if any(shape.kind is Kind.PICTURE for shape in group):
            return False
        if all(shape in self.badges for shape in group):
            return True
        sides = [side for shape in group for side in (shape.x1 - shape.x0, shape.y1 - shape.y0)]
        if max(sides) > min(_BUBBLE, min(sides) + _ALIKE):
            return False
        box = around([_box(shape) for shape in group])
        return all(len(stretch.text.strip()) <= 2 for stretch in self.stretches if holds(box, *stretch.centre))

    def _find_badges(self) -> set[Shape]:
        """The small shapes with only a number or a letter in each; a drawing's circles are connected by lines."""
        small = [shape for shape in self.shapes if _longest(shape) <= _BADGE and shape.kind is not Kind.PICTURE]
        if len(small) > _MOST_BADGES:
            return set()
        runs = sorted(self.page.runs, key=_HEIGHT)
        heights = [run.y for run in runs]
        found: set[Shape] = set()
        for shape in small:
            near = runs[bisect_left(heights, shape.y0 - _BADGE) : bisect_right(heights, shape.y1)][:_MOST_NEAR]
            inside = [run for run in near if holds(_box(shape), (run.x0 + run.x1) / 2, run.y + run.size / 3)]
            if len(inside) == 1 and len(inside[0].text.strip()) <= _LONGEST_ON_BADGE and not self._is_drawn_in(shape):
                found.add(shape)
        return found

    def _is_drawn_in(self, shape: Shape) -> bool:
        """Whether a shape has something off its centre in it, as a circle's radius is."""
        x, y = _centre(shape)
        return any(
            holds(_box(shape), *_centre(other)) and max(abs(_centre(other)[0] - x), abs(_centre(other)[1] - y)) > _ALIKE
            for other in self.shapes[:_MOST_REPEATED]
        )

    def _is_lone_badge(self, shape: Shape) -> bool:
        """Whether a badge is part of no drawing: nothing touches it."""
        return shape in self.badges and not any(
            distance(_box(shape), _box(other)) < _TOUCHING
            for other in self.shapes[:_MOST_REPEATED]
            if not holds(_box(shape), *_centre(other))
        )

    def _is_on_badge(self, stretch: Stretch) -> bool:
        """Whether a text is the letter of a badge, which labels what follows it."""
        return len(stretch.text.strip()) <= _LONGEST_ON_BADGE and any(
            holds(_box(shape), *stretch.centre) for shape in self.badges
        )

    def _is_furniture(self, box: Box, inside: Sequence[Stretch]) -> bool:
        height = self.page.height
        if box[1] > (1 - _HEAD) * height or box[3] < _HEAD * height:
            return True
        if (box[2] - box[0]) * (box[3] - box[1]) > (1 + _WHOLE) / 2 * self.area:
            return True
        return sum(stretch.is_body for stretch in inside) > 1

    def _labels(self, box: Box, inside: Sequence[Stretch], boxes: Sequence[Box]) -> list[Stretch]:
        """The labels of a drawing: those in it, and those nearer to it than to any other of some boxes."""
        found = [stretch for stretch in inside if not stretch.is_body and not stretch.is_numbered]
        found = [stretch for stretch in found if not (stretch.is_marker and stretch.x0 < box[0] + 2 * stretch.size)]
        if not boxes:
            return found
        known = {id(stretch) for stretch in inside}
        for stretch in self.stretches:
            if (
                id(stretch) not in known
                and stretch.is_label
                and not stretch.is_numbered
                and (stretch.is_letter or round(stretch.x0 / 3) not in self.margins or _is_centred(stretch, box))
                and (apart := distance(box, stretch.box)) <= _BESIDE
                and all(apart <= distance(other, stretch.box) for other in boxes)
                and not self._is_on_badge(stretch)
            ):
                found.append(stretch)
        return found


def _is_centred(stretch: Stretch, box: Box) -> bool:
    """Whether a text is in the middle above or below a drawing, which no line of text is."""
    within = box[0] + _INSET < stretch.x0 and stretch.x1 < box[2] - _INSET
    return within and abs(stretch.centre[0] - (box[0] + box[2]) / 2) < _OFF_CENTRE * (box[2] - box[0])


def _joined(groups: list[list[Shape]]) -> list[list[Shape]]:
    """Overlapping groups joined, and small ones joined with the drawing beside them."""
    while True:
        boxes = [around([_box(shape) for shape in group]) for group in groups]
        # Lines alone may surround an unrelated drawing.
        bare = [all(shape.kind in {Kind.LINE, Kind.BOX} for shape in group) for group in groups]
        order = sorted(range(len(groups)), key=lambda at: (bare[at], -_size(boxes[at])))[:_MOST_GROUPS]
        joined: list[tuple[Box, list[Shape]]] = []
        for at in order:
            box, size = boxes[at], _size(boxes[at])
            for index, (other, members) in enumerate(joined):
                is_larger = _size(other) > max(size, _PART**2)
                if (overlap(box, other) and (is_larger or not bare[at])) or (
                    size < _PART**2 and is_larger and distance(box, other) < _PART / 2
                ):
                    joined[index] = around([other, box]), members + groups[at]
                    break
            else:
                joined.append((box, groups[at]))
        if len(joined) == len(groups) or len(joined) == len(order) == _MOST_GROUPS:
            return [members for _, members in joined]
        groups = [members for _, members in joined]


def _has_questions(inside: Sequence[Stretch]) -> bool:
    """Whether the cells of a table are questions, or one question with its options."""
    if any(stretch.is_numbered and stretch.is_body for stretch in inside):
        return True
    named = [stretch for stretch in inside if stretch.is_number and not stretch.text.strip()[0].isdecimal()]
    if any(other.is_body and abs(other.y - stretch.y) < stretch.size for stretch in named for other in inside):
        return True
    markers = {stretch.text.strip()[:4] for stretch in inside if stretch.is_marker}
    return len(markers) >= _FEWEST_BLOCKS and any(stretch.is_number for stretch in inside)


def _are_uneven(group: Sequence[Shape]) -> bool:
    """Whether boxes differ in width or height, unlike those of a form."""
    boxes = [shape for shape in group if shape.kind is Kind.BOX]
    return any(
        abs(_width(box) - _width(boxes[0])) > _ALIKE or abs(box.y1 - box.y0 - boxes[0].y1 + boxes[0].y0) > _ALIKE
        for box in boxes
    )


def _width(shape: Shape) -> float:
    return shape.x1 - shape.x0


def _are_large(box: Box) -> bool:
    return min(box[2] - box[0], box[3] - box[1]) > _LONGEST_SIDE


def _box(shape: Shape) -> Box:
    return shape.x0, shape.y0, shape.x1, shape.y1


def _centre(shape: Shape) -> tuple[float, float]:
    return (shape.x0 + shape.x1) / 2, (shape.y0 + shape.y1) / 2


def _longest(shape: Shape) -> float:
    return max(shape.x1 - shape.x0, shape.y1 - shape.y0)


def _size(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
