"""Malicious files fail with a clear error, quickly and without much memory."""

import io
import resource
import time
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter

from paper_reader.errors import BROKEN, ENCRYPTED, NO_TEXT, NOT_A_PDF, TOO_LARGE, DocumentError
from paper_reader.extract import extract
from paper_reader.isolation import OutOfTime, extract_isolated
from paper_reader.layout import reading
from paper_reader.paper.model import QuestionPaper
from paper_reader.pdf.content import read_page
from paper_reader.pdf.resources import IDENTITY
from paper_reader.pdf.runs import PageContent, Run
from tests.factories.papers import MOCK, FontsOnly, mock_paper, paper

MEGABYTE = 1024 * 1024


def pdf(*objects: bytes) -> bytes:
    """A file of these objects; the first is the catalog."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    out += f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
PAGES = b"<</Type/Pages/Count 1/Kids[3 0 R]>>"
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n" % (len(content), entries) + content + b"\nendstream"


def page(resources: bytes = b"<</Font<</F 5 0 R>>>>", contents: bytes = b"4 0 R") -> bytes:
    box = b"/MediaBox[0 0 600 800]"
    return b"<</Type/Page/Parent 2 0 R%s/Resources%s/Contents %s>>" % (box, resources, contents)


def deflated(size: int) -> bytes:
    """Spaces, packed a thousandfold."""
    packer = zlib.compressobj(9)
    block = b" " * MEGABYTE
    return b"".join(packer.compress(block) for _ in range(size // MEGABYTE)) + packer.flush()


def bomb() -> bytes:
    return pdf(CATALOG, PAGES, page(), stream(deflated(300 * MEGABYTE), b"/Filter/FlateDecode"), FONT)


def double_bomb() -> bytes:
    inner = zlib.compress(deflated(300 * MEGABYTE), 9)
    return pdf(CATALOG, PAGES, page(), stream(inner, b"/Filter[/FlateDecode/FlateDecode]"), FONT)


def bomb_in_a_font() -> bytes:
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>"
    text = stream(b"BT /F 10 Tf 50 700 Td (Some text that is here) Tj ET")
    return pdf(CATALOG, PAGES, page(), text, font, stream(deflated(300 * MEGABYTE), b"/Filter/FlateDecode"))


def run_length_bomb() -> bytes:
    return pdf(CATALOG, PAGES, page(), stream(b"\x81 " * 4_000_000 + b"\x80", b"/Filter/RunLengthDecode"), FONT)


def same_large_stream_on_every_page() -> bytes:
    kids = b" ".join(b"3 0 R" for _ in range(400))
    pages = b"<</Type/Pages/Count 400/Kids[%s]>>" % kids
    content = zlib.compress(b"BT /F 9 Tf 10 10 Td (x) Tj ET\n" * 200_000)
    return pdf(CATALOG, pages, page(), stream(content, b"/Filter/FlateDecode"), FONT)


def forms_within_forms() -> bytes:
    """Each form draws the next ten times: 10^8 texts."""
    objects = [CATALOG, PAGES, page(b"<</XObject<</X 6 0 R>>>>"), stream(b"/X Do"), FONT]
    for depth in range(8):
        content = b"/X Do " * 10 if depth < 7 else b"BT /F 9 Tf (x) Tj ET"
        used = b"/Subtype/Form/BBox[0 0 9 9]/Resources<</Font<</F 5 0 R>>/XObject<</X %d 0 R>>>>" % (7 + depth)
        objects.append(stream(content, used))
    return pdf(*objects)


def form_that_draws_itself() -> bytes:
    own = stream(b"/X Do", b"/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>")
    return pdf(CATALOG, PAGES, page(b"<</XObject<</X 6 0 R>>>>"), stream(b"/X Do"), FONT, own)


def nested_arrays() -> bytes:
    return pdf(CATALOG, PAGES, page(), b"[" * 200_000 + b"]" * 200_000, FONT)


def nested_dictionaries_in_content() -> bytes:
    return pdf(CATALOG, PAGES, page(), stream(b"<</A" * 500_000 + b"((((" * 500_000 + b"[[<(" * 500_000), FONT)


def page_tree_that_contains_itself() -> bytes:
    return pdf(CATALOG, b"<</Type/Pages/Count 1/Kids[2 0 R]>>")


def deep_page_tree() -> bytes:
    levels = [b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % (number + 1) for number in range(2, 5000)]
    return pdf(CATALOG, *levels, page())


def ten_thousand_pages() -> bytes:
    pages = b"<</Type/Pages/Count 10000/Kids[%s]>>" % b" ".join(b"3 0 R" for _ in range(10_000))
    return pdf(CATALOG, pages, page(), stream(b"BT /F 9 Tf (Text) Tj ET"), FONT)


def ten_thousand_pages_that_hide_it() -> bytes:
    return ten_thousand_pages().replace(b"/Count 10000", b"/Count 10   ")


def endless_text() -> bytes:
    content = zlib.compress(b"BT /F 9 Tf 10 10 Td " + b"(ab) Tj 5 5 Td " * 400_000)
    return pdf(CATALOG, PAGES, page(), stream(content, b"/Filter/FlateDecode"), FONT)


def huge_widths() -> bytes:
    font = b"<</Type/Font/Subtype/Type0/Encoding/Identity-H/DescendantFonts[<</W[0 2000000000 500 %s]>>]>>" % (
        b"1 65000 300 " * 30_000
    )
    return pdf(CATALOG, PAGES, page(), stream(b"BT /F 9 Tf (Text that is shown here) Tj ET"), font)


def lying_xref() -> bytes:
    return mock_paper().replace(b"0 9\n", b"0 999999999\n", 1)


def outcome(read: Callable[[], QuestionPaper]) -> str:
    """The code of the failure, or "read" for a file that can be read after all."""
    try:
        found = read()
    except DocumentError as error:
        return error.code if error.message else "no message"
    return "read" if len(found.questions) <= 4 else "too many questions"


HOSTILE: list[Callable[[], bytes]] = [
    bomb,
    double_bomb,
    bomb_in_a_font,
    run_length_bomb,
    same_large_stream_on_every_page,
    forms_within_forms,
    form_that_draws_itself,
    nested_arrays,
    nested_dictionaries_in_content,
    page_tree_that_contains_itself,
    deep_page_tree,
    ten_thousand_pages,
    ten_thousand_pages_that_hide_it,
    endless_text,
    huge_widths,
    lying_xref,
]


@pytest.mark.parametrize("make", HOSTILE, ids=lambda make: make.__name__)
def test_ends_soon_within_little_memory(make: Callable[[], bytes]) -> None:
    data = make()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    of_others = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    started = time.monotonic()

    assert outcome(lambda: extract_isolated(data, seconds=50)) in {TOO_LARGE, BROKEN, NO_TEXT, "read"}

    assert time.monotonic() - started < 45
    # In kilobytes, and kept for all children together; a child begins as a copy of this process.
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert peak == of_others or peak < max(256 * 1024, 1.1 * before)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


@pytest.mark.parametrize("make", [bomb, ten_thousand_pages, ten_thousand_pages_that_hide_it])
def test_what_is_too_large_is_called_so(make: Callable[[], bytes]) -> None:
    with pytest.raises(DocumentError) as raised:
        extract_isolated(make(), seconds=50)

    assert raised.value.code == TOO_LARGE


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", NOT_A_PDF),
        (b"PK\x03\x04 a spreadsheet", NOT_A_PDF),
        (b"%PDF-1.7\n", BROKEN),
        (b"%PDF-1.7\n" + b"\x00" * 5000, BROKEN),
        (mock_paper()[:400], BROKEN),
        (pdf(CATALOG, PAGES, page(), stream(b"q 600 0 0 800 0 0 cm /Im Do Q"), FONT), NO_TEXT),
    ],
)
def test_unreadable_answers_are_distinguished(data: bytes, code: str) -> None:
    with pytest.raises(DocumentError) as raised:
        extract(data)

    assert raised.value.code == code


def _encrypted(user_password: str, algorithm: str) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(mock_paper()))
    writer.encrypt(user_password=user_password, owner_password="owner", algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
def test_a_file_with_a_password_is_refused(algorithm: str) -> None:
    with pytest.raises(DocumentError) as raised:
        extract(_encrypted("secret", algorithm))

    assert raised.value.code == ENCRYPTED


def test_a_file_that_is_only_locked_against_changes_is_read() -> None:
    assert len(extract(_encrypted("", "RC4-128")).questions) == 4


def test_too_little_time_is_distinguished_from_a_file_that_takes_too_long() -> None:
    with pytest.raises(OutOfTime):
        extract_isolated(paper(*[MOCK] * 60, stream="glyphs"), seconds=0.1)


def test_progress_is_reported() -> None:
    told: list[tuple[int, int]] = []

    extract_isolated(paper(*[MOCK] * 11), seconds=20, progress=lambda page, pages: told.append((page, pages)))

    assert told == [(5, 11), (10, 11), (11, 11)]


@pytest.mark.parametrize("sign", ["∑", "\u20d7"])
def test_a_page_full_of_signs_takes_no_longer_than_one_of_letters(sign: str) -> None:
    def seconds(character: str) -> float:
        runs = [
            Run(x, x + 5.0, y, 10.0, character, 0)
            for y in map(float, range(20, 820, 8))
            for x in map(float, range(20, 570, 8))
        ]
        started = time.process_time()
        reading.read([PageContent(1, 595.0, 842.0, runs)])
        return time.process_time() - started

    # The quickest of several, one beside the other: the machine may have other things to do.
    samples = [(seconds(sign), seconds("a")) for _ in range(4)]
    assert min(signs for signs, _ in samples) < 5 * min(letters for _, letters in samples)


_TOKENS = st.sampled_from(
    [b"BT", b"ET", b"Tj", b"TJ", b"Tf", b"/F", b"1", b"-2.5", b"(a(b)c)", b"(", b"<41", b"<41>", b"[", b"]", b"<<",
     b">>", b"q", b"Q", b"cm", b"Tm", b"Td", b"T*", b"'", b'"', b"BDC", b"EMC", b"BI /W 1 ID x EI", b"re",
     b"%c\n", b"..", b"Do"]
)  # fmt: skip


@given(st.lists(_TOKENS, max_size=60))
def test_no_content_stream_raises(tokens: list[bytes]) -> None:
    read_page(b" ".join(tokens), FontsOnly(), PageContent(1, 600, 800), IDENTITY)


@settings(max_examples=60)
@given(st.integers(0, 4000), st.binary(max_size=12))
def test_a_damaged_file_never_raises_anything_else(place: int, damage: bytes) -> None:
    data = bytearray(mock_paper())
    data[place : place + len(damage)] = damage
    assert outcome(lambda: extract(bytes(data))) in {NOT_A_PDF, BROKEN, ENCRYPTED, NO_TEXT, TOO_LARGE, "read"}


def test_long_white_space_is_shortened() -> None:
    wide = "1. Which of these is" + " " * 400 + "a vector quantity in mechanics?"

    assert " " * 21 not in extract(paper([wide, *MOCK[1:]])).text
