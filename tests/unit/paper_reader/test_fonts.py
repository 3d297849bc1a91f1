"""Fonts whose maps say less than they should: what their codes are taken for."""

from collections.abc import Mapping

import pytest
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject, NumberObject

from paper_reader.layout.line import FRACTION, SUPER
from paper_reader.pdf import fonts
from paper_reader.pdf.builder import RunBuilder
from paper_reader.pdf.runs import PageContent

UNKNOWN = "\ufffd"


def composite(name: str, mapping: Mapping[int, str]) -> fonts.Font:
    """A font with two bytes a code and a map to Unicode."""
    rows = "".join(f"<{code:04x}> <{text.encode('utf-16-be').hex()}>\n" for code, text in mapping.items())
    stream = DecodedStreamObject()
    stream.set_data(f"begincmap {len(mapping)} beginbfchar\n{rows}endbfchar endcmap".encode())
    descendant = DictionaryObject({NameObject("/DW"): NumberObject(500)})
    dictionary = DictionaryObject(
        {
            NameObject("/Subtype"): NameObject("/Type0"),
            NameObject("/BaseFont"): NameObject(f"/ABCDEF+{name}"),
            NameObject("/ToUnicode"): stream,
            NameObject("/DescendantFonts"): ArrayObject([descendant]),
        }
    )
    return fonts.load(dictionary)[0]


def shown(font: fonts.Font, *codes: int) -> str:
    return font.decode(b"".join(code.to_bytes(2, "big") for code in codes))[0]


class TestPrivateUse:
    def test_a_font_of_symbols_has_its_codes_there(self) -> None:
        font = composite("SymbolMT", {3: "\uf062", 4: "\uf0b3", 5: "\uf0e6"})

        assert shown(font, 3, 4, 5) == "β≥⎛"

    def test_pieces_of_brackets_under_adobes_codes(self) -> None:
        assert shown(composite("MTExtra", {3: "\uf8eb", 4: "\uf8fb"}), 3, 4) == "⎛⎦"

    @pytest.mark.parametrize("character", [SUPER, FRACTION, "\uf061", "\uf8ff"])
    def test_elsewhere_they_say_nothing(self, character: str) -> None:
        # Some of them mark formulas further on: a file must not be able to write such marks.
        assert shown(composite("Calibri", {3: character, 4: f"a{character}"}), 3, 4) == f"{UNKNOWN}a{UNKNOWN}"

    def test_nor_as_actual_text(self) -> None:
        page = PageContent(1, 600, 800)
        builder = RunBuilder(page)
        builder.begin_mark(b"/ActualText <feff0061e0000062>")
        builder.add("xyz", 0.0, 30.0, 0.0, 10.0, 0, [])
        builder.end_mark()

        assert [run.text for run in page.runs] == [f"a{UNKNOWN}b"]


@pytest.mark.parametrize(
    ("name", "codes", "wanted"),
    [
        ("Wingdings-Regular", "\uf0fc\uf0fb\uf06e", "✓✗•"),
        ("Wingdings", "\xfc\xfb\xa8", "✓✗•"),  # as some producers map them
        ("Wingdings2", "\uf050\uf04f", "✓✗"),
    ],
)
def test_fonts_of_pictures_have_ticks_and_crosses(name: str, codes: str, wanted: str) -> None:
    font = composite(name, dict(enumerate(codes, 3)))

    assert shown(font, *range(3, 3 + len(codes))) == wanted


class TestSyllables:
    def test_other_glyphs_of_a_syllable_say_nothing_more(self) -> None:
        font = composite("Lohit", {1: "क", 2: "स्थि", 5: "त", 6: "है"})
        text, width, *_ = font.decode(bytes([0, 2, 0, 3, 0, 4, 0, 5]))

        assert text.replace("\u2060", "") == "स्थित"
        assert width == 2.0

    def test_where_a_gap_has_another_reason_the_glyph_is_unknown(self) -> None:
        font = composite("Lohit", {1: "क", 2: "वि", 9: "त"})

        assert shown(font, 2, 3) == f"वि{UNKNOWN}"


@pytest.mark.parametrize("name", ["MT-Symbol", "SymbolMT", "Symbol,Italic"])
def test_a_font_of_symbols_has_greek_letters_whatever_its_map_says(name: str) -> None:
    stream = DecodedStreamObject()
    stream.set_data(b"begincmap 2 beginbfchar\n<61> <0061>\n<b3> <2265>\nendbfchar endcmap")
    dictionary = DictionaryObject(
        {
            NameObject("/Subtype"): NameObject("/TrueType"),
            NameObject("/BaseFont"): NameObject(f"/ABCDEF+{name}"),
            NameObject("/ToUnicode"): stream,
        }
    )

    assert fonts.load(dictionary)[0].decode(b"a\xb3")[0] == "\N{GREEK SMALL LETTER ALPHA}≥"


def test_a_range_of_all_codes_maps_each_to_itself() -> None:
    stream = DecodedStreamObject()
    stream.set_data(b"begincmap 1 beginbfrange\n<0000> <FFFF> <0000>\nendbfrange endcmap")
    dictionary = DictionaryObject(
        {
            NameObject("/Subtype"): NameObject("/Type0"),
            NameObject("/BaseFont"): NameObject("/GlyphLessFont"),
            NameObject("/ToUnicode"): stream,
            NameObject("/DescendantFonts"): ArrayObject([DictionaryObject()]),
        }
    )

    assert shown(fonts.load(dictionary)[0], 0x41, 0x915, 0x4E2D, 0xD800) == "Aक中\ufffd"
