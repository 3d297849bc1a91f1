"""Papers: questions set on pages in one of many layouts."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bench.mining.pdf import Page, Piece, Writer, width
from bench.mining.truth import Author, Question, Word, plain

NUMBERINGS: Final = ("1.", "Q.1", "Question 1:", "(1)", "१.", "1)", "Q1.", "[1]")
OPTION_STYLES: Final = ("(A)", "a)", "(1)", "A.", "(a)", "[A]", "1)", "(क)")
ARRANGEMENTS: Final = ("stacked", "inline", "pairs", "mixed")
KEYS: Final = ("none", "inline", "pairs", "table", "columns", "sections", "solutions")
_TOP, _BOTTOM, _LEFT, _RIGHT, _GUTTER = 780.0, 60.0, 48.0, 547.0, 24.0
_DEVANAGARI = "०१२३४५६७८९"


@dataclass(frozen=True, slots=True)
class Layout:
    """One way to set a paper."""

    numbering: str
    options: str
    arrangement: str
    columns: int
    stream: str
    key: str
    language: str
    maths: str
    seed: int


@dataclass(frozen=True, slots=True)
class SetPaper:
    """A paper and what is in it; `expected` in the order of the paper."""

    layout: Layout
    data: bytes
    expected: list[Question]
    pages: int


def set_paper(layout: Layout, count: int = 90) -> SetPaper:
    """A paper of `count` questions in three sections, the last of them numeric in part."""
    author = Author(layout.seed, layout.language, layout.maths)
    pick = random.Random(layout.seed + 1)
    questions = []
    for index in range(count):
        kind = "MCQ"
        if index % 30 >= 24:
            kind = "NUMERIC"
        elif index % 30 >= 20 and layout.key != "none":
            kind = "MSQ"
        questions.append(author.question(kind))
    setter = _Setter(layout, pick, author)
    pages = setter.set(questions)
    return SetPaper(layout, Writer(layout.stream, layout.seed).write(pages), questions, len(pages))


class _Setter:
    def __init__(self, layout: Layout, pick: random.Random, author: Author) -> None:
        self.layout = layout
        self.pick = pick
        self.author = author
        self.size = pick.choice((9.5, 10.0, 11.0))
        self.lead = self.size * pick.choice((1.2, 1.3, 1.4))
        self.pages: list[Page] = []
        self.column = 0
        self.y = _TOP
        self.columns = layout.columns
        self.hanging = pick.random() < 0.6
        self.bold_numbers = pick.random() < 0.5

    def set(self, questions: Sequence[Question]) -> list[Page]:
        self.columns = 1
        self._new_page()
        if self.pick.random() < 0.6:
            self._instructions()
            self._new_page()
        self.columns = self.layout.columns
        restart = self.layout.key == "sections"
        names = ("PHYSICS", "CHEMISTRY", "MATHEMATICS")
        for section in range(3):
            part = questions[section * 30 : section * 30 + 30]
            self._heading(names[section])
            for index, question in enumerate(part):
                if index == 20 and question.kind == "MSQ":
                    self._heading("SECTION - B (One or more options correct)")
                if index == 24:
                    self._heading("SECTION - C (Numerical value type questions)")
                number = index + 1 if restart else section * 30 + index + 1
                self._question(number, question)
        self._key(questions, names)
        self._furniture()
        return self.pages

    # Places

    @property
    def left(self) -> float:
        return _LEFT + self.column * (self.width + _GUTTER)

    @property
    def width(self) -> float:
        return (_RIGHT - _LEFT - _GUTTER * (self.columns - 1)) / self.columns

    def _new_page(self) -> None:
        self.pages.append(Page())
        self.column, self.y = 0, _TOP

    def _room(self, height: float) -> None:
        if self.y - height < _BOTTOM:
            if self.column + 1 < self.columns:
                self.column, self.y = self.column + 1, _TOP
            else:
                self._new_page()

    def _down(self, lines: float = 1.0) -> None:
        self.y -= self.lead * lines

    def _put(self, x: float, text: str, *, size: float | None = None, dy: float = 0.0, bold: bool = False) -> float:
        size = size or self.size
        self.pages[-1].pieces.append(Piece(x, self.y + dy, text, size, bold))
        return x + width(text, size, bold=bold)

    # Text

    def _word_width(self, word: Word) -> float:
        total = 0.0
        for text, level in word:
            if level == "/":
                total += max(width(part, self.size * 0.8) for part in text.split("|")) + 3
            else:
                total += width(text, self.size * (0.68 if level else 1.0))
        return total

    def _put_word(self, x: float, word: Word) -> float:
        buffer = ""
        start = x
        for text, level in word:
            if level == "":
                buffer += text
                x = self._put(start, buffer) if buffer else x
                buffer = ""
                start = x
            elif level == "/":
                small = self.size * 0.8
                top, bottom = text.split("|")
                widest = max(width(top, small), width(bottom, small)) + 1.5
                axis = self.size * 0.25
                self._put(x + (widest - width(top, small)) / 2, top, size=small, dy=axis + small * 0.28)
                self._put(x + (widest - width(bottom, small)) / 2, bottom, size=small, dy=axis - small * 0.85)
                self.pages[-1].rules.append((x, x + widest, self.y + axis))
                x += widest
                start = x
            else:
                dy = self.size * (0.38 if level == "^" else -0.16)
                x = self._put(x, text, size=self.size * 0.68, dy=dy)
                start = x
        return x

    def _lines(self, words: Sequence[Word], first: float, rest: float) -> Iterator[list[Word]]:
        """Words by line; `first` and `rest` are the widths of the first line and the others."""
        space = width(" ", self.size)
        line: list[Word] = []
        at, room = 0.0, first
        for word in words:
            needed = self._word_width(word)
            if line and at + space + needed > room:
                yield line
                line, at, room = [], 0.0, rest
            at += needed + (space if line else 0.0)
            line.append(word)
        if line:
            yield line

    def _put_line(self, x: float, words: Sequence[Word]) -> float:
        space = width(" ", self.size)
        pending = ""
        for word in words:
            if all(level == "" for _, level in word):
                pending += (" " if pending else "") + "".join(text for text, _ in word)
                continue
            if pending:
                x = self._put(x, pending) + space
                pending = ""
            x = self._put_word(x, word) + space
        return self._put(x, pending) if pending else x - space

    def _paragraph(
        self, words: Sequence[Word], indent: float, hang: float, label: str = "", *, bold: bool = False
    ) -> None:
        """Words from `indent` on, further lines from `hang` on, both from the column's left edge."""
        tall = 2.0 if any(level == "/" for word in words for _, level in word) else 1.0
        self._room(self.lead * tall)
        x = self.left + indent
        if label:
            x = self._put(x, label, bold=bold) + width(" ", self.size)
            x = max(x, self.left + hang) if hang > indent else x
        first = self.left + self.width - x
        for number, line in enumerate(self._lines(words, first, self.width - hang)):
            if number:
                self._down(1.35 if tall > 1 else 1.0)
                self._room(self.lead * tall)
                x = self.left + hang
            self._put_line(x, line)
        self._down(1.5 if tall > 1 else 1.0)

    def _heading(self, text: str) -> None:
        self._room(self.lead * 4)
        self._down(0.6)
        x = self.left + (self.width - width(text, self.size + 1, bold=True)) / 2
        self._put(max(self.left, x), text, size=self.size + 1, bold=True)
        self._down(1.5)

    def _instructions(self) -> None:
        self._heading("INSTRUCTIONS")
        for number, text in enumerate(
            (
                "Immediately fill in the particulars on this page of the test booklet with ball point pen.",
                "The test is of 3 hours duration and consists of 90 questions. The maximum marks are 300.",
                "Use of calculator, mobile phone or any electronic device is not allowed in the examination hall.",
                "Each correct answer carries 4 marks. For each incorrect response 1 mark will be deducted.",
                "On completion of the test the candidate must hand over the answer sheet to the invigilator.",
                "Do not fold or make any stray mark on the answer sheet.",
            ),
            1,
        ):
            self._paragraph(plain(text), 0, 18, f"{number}.")

    # Questions

    def _label(self, number: int) -> str:
        style = self.layout.numbering
        digits = str(number)
        if style == "१.":
            return "".join(_DEVANAGARI[int(digit)] for digit in digits) + "."
        return style.replace("1", digits)

    def _option_label(self, index: int) -> str:
        style = self.layout.options
        for first, letters in (("A", "ABCD"), ("a", "abcd"), ("1", "1234"), ("क", "कखगघ")):
            if first in style:
                return style.replace(first, letters[index])
        raise ValueError(style)

    def _question(self, number: int, question: Question) -> None:
        self._room(self.lead * 3)
        label = self._label(number)
        hang = width(label, self.size, bold=True) + 6 if self.hanging else 0.0
        self._paragraph(question.stem, 0, hang, label, bold=self.bold_numbers)
        if question.options:
            self._options(question, hang)
        if self.layout.key == "inline":
            self._put(self.left + hang, f"Ans. {self._answer(question)}", bold=self.bold_numbers)
            self._down()
        self._down(self.pick.choice((0.3, 0.5, 0.8)))

    def _options(self, question: Question, hang: float) -> None:
        widths = [
            sum(self._word_width(word) + width(" ", self.size) for word in option) + width("(A) ", self.size)
            for option in question.options
        ]
        arrangement = self.layout.arrangement
        room = self.width - hang
        if arrangement == "mixed":
            arrangement = self.pick.choice(("stacked", "inline", "pairs"))
        if arrangement == "inline" and max(widths) < room / 4 - 6:
            self._rows(question, hang, 4)
        elif arrangement in {"inline", "pairs"} and max(widths) < room / 2 - 8:
            self._rows(question, hang, 2)
        else:
            indent = hang + (8 if self.hanging else 0)
            for index, option in enumerate(question.options):
                label = self._option_label(index)
                inner = indent + width(label, self.size) + 5 if self.hanging else indent
                self._paragraph(option, indent, inner, label)

    def _rows(self, question: Question, hang: float, across: int) -> None:
        step = (self.width - hang) / across
        tall = any(level == "/" for option in question.options for word in option for _, level in word)
        for start in range(0, 4, across):
            self._room(self.lead * (2 if tall else 1))
            for place in range(across):
                index = start + place
                x = self._put(self.left + hang + place * step, self._option_label(index)) + width(" ", self.size)
                self._put_line(x, question.options[index])
            self._down(1.6 if tall else 1.0)

    # Keys

    def _answer(self, question: Question) -> str:
        if question.kind == "NUMERIC":
            return " to ".join(question.range_shown) if question.range_shown else question.answer
        labels = [self._option_label("ABCD".index(letter)) for letter in question.answer.split(",")]
        bare = [label.strip("()[].") for label in labels]
        return f"({','.join(bare)})" if self.layout.key in {"inline", "pairs", "solutions"} else ",".join(bare)

    def _key(self, questions: Sequence[Question], names: Sequence[str]) -> None:
        if self.layout.key in {"none", "inline"}:
            return
        self.columns = 1
        self._new_page()
        self._heading("ANSWER KEY")
        if self.layout.key == "sections":
            for section, name in enumerate(names):
                self._heading(name)
                self._pairs(questions[section * 30 : section * 30 + 30], 1)
        elif self.layout.key == "table":
            self._table(questions)
        elif self.layout.key == "columns":
            self._key_columns(questions)
        else:
            self._pairs(questions, 1)
        if self.layout.key == "solutions":
            self._heading("HINTS & SOLUTIONS")
            for number, question in enumerate(questions, 1):
                label = f"{number}. {self._answer(question)}" if question.options else f"{number}."
                self._paragraph(plain(self.author.passage()), 0, 18, label)

    def _pairs(self, questions: Sequence[Question], first: int) -> None:
        step = self.width / 5
        for index, question in enumerate(questions):
            if index % 5 == 0 and index:
                self._down(1.2)
                self._room(self.lead)
            self._put(self.left + index % 5 * step, f"{first + index}. {self._answer(question)}")
        self._down(2)

    def _table(self, questions: Sequence[Question]) -> None:
        step = self.width / 7.2
        for start in range(0, len(questions), 6):
            self._room(self.lead * 3)
            row = questions[start : start + 6]
            self._put(self.left, "Q. No.")
            for place in range(len(row)):
                self._put(self.left + (place + 1.2) * step, str(start + place + 1))
            self._down(1.2)
            self._put(self.left, "Ans.")
            for place, question in enumerate(row):
                self._put(self.left + (place + 1.2) * step, self._answer(question))
            self._down(1.6)

    def _key_columns(self, questions: Sequence[Question]) -> None:
        rows = 30
        step = self.width / 3
        for row in range(rows):
            self._room(self.lead)
            for group in range(3):
                question = questions[group * rows + row]
                self._put(self.left + group * step, str(group * rows + row + 1))
                self._put(self.left + group * step + 40, self._answer(question))
            self._down(1.15)

    def _furniture(self) -> None:
        headed, watermark = self.pick.random() < 0.8, self.pick.random() < 0.4
        for number, page in enumerate(self.pages, 1):
            if headed:
                page.pieces.append(Piece(_LEFT, 812, "Full Syllabus Test 7", 9))
                page.pieces.append(Piece(430, 812, "Target 2026 (Code B)", 9))
            page.pieces.append(Piece(280, 30, f"Page {number}" if headed else f"{number}", 9))
            page.watermark = "SAMPLE" if watermark else ""
