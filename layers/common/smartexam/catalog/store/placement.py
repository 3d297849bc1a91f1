"""What does not fit an exam in the fields of a question that may have other faults, so that all are named at once."""

import re
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from typing import Any

import msgspec

from smartexam.catalog.exam import Exam
from smartexam.catalog.store import passages
from smartexam.catalog.structure import misplaced
from smartexam.platform.errors import Fault

_MAX_ID = 2**53 - 1
_ID = re.compile(r"[0-9]{1,16}")


def read_id(value: object) -> int | None:
    """An id, given as a number or its text; None for anything else."""
    if isinstance(value, str) and _ID.fullmatch(value.strip()):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _MAX_ID:
        return value
    return None


def passage_ids(exam: Exam, some: Iterable[Mapping[str, Any]]) -> set[int]:
    """The ids of an exam's passages, read only if the fields of a question name one."""
    if all(read_id(given.get("passage_id")) is None for given in some):
        return set()
    return {passage.id for passage in passages.list_passages(exam.id)}


def misplacement(given: Mapping[str, Any], exam: Exam | None, known: Collection[int] | None = None) -> list[Fault]:
    """What does not fit an exam in the fields of a question; nothing without an exam.

    `known` are the ids of the exam's passages, if they were read.
    """
    if exam is None:
        return []
    known = passage_ids(exam, [given]) if known is None else known
    section_id, passage_id = read_id(given.get("section_id")), read_id(given.get("passage_id"))
    texts = given.get("texts")
    if isinstance(texts, str):
        with suppress(msgspec.MsgspecError, UnicodeError, RecursionError):
            texts = msgspec.json.decode(texts)
    languages = [name for name in texts if isinstance(name, str)] if isinstance(texts, Mapping) else []
    return misplaced(section_id, passage_id, languages, exam.structure, known)
