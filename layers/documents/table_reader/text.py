"""Decodes the text of a file with an unknown encoding."""

import codecs

from table_reader.table import TableError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    # Longer marks first: UTF-32's begins with UTF-16's.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Enough to see which bytes of each pair are zero.
_SAMPLE = 4000


def decode(content: bytes) -> str:
    """A file's text: by its byte order mark, as UTF-16 if every other byte is zero, as UTF-8, else as Windows-1252.

    Bytes that are undefined in Windows-1252 become U+FFFD.

    Raises:
        TableError: it is not text.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _decoded(content, encoding)
    zeros = [content[start:_SAMPLE:2].count(0) for start in (0, 1)]
    if max(zeros) > len(content[:_SAMPLE]) // 4:
        return _decoded(content, "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be")
    if sum(zeros):
        raise TableError("The file is not a table. Save it as CSV or XLSX.")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise TableError("The file's text is damaged. Save it as CSV UTF-8 or XLSX.") from error
