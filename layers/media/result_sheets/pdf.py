"""A result as a PDF: who, which exam, what came of it, and every question with what was answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from result_sheets.latex import readable
from smartexam.catalog.marks import plain
from smartexam.sitting.grading import Response

_FONTS = Path(__file__).parent / "fonts"
_MARGIN = 18.0
_LINE = 5.6
_GREEN, _RED, _GREY, _BLACK = (21, 115, 71), (176, 32, 32), (95, 99, 104), (20, 20, 20)
_OPTIONS = ("A", "B", "C", "D")


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a result's PDF shows; marks and percentages as the API shows them, times as text.

    Attributes:
        facts: (label, value) pairs of the summary.
    """

    title: str
    student: str
    facts: Sequence[tuple[str, str]]
    responses: Sequence[Response]


def render(sheet: Sheet) -> bytes:
    """The PDF's bytes."""
    document = _Document(sheet.title)
    document.head(sheet.title, sheet.student)
    document.facts(sheet.facts)
    for number, response in enumerate(sheet.responses, 1):
        document.question(number, response)
    return bytes(document.output())


class _Document(FPDF):
    """A4 with fonts that have Latin, Devanagari and mathematics; every text is shaped."""

    def __init__(self, title: str) -> None:
        super().__init__(format="A4")
        self.set_title(title)
        self.set_margin(_MARGIN)
        self.set_auto_page_break(auto=True, margin=_MARGIN + 4)
        for style, name in (("", "Regular"), ("B", "Bold")):
            self.add_font("Sans", style, _FONTS / f"NotoSans-{name}.ttf")
            self.add_font("Devanagari", style, _FONTS / f"NotoSansDevanagari-{name}.ttf")
        self.add_font("Math", "", _FONTS / "NotoSansMath-Regular.ttf")
        # The one weight of the mathematical font stands in for both, hence not `exact_match`.
        self.set_fallback_fonts(["Devanagari", "Math"], exact_match=False)
        # Without it the vowel signs of Devanagari stand in the wrong places.
        self.set_text_shaping(use_shaping_engine=True)
        self.add_page()

    def footer(self) -> None:
        """The page's number."""
        self.set_y(-_MARGIN + 4)
        self._style(8, _GREY)
        self.cell(0, 5, f"{self.page_no()}", align="C")

    def head(self, title: str, student: str) -> None:
        """What and whose it is."""
        self._style(16, _BLACK, bold=True)
        self._lines(readable(title), 8)
        self._style(11, _GREY)
        self._lines(student, 6)
        self.ln(3)

    def facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """The summary, in two columns."""
        width = self.epw / 2
        for at, (label, value) in enumerate(facts):
            self._style(9, _GREY)
            self.cell(28, 6, label)
            self._style(10, _BLACK, bold=True)
            is_last_column = at % 2 == 1 or at == len(facts) - 1
            self.cell(
                width - 28,
                6,
                value,
                new_x=XPos.LMARGIN if is_last_column else XPos.RIGHT,
                new_y=YPos.NEXT if is_last_column else YPos.TOP,
            )
        self.ln(4)

    def question(self, number: int, response: Response) -> None:
        """One question with its options, the answers and the marks."""
        colour, verdict = _verdict(response)
        self.set_draw_color(*_GREY)
        self.set_line_width(0.1)
        if self.will_page_break(4 * _LINE):
            self.add_page()
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())
        self.ln(2)
        self._style(10, _BLACK, bold=True)
        self._lines(f"{number}. {readable(response.question_text)}")
        self._style(10, _BLACK)
        texts = (response.option_a, response.option_b, response.option_c, response.option_d)
        for letter, text in zip(_OPTIONS, texts, strict=True):
            if text:
                self._lines(f"    {letter})  {readable(text)}")
        given = _answer(response.given_answer) if response.is_attempted else "—"
        self._style(9, colour)
        marks = f"{plain(response.marks_obtained)} / {plain(response.max_marks)}"
        self._lines(f"Answer: {given}    Correct: {_answer(response.correct_answer)}    {verdict}, marks: {marks}")
        self.ln(2)

    def _style(self, size: int, colour: tuple[int, int, int], *, bold: bool = False) -> None:
        self.set_font("Sans", "B" if bold else "", size)
        self.set_text_color(*colour)

    def _lines(self, text: str, height: float = _LINE) -> None:
        self.multi_cell(0, height, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _verdict(response: Response) -> tuple[tuple[int, int, int], str]:
    if not response.is_attempted:
        return _GREY, "Not attempted"
    return (_GREEN, "Correct") if response.is_correct else (_RED, "Wrong")


def _answer(answer: str | list[str] | None) -> str:
    return ", ".join(answer) if isinstance(answer, list) else answer or "—"
