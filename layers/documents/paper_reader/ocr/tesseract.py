"""Words of a picture, recognised by Tesseract in a process of its own."""

import csv
import io
import os
import shutil
import subprocess
from typing import Final, NamedTuple

ENGLISH: Final = "eng"
LANGUAGES: Final = "eng+hin"
HOW_TO_GET: Final = "Debian and Ubuntu have it as tesseract-ocr and tesseract-ocr-hin"
_WORD: Final = "5"  # the level of words in Tesseract's table
# Black is told from white by what is around (Sauvola): one limit for a page loses what is in the shadow of a fold.
_BY_PLACE: Final = ("-c", "thresholding_method=2")
_SECONDS: Final = 60


class Word(NamedTuple):
    """A word, in pixels from the picture's upper left corner; `line` tells the words of a line from others.

    `confidence` is from 0 to 100.
    """

    line: tuple[str, str, str]
    left: int
    top: int
    width: int
    height: int
    confidence: float
    text: str


def is_there() -> bool:
    """Whether Tesseract is installed."""
    return shutil.which("tesseract") is not None


def words_of(picture: bytes, dots_per_inch: int, languages: str = LANGUAGES) -> list[Word]:
    """The words of a picture, in the order in which Tesseract reads them; none if it fails or takes too long."""
    command = ["tesseract", "-", "-", "-l", languages, "--dpi", str(dots_per_inch), "--psm", "3", *_BY_PLACE, "tsv"]
    try:
        answer = subprocess.run(  # noqa: S603 - nothing of the file is in the command
            command,
            input=picture,
            capture_output=True,
            # Several pages at a time are faster than several threads a page.
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
            timeout=_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return []
    table = csv.DictReader(
        io.StringIO(answer.stdout.decode("utf-8", "replace")), delimiter="\t", quoting=csv.QUOTE_NONE
    )
    return [_word(row) for row in table if row["level"] == _WORD and (row["text"] or "").strip()]


def _word(row: dict[str, str]) -> Word:
    return Word(
        (row["block_num"], row["par_num"], row["line_num"]),
        int(row["left"]),
        int(row["top"]),
        int(row["width"]),
        int(row["height"]),
        float(row["conf"]),
        row["text"].strip(),
    )
