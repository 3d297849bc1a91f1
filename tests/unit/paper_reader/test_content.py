"""Drawing operations as runs of text."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paper_reader.pdf.content import read_page
from paper_reader.pdf.fonts import Font, SimpleFont
from paper_reader.pdf.resources import IDENTITY
from paper_reader.pdf.runs import BOLD, PageContent, Run
from tests.factories.papers import FontsOnly

# Half an em wide; `~` is an accent, `?` a glyph whose character is not known, `#` a letter of Hindi.
_TABLE = {ord("~"): "\u0301", ord("?"): "\ufffd", ord("#"): "\u0915"}
_WIDTHS = [0.5] * 256
FONTS: dict[bytes, Font] = {
    b"R": SimpleFont(_TABLE, _WIDTHS, 0),
    b"B": SimpleFont(_TABLE, _WIDTHS, BOLD),
    b"S": SimpleFont(_TABLE, _WIDTHS, 0, {ord("z"): 2.0}),
}


def drawn(content: bytes) -> PageContent:
    page = PageContent(1, 600.0, 800.0)
    read_page(content, FontsOnly(FONTS), page, IDENTITY)
    return page


def texts(content: bytes) -> list[str]:
    return [run.text for run in drawn(content).runs]


class TestPlacedStrings:
    def test_letters_placed_one_by_one_are_one_run(self) -> None:
        letters = b"".join(
            b"/R 10 Tf 1 0 0 1 %d 700 Tm (%c) Tj\n" % (50 + 5 * at, letter) for at, letter in enumerate(b"Which")
        )

        assert drawn(b"BT " + letters + b"ET").runs == [Run(50.0, 75.0, 700.0, 10.0, "Which", 0)]

    def test_words_a_space_apart_are_one_run_that_knows_where_the_gap_is(self) -> None:
        (run,) = drawn(b"BT /R 10 Tf 1 0 0 1 50 700 Tm (of) Tj 1 0 0 1 63 700 Tm (it.) Tj ET").runs

        assert (run.text, run.breaks) == ("of it.", ((2, 60.0, 63.0),))

    def test_steps_go_on_from_the_start_of_the_line(self) -> None:
        (run, below) = drawn(b"BT /R 10 Tf 50 700 Td (a) Tj 5 0 Td (b) Tj 5 0 Td (c) Tj -10 -20 Td (d) Tj ET").runs

        assert (run.x0, run.x1, run.text) == (50.0, 65.0, "abc")
        assert (below.x0, below.y, below.text) == (50.0, 680.0, "d")

    def test_what_follows_a_series_goes_on_where_it_ended(self) -> None:
        assert texts(b"BT /R 10 Tf 1 0 0 1 50 700 Tm (a) Tj 1 0 0 1 55 700 Tm (b) Tj (c) Tj [(d)] TJ ET") == ["abcd"]

    def test_a_place_that_is_not_a_number_is_skipped(self) -> None:
        content = b"BT /R 10 Tf 1 0 0 1 50 700 Tm (a) Tj 1 0 0 1 5.5.5 700 Tm (b) Tj 1 0 0 1 60 700 Tm (c) Tj ET"

        assert texts(content) == ["abc"]

    def test_an_accent_placed_back_over_its_letter_belongs_to_it(self) -> None:
        content = b"BT /R 10 Tf 1 0 0 1 50 700 Tm (e) Tj 1 0 0 1 50 700 Tm (~) Tj 1 0 0 1 55 700 Tm (t) Tj ET"

        assert texts(content) == ["e\u0301t"]


_PLACES = st.sampled_from([b"50", b"55", b"62.5", b"300", b"-4", b"0", b"1.2.3"])
_HEIGHTS = st.sampled_from([b"700", b"700", b"700", b"680", b"0", b"-12"])
_STRINGS = st.sampled_from(
    [b"(a)", b"(Which of)", b"( )", b"()", b"(~)", b"(?)", b"(#)", b"(\\(A\\))", b"<4142>", b"(z)", b"((1))", b"( x)"]
)
_MATRICES = st.sampled_from([b"1 0 0 1", b"1 0 0 1", b"1 0 0 -1", b"0 1 -1 0", b"2.0 0 0 2.0", b"-1 0 0 1", b"1 . 0 1"])
_FONT_CHOICES = st.sampled_from([b"", b"", b"/R 10 Tf ", b"/B 10 Tf ", b"/R 6.5 Tf ", b"/S 10 Tf "])


@st.composite
def _placed(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """What chooses the font and the place, and what is shown there."""
    x, y, string = draw(_PLACES), draw(_HEIGHTS), draw(_STRINGS)
    step = draw(st.sampled_from([b"Td", b"Td", b"Td", b"Tm"]))  # the last wants a matrix and is left out
    place = b"%s %s %s " % (x, y, step) if draw(st.booleans()) else b"%s %s %s Tm " % (draw(_MATRICES), x, y)
    shown = b"[%s -300 (k) 20 %s] TJ " % (string, draw(_STRINGS)) if draw(st.integers(0, 4)) == 0 else string + b" Tj "
    return draw(_FONT_CHOICES) + place, shown


_OTHERS = st.sampled_from(
    [b"2 Ts ", b"0 Ts ", b"1 Tc ", b"3 Tw ", b"80 Tz ", b"q ", b"Q ", b"1 0 0 1 5 5 cm ", b"0.7 0 0 0.7 0 0 cm ",
     b"T* ", b"14 TL ", b"(tail) Tj ", b"3 Tr ", b"0 Tr ", b"1 g ", b"0 g ", b"BT ", b"ET ",
     b"/Span <</ActualText (X)>> BDC ", b"EMC ", b"/Artifact <</Type /Pagination /Subtype /Header>> BDC "]
)  # fmt: skip


@settings(max_examples=400)
@given(st.lists(st.one_of(_placed(), _placed(), _placed(), st.tuples(_OTHERS, st.just(b""))), max_size=30))
def test_strings_read_together_with_their_places_are_what_they_are_one_by_one(parts: list[tuple[bytes, bytes]]) -> None:
    together = b"/R 10 Tf BT " + b"".join(place + shown for place, shown in parts)
    # A comment parts what places a string from the string.
    apart = b"/R 10 Tf BT " + b"".join(place + b"%\n" + shown for place, shown in parts)

    assert drawn(together) == drawn(apart)


class TestOrder:
    def test_words_drawn_in_no_order_are_lines(self) -> None:
        words = [(b"Which", 50), (b"of", 78), (b"these", 91), (b"is", 119), (b"true.", 132)]
        lines = [[b"1 0 0 1 %d %d Tm (%s) Tj" % (x, y, word) for word, x in words] for y in (700, 680, 660, 640)]
        in_order = [word for line in lines for word in line]
        shuffled = Random(1).sample(in_order, len(in_order))

        runs = drawn(b"/R 10 Tf " + b" ".join(shuffled)).runs
        assert runs == drawn(b"/R 10 Tf " + b" ".join(in_order)).runs
        assert len(runs) == 4

    def test_columns_drawn_one_after_the_other_stay_so(self) -> None:
        left = [b"1 0 0 1 50 %d Tm (left) Tj" % y for y in range(700, 500, -20)]
        right = [b"1 0 0 1 300 %d Tm (right) Tj" % y for y in range(700, 500, -20)]
        runs = drawn(b"/R 10 Tf " + b" ".join([*left, *right])).runs

        assert [run.text for run in runs] == ["left"] * 10 + ["right"] * 10
        assert all(a.y > b.y or a.text != b.text for a, b in pairwise(runs))


@pytest.mark.parametrize(
    "junk",
    [
        b"1 " * 400_000 + b"(",
        b"-" * 800_000,
        b"(\\" * 400_000,
        b" BI /A" * 150_000,
        b"BI /A ID " * 100_000,
        b"<<" * 400_000,
    ],
    ids=["numbers", "signs", "escapes", "images", "data", "dictionaries"],
)
def test_what_cannot_be_read_is_passed_over_in_one_go(junk: bytes) -> None:
    # Time by the square of its length would be hours.
    assert texts(b"BT /R 10 Tf 50 700 Td (before) Tj ET " + junk + b" EI ")[:1] == ["before"]
