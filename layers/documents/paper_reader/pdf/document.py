"""A PDF file as pages of runs, within limits for any file."""

import io
import logging
import re
import zlib
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader, apply_configuration
from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError
from pypdf.generic import DictionaryObject, StreamObject

from paper_reader.errors import BROKEN, ENCRYPTED, NOT_A_PDF, DocumentError, too_large
from paper_reader.pdf import fonts
from paper_reader.pdf.content import read_page
from paper_reader.pdf.fonts import PLAIN, Font
from paper_reader.pdf.limits import MAX_FONTS, MAX_PAGES, MAX_STREAM_BYTES, Budget
from paper_reader.pdf.resources import IDENTITY, Form, Matrix
from paper_reader.pdf.runs import LEGACY, PageContent

_HEADER_WITHIN = 1024
_LIMITS: dict[str, Any] = {
    "maximum_declared_stream_length": 2 * MAX_STREAM_BYTES,
    "array_based_stream_maximum_output_length": 2 * MAX_STREAM_BYTES,
    "lzw_maximum_output_length": MAX_STREAM_BYTES,
    "run_length_maximum_output_length": MAX_STREAM_BYTES,
    "zlib_maximum_output_length": MAX_STREAM_BYTES,
    "zlib_maximum_recovery_input_length": 1_000_000,
    "stream_filters_maximum_length": 4,
    "stream_decoding_work_maximum_length": 4 * MAX_STREAM_BYTES,
    "page_tree_maximum_entries": 4 * MAX_PAGES,
    "page_tree_maximum_depth": 50,
    "page_tree_maximum_page_entries": 100_000,
    "disable_legacy_handling": True,
}
# pypdf raises other errors than its own for damaged files.
_FAULTS = (PyPdfError, ArithmeticError, AssertionError, AttributeError, LookupError, OSError, TypeError, ValueError,
           NotImplementedError, zlib.error)  # fmt: skip
# What begins an object, with the first byte of its content.
_OBJECT = re.compile(rb"[\s\x00]*+(\d{1,10})[ \t\r\n]++(\d{1,5})[ \t\r\n]++obj[\s\x00]*+(?=[^\s\x00%])")
_LONGEST_OBJECT_HEADER = 48
_PLAIN_FLATE = {"/Filter", "/Length", "/DL"}


class _Reader(PdfReader):
    """pypdf's reader, which checks the place of each object when it opens a file: by one pattern instead of by letters.

    Browsers' files have hundreds of objects a page: each line of text is an element of the document's structure.
    """

    def read_object_header(self, stream: Any) -> tuple[int, int]:
        """The number and the generation of the object that begins at the stream's position."""
        at = stream.tell()
        found = _OBJECT.match(stream.read(_LONGEST_OBJECT_HEADER))
        if found is None:
            stream.seek(at)
            return super().read_object_header(stream)
        stream.seek(at + found.end())
        return int(found[1]), int(found[2])


class Document:
    """An opened PDF.

    Raises:
        DocumentError: it is not a PDF, damaged, encrypted or beyond the limits.
    """

    def __init__(self, data: bytes) -> None:
        if b"%PDF-" not in data[:_HEADER_WITHIN]:
            raise DocumentError(NOT_A_PDF, "The file is not a PDF.")
        # pypdf logs its warnings; here they are part of the result.
        logging.getLogger("pypdf").setLevel(logging.CRITICAL)
        self._budget = Budget()
        self._fonts: dict[int, tuple[Font, str]] = {}
        with apply_configuration(**_LIMITS):
            try:
                self._reader = _Reader(io.BytesIO(data), strict=False)
                self._unlock()
                self._refuse_long_ones()
                self._pages = list(self._reader.pages)
            except DocumentError:
                raise
            except (FileNotDecryptedError, DependencyError):
                raise _encrypted() from None
            except (*_FAULTS, RecursionError) as error:
                if "limit" in type(error).__name__.lower():
                    raise too_large("is larger inside than a question paper is") from None
                raise DocumentError(BROKEN, "The PDF is damaged: it cannot be opened.") from None
        if not self._pages:
            raise DocumentError(BROKEN, "The PDF is damaged: it has no pages.")

    def __len__(self) -> int:
        return len(self._pages)

    def pages(self) -> Iterator[PageContent]:
        """The pages in order; damaged ones are empty.

        Raises:
            DocumentError: the document goes beyond the limits.
        """
        failed = 0
        for number, page in enumerate(self._pages, 1):
            with apply_configuration(**_LIMITS):
                try:
                    content = self._page(number, page)
                except (*_FAULTS, RecursionError) as error:
                    if "limit" in type(error).__name__.lower():
                        raise too_large("unpacks to more data than a question paper holds") from None
                    failed += 1
                    content = PageContent(number, 595.0, 842.0)
            yield content
        if failed == len(self._pages):
            raise DocumentError(BROKEN, "The PDF is damaged: none of its pages can be read.")

    def _unlock(self) -> None:
        if not self._reader.is_encrypted:
            return
        # Many papers are only locked against changes, and open with an empty password.
        try:
            opened = self._reader.decrypt("")
        except (*_FAULTS, ImportError, DependencyError):
            raise _encrypted() from None
        if not opened:
            raise _encrypted()

    def _refuse_long_ones(self) -> None:
        root = self._reader.root_object
        tree = root.get("/Pages")
        count = tree.get_object().get("/Count", 0) if tree is not None else 0
        if isinstance(count, int) and count > MAX_PAGES:
            raise too_large(f"has more than {MAX_PAGES} pages")

    def _page(self, number: int, page: Any) -> PageContent:
        turned = int(page.get("/Rotate", 0) or 0) % 360
        found = self._upright(number, page, turned)
        if found.turned:
            # If most of the text runs another way, the page is meant to be turned.
            (way, letters), *_ = found.turned.most_common(1)
            if letters > 2 * sum(len(run.text) for run in found.runs):
                found = self._upright(number, page, (turned + way) % 360)
                found.rotation = way
        self._budget.take_runs(len(found.runs))
        return found

    def _upright(self, number: int, page: Any, turned: int) -> PageContent:
        """The page turned by this many degrees clockwise."""
        x0, y0, x1, y1 = (float(value) for value in page.cropbox)
        matrix: Matrix = (1.0, 0.0, 0.0, 1.0, -x0, -y0)
        width, height = x1 - x0, y1 - y0
        if turned == 90:
            matrix, width, height = (0.0, -1.0, 1.0, 0.0, -y0, x1), height, width
        elif turned == 180:
            matrix = (-1.0, 0.0, 0.0, -1.0, x1, y1)
        elif turned == 270:
            matrix, width, height = (0.0, 1.0, -1.0, 0.0, y1, -x0), height, width
        found = PageContent(number, width, height)
        resources = _Resources(self, found, page.get("/Resources"))
        contents = _resolved(page.get("/Contents"))
        streams = contents if isinstance(contents, list) else [contents]
        data = b"\n".join(self.inflated(stream) for stream in map(_resolved, streams) if stream is not None)
        read_page(data, resources, found, matrix)
        return found

    def inflated(self, stream: Any) -> bytes:
        """The data of a stream, counted by the budget."""
        if not isinstance(stream, StreamObject):
            return b""
        data = stream.get_data()
        self._budget.take_bytes(len(data))
        return data

    def font(self, reference: Any) -> tuple[Font, str]:
        """The font of a dictionary or of a reference to one."""
        key = getattr(reference, "idnum", None) or -id(reference)
        found = self._fonts.get(key)
        if found is None:
            if len(self._fonts) >= MAX_FONTS:
                raise too_large("uses more fonts than a question paper does")
            try:
                found = fonts.load(_resolved(reference))
            except (*_FAULTS, RecursionError):
                found = (PLAIN, "")
            self._fonts[key] = found
        return found


class _Form:
    """A form XObject of a document."""

    def __init__(self, document: Document, page: PageContent, stream: StreamObject, outer: "_Resources") -> None:
        self._document = document
        self._stream = stream
        matrix = _resolved(stream.get("/Matrix"))
        numbers = tuple(float(value) for value in matrix) if isinstance(matrix, list) else ()
        self.matrix: Matrix = numbers if len(numbers) == 6 else IDENTITY
        own = stream.get("/Resources")
        self.resources: _Resources = outer if own is None else _Resources(document, page, own)

    def content(self) -> bytes:
        """Its operations."""
        return self._document.inflated(self._stream)


class _Resources:
    """The resources of a page or a form, looked up when named."""

    def __init__(self, document: Document, page: PageContent, dictionary: Any) -> None:
        self._document = document
        self._page = page
        resolved = _resolved(dictionary)
        self._dictionary = resolved if isinstance(resolved, DictionaryObject) else DictionaryObject()
        self._fonts: dict[bytes, Font] = {}
        self._forms: dict[bytes, Form | None] = {}

    def font(self, name: bytes) -> Font:
        """The font of that name; a plain one if there is none."""
        font = self._fonts.get(name)
        if font is None:
            # `raw_get` keeps the reference, by which pages share fonts.
            section = _resolved(self._dictionary.get("/Font"))
            if not isinstance(section, DictionaryObject):
                section = DictionaryObject()
            key = "/" + name.decode("latin-1")
            reference = section.raw_get(key) if key in section else None
            font, font_name = (PLAIN, "") if reference is None else self._document.font(reference)
            if font.flags & LEGACY:
                self._page.legacy_fonts.add(font_name)
            self._fonts[name] = font
        return font

    def form(self, name: bytes) -> Form | None:
        """The form of that name."""
        if name not in self._forms:
            stream = self._xobject(name)
            is_form = isinstance(stream, StreamObject) and stream.get("/Subtype") == "/Form"
            found: Form | None = _Form(self._document, self._page, stream, self) if is_form else None
            self._forms[name] = found
        return self._forms[name]

    def image(self, name: bytes) -> int | None:
        """A number that only equal images have, None if that is no image."""
        stream = self._xobject(name)
        if not isinstance(stream, StreamObject) or stream.get("/Subtype") != "/Image":
            return None
        # Some producers write the same picture again for each use.
        return hash(stream._data)  # noqa: SLF001 - as it is in the file; decoded it may be large

    def properties(self, name: bytes) -> bytes:
        """The part of a property list that matters here: the kind of furniture that it marks."""
        section = _resolved(self._dictionary.get("/Properties")) or {}
        found = _resolved(section.get("/" + name.decode("latin-1"))) if section else None
        return str(found.get("/Subtype", "")).encode() if isinstance(found, DictionaryObject) else b""

    def _xobject(self, name: bytes) -> Any:
        section = _resolved(self._dictionary.get("/XObject")) or {}
        return _resolved(section.get("/" + name.decode("latin-1"))) if section else None


def _resolved(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value


def _encrypted() -> DocumentError:
    return DocumentError(ENCRYPTED, "The PDF is protected by a password. Remove the protection and upload it again.")
