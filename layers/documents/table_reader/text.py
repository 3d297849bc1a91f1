"""Decodes the text of a file with an unknown encoding."""

import codecs
import re

from table_reader.table import TableError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    # Longer marks first: UTF-32's begins with UTF-16's.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UNDECODED = re.compile("[\udc80-\udcff]")
_FOREIGN = re.compile("[\u0080-\ud7ff\ue000-\U0010ffff]")
# A few of these in a text are damage of single cells.
_STRAY = 4
_WIDE = "The file was read as {}."
_WESTERN = "The file is not UTF-8 and was read as Windows-1252: check letters other than A to Z."
# Enough to see which bytes of each pair are zero.
_SAMPLE = 4000


def decode(content: bytes) -> tuple[str, str]:
    """A file's text, and a remark on its encoding, "" if it is UTF-8.

    The encoding is that of the byte order mark; UTF-16 if every other byte is zero; else UTF-8, or Windows-1252 if
    little of the file is UTF-8. Bytes that are undefined in the encoding become lone surrogates.

    Raises:
        TableError: it is not text.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _decoded(content, encoding), "" if encoding == "utf-8-sig" else _WIDE.format(encoding.upper())
    sample = content[:_SAMPLE]
    zeros = [sample[start::2].count(0) for start in (0, 1)]
    if max(zeros) > len(sample) // 4:
        return _decoded(content, "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"), _WIDE.format("UTF-16")
    if sum(zeros) > _STRAY + len(sample) // 20:
        raise TableError("The file is not a table. Save it as CSV or XLSX.")
    text = content.decode("utf-8", errors="surrogateescape")
    if not _UNDECODED.search(text):
        return text, ""
    # A damaged byte in a file of UTF-8 must not turn all its other letters into pairs of wrong ones.
    if len(_UNDECODED.findall(text)) < len(_FOREIGN.findall(text)):
        return text, ""
    return content.decode("cp1252", errors="surrogateescape"), _WESTERN


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding, "surrogateescape" if encoding == "utf-8-sig" else "strict").removeprefix(
            "\ufeff"
        )
    except UnicodeDecodeError as error:
        raise TableError("The file's text is damaged. Save it as CSV UTF-8 or XLSX.") from error
