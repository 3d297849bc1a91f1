"""Papers and answer keys as bytes: JSON, compressed, in parts that fit a database item.

Each packed value begins with its kind and the format's version ("P1" paper, "K1" key), so a key is never read as a
paper and later formats can be told apart. The checksum of the compression detects a missing part.
"""

import zlib
from collections.abc import Iterable
from typing import Final, TypeVar

import msgspec

from smartexam.catalog.answer_key import AnswerKey, KeyEntry, KeySection
from smartexam.catalog.marks import UNITS
from smartexam.catalog.paper import ExamPaper, ExamPaperQuestion, ExamSnapshot, PaperSection, Passage

PART_SIZE: Final = 350_000

_PAPER = b"P1"
_KEY = b"K1"
_LEVEL = 6


class PackingError(ValueError):
    """Bytes that are not the complete paper or key that was asked for."""


_Stored = TypeVar("_Stored", bound=msgspec.Struct)


class _StoredPaper(msgspec.Struct):
    exam: ExamSnapshot
    version: int
    questions: list[ExamPaperQuestion]
    units: int = UNITS
    sections: list[PaperSection] = []
    passages: list[Passage] = []


class _StoredKey(msgspec.Struct):
    version: int
    entries: list[KeyEntry]
    units: int = UNITS
    sections: list[KeySection] = []


def pack_paper(paper: ExamPaper) -> list[bytes]:
    """The paper in parts of at most `PART_SIZE` bytes; always at least one."""
    return _pack(_PAPER, _stored_paper(paper))


def unpack_paper(parts: Iterable[bytes]) -> ExamPaper:
    """The paper from `pack_paper`'s parts, in order. Raises PackingError."""
    stored = _unpack(_PAPER, parts, _StoredPaper)
    return ExamPaper(stored.exam, stored.version, stored.questions, stored.units, stored.sections, stored.passages)


def pack_key(key: AnswerKey) -> list[bytes]:
    """The key in parts of at most `PART_SIZE` bytes; always at least one."""
    return _pack(_KEY, _StoredKey(key.version, list(key.entries), key.units, list(key.sections)))


def unpack_key(parts: Iterable[bytes]) -> AnswerKey:
    """The key from `pack_key`'s parts, in order. Raises PackingError."""
    stored = _unpack(_KEY, parts, _StoredKey)
    return AnswerKey(stored.version, stored.entries, stored.units, stored.sections)


def _stored_paper(paper: ExamPaper) -> _StoredPaper:
    return _StoredPaper(
        paper.exam, paper.version, list(paper.questions), paper.units, list(paper.sections), list(paper.passages)
    )


def _pack(kind: bytes, stored: msgspec.Struct) -> list[bytes]:
    packed = kind + zlib.compress(msgspec.json.encode(stored), _LEVEL)
    return [packed[start : start + PART_SIZE] for start in range(0, len(packed), PART_SIZE)]


def _unpack(kind: bytes, parts: Iterable[bytes], shape: type[_Stored]) -> _Stored:
    packed = b"".join(parts)
    if packed[: len(kind)] != kind:
        raise PackingError(f"expected {kind!r}, found {packed[: len(kind)]!r}")
    try:
        return msgspec.json.decode(zlib.decompress(packed[len(kind) :]), type=shape)
    except (zlib.error, msgspec.MsgspecError) as error:
        raise PackingError(f"a damaged {kind!r}: {error}") from error
