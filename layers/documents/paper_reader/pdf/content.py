"""Interprets a page's drawing operations as runs of text.

pypdf parses operations into objects one by one, which costs 30 ms a page and more. Here only operations that place
text, rules and images are interpreted, and each is matched at once with its operands.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from paper_reader.pdf.builder import (
    NO_WORD_BETWEEN,
    OVERLAP,
    SPACE_GAP,
    SPLIT_GAP,
    WIDE_GAP,
    is_signs,
    joined_breaks,
)
from paper_reader.pdf.fonts import PLAIN, Font
from paper_reader.pdf.graphics import Graphics
from paper_reader.pdf.limits import MAX_FORM_DEPTH, MAX_FORMS_PER_PAGE, MAX_RUNS_PER_PAGE
from paper_reader.pdf.operations import ELEMENT, OPERATION, PLACED_ARRAY, PLACED_STRING, numbers_of, without_images
from paper_reader.pdf.paths import State
from paper_reader.pdf.resources import IDENTITY, Matrix, Resources, multiply
from paper_reader.pdf.runs import INVISIBLE, PageContent
from paper_reader.pdf.strings import code_of

_STEEP = 0.08  # sine of the angle from which text counts as turned
_UNPAINTED = (3.0, 7.0)  # text rendering modes that paint nothing
_AXIS = 0.25  # em
_UPRIGHT = [b"1", b"0", b"0", b"1"]
_MOST_KEPT = 1000


def read_page(content: bytes, resources: Resources, page: PageContent, matrix: Matrix) -> None:
    """Fill `page` from its operations; `matrix` turns it upright."""
    interpreter = _Interpreter(page)
    interpreter.run(content, resources, matrix, 0)
    interpreter.text.finish()


class _Interpreter(Graphics):
    """The graphics state that text depends on as well."""

    def __init__(self, page: PageContent) -> None:
        super().__init__(page)
        self.forms = 0
        self.font: Font | None = None
        self.font_size = 1.0
        self.character_space = 0.0
        self.word_space = 0.0
        self.scale = 1.0
        self.leading = 0.0
        self.rise = 0.0
        self.invisible = 0
        self.tm = IDENTITY
        self.along = 0.0  # the distance of the text from where `tm` was set
        self.line = IDENTITY
        # By their tokens; which font a name means depends on the resources of a page or a form.
        self.fonts: dict[tuple[bytes, bytes], tuple[Font, float]] = {}
        self.matrices: dict[bytes, tuple[float, float, float, float]] = {}

    def effects(self) -> dict[bytes, Callable[[list[float]], None]]:
        """The same with the operations that place text."""
        return super().effects() | {
            b"Td": self._td,
            b"TD": self._td_leading,
            b"T*": self._next_line,
            b"BT": self._begin,
            b"Tc": self._set_character_space,
            b"Tw": self._set_word_space,
            b"TL": self._set_leading,
            b"Tz": self._set_scale,
            b"Ts": self._set_rise,
            b"Tr": self._set_mode,
            b"EMC": self._end_mark,
        }

    def run(  # noqa: C901, PLR0912 - calls for each of thousands of operations would cost more than they
        self, content: bytes, resources: Resources, matrix: Matrix, depth: int
    ) -> None:
        """Interpret the operations of a page or a form."""
        if b"EI" in content and b"BI" in content:
            content = without_images(content)
        self.ctm = matrix
        self.fonts = {}
        stack: list[tuple[Matrix, Font | None, float, float, float, float, float, float, int, State]] = []
        name = b""
        properties = b""
        runs = self.page.runs
        effects = self.effects()
        operations = OPERATION.finditer(content)
        for each in operations:
            found: re.Match[bytes] | None = each
            while found is not None and found.lastindex in {PLACED_STRING, PLACED_ARRAY}:
                found = self._show_placed(found, operations, resources)
                if len(runs) > MAX_RUNS_PER_PAGE:
                    return
            if found is None:
                return
            kind = found.lastindex
            if kind == 14:
                code = found[14]
                if code == b"Tm":
                    # The commonest one, without the look-up.
                    self._tm(found[13])
                elif (effect := effects.get(code)) is not None:
                    effect(numbers_of(found[13]))
                elif code == b"q":
                    if len(stack) < 200:
                        stack.append((self.ctm, self.font, self.font_size, self.character_space, self.word_space,
                                      self.scale, self.leading, self.rise, self.light, self.paths.state))  # fmt: skip
                elif code == b"Q":
                    if stack:
                        (self.ctm, self.font, self.font_size, self.character_space, self.word_space,
                         self.scale, self.leading, self.rise, self.light, self.paths.state) = stack.pop()  # fmt: skip
                elif code in {b"BDC", b"BMC"}:
                    self.text.begin_mark(properties or (resources.properties(name) if code == b"BDC" else b""))
                    properties = b""
            elif kind == 17:
                self._select(found[15], found[16], resources)
            elif kind == 10:
                self._show_array(found[9])
            elif kind == 12:
                self._show_string(found[11], found[12])
                if len(runs) > MAX_RUNS_PER_PAGE:
                    return
            elif kind == 18:
                self._draw(found[15], resources, depth)
            elif kind == 15:
                name, properties = found[15], b""
            elif kind == 19:
                properties = found[19]

    # Text

    def _begin(self, _: list[float]) -> None:
        self.tm = self.line = IDENTITY
        self.along = 0.0

    def _td(self, numbers: list[float]) -> None:
        if len(numbers) == 2:
            a, b, c, d, e, f = self.line
            x, y = numbers
            self.along = 0.0
            self.tm = self.line = (a, b, c, d, x * a + y * c + e, x * b + y * d + f)

    def _td_leading(self, numbers: list[float]) -> None:
        if len(numbers) == 2:
            self.leading = -numbers[1]
            self._td(numbers)

    def _tm(self, text: bytes) -> None:
        numbers = text.split()
        try:
            if numbers[:4] == _UPRIGHT:
                self.tm = self.line = (1.0, 0.0, 0.0, 1.0, float(numbers[4]), float(numbers[5]))
            else:
                a, b, c, d, e, f = map(float, numbers)
                self.tm = self.line = (a, b, c, d, e, f)
        except (ValueError, IndexError):
            return
        self.along = 0.0

    def _next_line(self, _: list[float]) -> None:
        self._td([0.0, -self.leading])

    def _set_character_space(self, numbers: list[float]) -> None:
        self.character_space = numbers[-1] if numbers else 0.0

    def _set_word_space(self, numbers: list[float]) -> None:
        self.word_space = numbers[-1] if numbers else 0.0

    def _set_leading(self, numbers: list[float]) -> None:
        self.leading = numbers[-1] if numbers else 0.0

    def _set_scale(self, numbers: list[float]) -> None:
        self.scale = numbers[-1] / 100 if numbers else 1.0

    def _set_rise(self, numbers: list[float]) -> None:
        self.rise = numbers[-1] if numbers else 0.0

    def _set_mode(self, numbers: list[float]) -> None:
        self.invisible = INVISIBLE if numbers and numbers[0] in _UNPAINTED else 0

    def _select(self, name: bytes, size: bytes, resources: Resources) -> None:
        font = self.fonts.get((name, size))
        if font is None:
            font = resources.font(name), (numbers_of(size) or [1.0])[0]
            if len(self.fonts) < _MOST_KEPT:
                self.fonts[name, size] = font
        self.font, self.font_size = font

    def _show_placed(
        self, first: re.Match[bytes], operations: Iterator[re.Match[bytes]], resources: Resources
    ) -> re.Match[bytes] | None:
        """Show text with its placement, and all following text in the same font and with the same kind of placement.

        Args:
            first: the text with its placement.
            operations: the following ones.
            resources: what they name.

        Returns:
            The first operation of another kind; None at the end.
        """
        name, size, matrix, x, y, token, array = first.group(2, 3, 4, 5, 6, 7, 8)
        if name is not None:
            self._select(name, size, resources)
        is_placed = self._move_to(matrix, x, y)
        if token is None:
            self._show_array(array)
        elif is_placed and self._is_plain():
            return self._show_series(first, operations)
        else:
            self._show_string(token, b"Tj")
        return next(operations, None)

    def _move_to(self, matrix: bytes | None, x: bytes, y: bytes) -> bool:
        """Move to where `Tm` (with a matrix) or `Td` (without one) says; returns whether that is a place."""
        try:
            right, up = float(x), float(y)
            if matrix is None:
                a, b, c, d, e, f = self.line
                e, f = right * a + up * c + e, right * b + up * d + f
            else:
                a, b, c, d = self.matrices.get(matrix) or self._read_matrix(matrix)
                e, f = right, up
        except ValueError:
            return False
        self.tm = self.line = (a, b, c, d, e, f)
        self.along = 0.0
        return True

    def _is_plain(self) -> bool:
        """Whether text runs from left to right, and is neither hidden nor hanging."""
        a, b, c, *_ = self.tm
        ga, gb, gc, *_ = self.ctm
        font = self.font
        return not (b or c or gb or gc or a * ga <= 0 or font is None or font.heights or self.text.hidden)

    def _show_series(self, first: re.Match[bytes], operations: Iterator[re.Match[bytes]]) -> re.Match[bytes] | None:
        """Show placed strings of one font, of which the first is at the current place.

        Many files place each letter separately, so everything that their strings share is looked up once.
        """
        font, builder, runs = self.font or PLAIN, self.text, self.page.runs
        a, b, c, d, e, f = self.tm
        ga, _, _, gd, ge, gf = self.ctm
        character_space, word_space, scale, unit = self.character_space, self.word_space, self.scale, self.font_size
        along_x, upwards = a * ga, d * gd
        lift, size, flags = self.rise * upwards, abs(unit * upwards), self.light | self.invisible | font.flags
        height = f * gd + gf + lift
        overlap, space, wide, end = -OVERLAP * size, SPACE_GAP * size, WIDE_GAP * size, NO_WORD_BETWEEN * size
        shown, show, opened, advance = font.shown, font.show, None, 0.0
        is_spaced, is_full = bool(character_space or word_space), False
        prefix, matrix, y, token = first.group(1, 4, 6, 7)
        steps, up = matrix is None, float(y)
        while True:
            text, width, count, spaces, is_simple = shown.get(token) or show(token)
            advance = (width * unit + (count * character_space + spaces * word_space if is_spaced else 0.0)) * scale
            x0 = e * ga + ge
            x1 = x0 + advance * along_x
            if is_simple and opened is not None and overlap < (gap := x0 - opened.x1) < end:
                # Like `builder.add`, inlined because letters and words need few checks.
                if gap > space and (gap > wide or not opened.texts[-1].endswith(" ")):
                    opened.breaks.append((opened.length, opened.x1, x0))
                    opened.texts.append(" ")
                    opened.length += 1
                opened.texts.append(text)
                opened.length += len(text)
                if x1 > opened.x1:  # noqa: PLR1730
                    opened.x1 = x1
            elif not text.isspace():
                builder.add(text, x0, x1, height, size, flags)
                opened = builder.opened(height, size, flags)
                is_full = len(runs) > MAX_RUNS_PER_PAGE
            found = next(operations, None)
            if found is None or found.lastindex != PLACED_STRING or is_full:
                break
            other, x, beside, following = found.group(1, 5, 6, 7)
            if other != prefix:
                break
            try:
                right = float(x)
                if beside != y or (steps and up):
                    up, y = float(beside), beside
                    f = f + up * d if steps else up
                    height, opened = f * gd + gf + lift, None
            except ValueError:
                break
            e, token = e + right * a if steps else right, following
        self.tm = self.line = (a, b, c, d, e, f)
        self.along = advance
        return found

    def _read_matrix(self, text: bytes) -> tuple[float, float, float, float]:
        a, b, c, d = map(float, text.split())
        if len(self.matrices) < _MOST_KEPT:
            self.matrices[text] = a, b, c, d
        return a, b, c, d

    def _show_string(self, token: bytes, operation: bytes) -> None:
        if operation != b"Tj":
            self._next_line([])
        font = self.font
        if font is None:
            return
        text, width, count, spaces, _ = font.shown.get(token) or font.show(token)
        advance = (width * self.font_size + count * self.character_space + spaces * self.word_space) * self.scale
        self._add(text, 0.0, advance, sign=code_of(token) if font.heights else None)
        self.along += advance

    def _show_array(self, array: bytes) -> None:  # noqa: C901 - called for most of the text
        font = self.font
        if font is None:
            return
        size, scale = self.font_size, self.scale
        character_space, word_space = self.character_space, self.word_space
        em = abs(size) * scale or 1.0
        space_gap, wide_gap, split_gap = SPACE_GAP * em, WIDE_GAP * em, SPLIT_GAP * em
        unit, kern, is_spaced = size * scale, size * scale / 1000, character_space or word_space
        pieces: list[str] = []
        breaks: list[tuple[int, float, float]] = []
        start = at = end = 0.0
        length = 0
        shown, heights = font.shown, font.heights
        for string, hexadecimal, number in ELEMENT.findall(array):
            if number:
                try:
                    at -= float(number) * kern
                except ValueError:
                    continue
                continue
            token = string or hexadecimal
            text, width, count, spaces, _ = shown.get(token) or font.show(token)
            if heights:
                self._add(text, at, at + width * size * scale, sign=code_of(token))
                at += (width * size + count * character_space + spaces * word_space) * scale
                continue
            if not pieces:
                start = end = at
            elif (gap := at - end) > space_gap or gap < -split_gap:
                if gap > split_gap or gap < 0 or is_signs("".join(pieces)):
                    self._add("".join(pieces), start, end, breaks)
                    pieces, breaks, length = [], [], 0
                    start = end = at
                elif gap > wide_gap or not (pieces[-1].endswith(" ") or text.startswith(" ")):
                    pieces.append(" ")
                    breaks.append((length, end, at))
                    length += 1
            pieces.append(text)
            length += len(text)
            at += width * unit
            if is_spaced:
                at += (count * character_space + spaces * word_space) * scale
            if at > end:  # noqa: PLR1730 - called for most of the text; a vowel sign may be drawn back over its letter
                end = at
        if pieces:
            self._add("".join(pieces), start, end, breaks)
        self.along += at

    def _add(
        self,
        text: str,
        start: float,
        end: float,
        breaks: Sequence[tuple[int, float, float]] = (),
        sign: int | None = None,
    ) -> None:
        """A run from `start` to `end` along the line, in text space; `sign` is the code of one that may hang."""
        builder = self.text
        if builder.hidden or text.isspace():
            return
        a, b, c, d, e, f = self.tm
        ga, gb, gc, gd, ge, gf = self.ctm
        if b or c or gb or gc:
            along_x, along_y, up = a * ga + b * gc, a * gb + b * gd, c * gb + d * gd
            if abs(along_y) > _STEEP * (abs(along_x) + abs(along_y)) or along_x <= 0:
                self._note_turned(text, along_x, along_y)
                return  # a watermark, or the label of an axis
            x, y = e * ga + f * gc + ge, e * gb + f * gd + gf
            y += self.along * along_y
        else:
            along_x, up = a * ga, d * gd
            if along_x <= 0:
                self._note_turned(text, along_x, 0.0)
                return
            x, y = e * ga + ge, f * gd + gf
        y += self.rise * up
        font = self.font
        flags = self.light | self.invisible
        size = abs(self.font_size * up)
        if font is not None:
            flags |= font.flags
            if sign is not None and (height := font.heights.get(sign, 0.0)):
                # It hangs from where it is drawn; its middle is at the height of a minus sign.
                x += (self.along + start) * along_x
                y -= (height / 2 + _AXIS) * size
                builder.add_sign(text, x, x + (end - start) * along_x, y, size, flags, height)
                return
        x += self.along * along_x
        placed = joined_breaks(breaks, x, along_x) if breaks else []
        builder.add(text, x + start * along_x, x + end * along_x, y, size, flags, placed)

    def _note_turned(self, text: str, along_x: float, along_y: float) -> None:
        if abs(along_x) < _STEEP * abs(along_y):
            self.page.turned[90 if along_y > 0 else 270] += len(text)
        elif along_x < 0 and abs(along_y) < _STEEP * abs(along_x):
            self.page.turned[180] += len(text)

    # Forms

    def _draw(self, name: bytes, resources: Resources, depth: int) -> None:
        self.forms += 1
        if self.forms > MAX_FORMS_PER_PAGE:
            return
        image = resources.image(name)
        if image is not None:
            self._picture([], image)
            return
        form = resources.form(name)
        if form is None or depth >= MAX_FORM_DEPTH:
            return
        kept = (self.ctm, self.tm, self.along, self.line, self.font, self.font_size, self.light, self.fonts)
        state = self.paths.state
        self.run(form.content(), form.resources, multiply(form.matrix, self.ctm), depth + 1)
        self.ctm, self.tm, self.along, self.line, self.font, self.font_size, self.light, self.fonts = kept
        self.paths.state = state

    def _end_mark(self, _: list[float]) -> None:
        self.text.end_mark()
