"""What a page's drawing operations look like: one regular expression matches a whole operation with its operands.

Its repetitions are possessive, so no input makes it backtrack.
"""

import re

from paper_reader.pdf.strings import HEX, STRING

# The commonest alternatives come first, and empty alternatives replace "?", which is slower: this is matched thousands
# of times per page.
_LITERAL = rb"\([^()\\]*+\)|" + STRING
_STRING = _LITERAL + rb"|" + HEX
_ARRAY = rb"(?:[^\[\]()<>]++|" + _STRING + rb")*+"
_NUMBER = rb"[-+.\d]++"
_NAME = rb"/([^\s/\[\]()<>{}%]*+)"
OPERATION = re.compile(
    # A string with the operations that choose its font and its place, which is most of a file.
    rb"((?:" + _NAME + rb"\s++(" + _NUMBER + rb")\s++Tf\s++|)"  # 1, 2, 3
    rb"(?:(1 0 0 -?1|" + rb"\s++".join([_NUMBER] * 4) + rb")\s++|))"  # 4
    rb"(" + _NUMBER + rb")\s++(" + _NUMBER + rb")\s++T(?(4)m|d)\s*+"  # 5, 6
    rb"(?:(" + _STRING + rb")\s*+Tj|\[(" + _ARRAY + rb")\]\s*+TJ)"  # 7, 8
    rb"|\[(" + _ARRAY + rb")\]\s*+(TJ)?"  # 9, 10
    rb"|(" + _STRING + rb")\s*+(Tj|'|\")?"  # 11, 12
    rb"|((?:" + _NUMBER + rb"\s++)*+)([A-Za-z]++[0-9]?\*?)"  # 13, 14
    rb"|" + _NAME + rb"(?:\s++(" + _NUMBER + rb")\s++(Tf)|\s++(Do))?"  # 15, 16, 17, 18
    rb"|<<((?:[^<>()]++|" + STRING + rb"|<<[^<>]*+>>|<[^<>]*+>)*+)>>"  # 19
    rb"|%[^\r\n]*+"
    # Unreadable text is skipped at once; reading on from each of its bytes would take quadratic time.
    rb"|\((?:[^()\\]++|\\.)*+|(?:" + _NUMBER + rb"\s*+)++",
    re.DOTALL,
)
ELEMENT = re.compile(rb"(" + _LITERAL + rb")|(" + HEX + rb")|([-+]?[\d.]++)", re.DOTALL)
_IMAGE_BEGINS = re.compile(rb"(?<![^\s>])BI\s*+/[A-Z]")
_IMAGE_DATA = re.compile(rb"\sID\s")
_IMAGE_ENDS = re.compile(rb"\sEI(?!\S)")
PLACED_STRING, PLACED_ARRAY = 7, 8  # groups of `OPERATION`


def without_images(content: bytes) -> bytes:
    """Operations without the bytes of inline images, which look like anything; `BI` stays for each."""
    kept: list[bytes] = []
    at = 0
    while (
        (begun := _IMAGE_BEGINS.search(content, at))
        and (data := _IMAGE_DATA.search(content, begun.end()))
        and (ended := _IMAGE_ENDS.search(content, data.end()))
    ):
        kept += (content[at : begun.start()], b"BI")
        at = ended.end()
    return b" ".join([*kept, content[at:]])


def numbers_of(text: bytes) -> list[float]:
    """The numbers before an operation; none if one of them cannot be read."""
    try:
        return list(map(float, text.split()))
    except ValueError:
        return []
