"""Counts what did not become a question, so that a person knows what to look for."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from paper_reader.layout.line import Line
from paper_reader.paper.draft import Draft
from paper_reader.paper.drafts import Drafter, runs
from paper_reader.paper.model import Warning_

_MOST_LISTED: Final = 20
_MOST_MISSING: Final = 100  # numbers in one gap


def found(lines: Sequence[Line], drafter: Drafter, drafts: Sequence[Draft], blocks: Sequence[int]) -> list[Warning_]:
    """Warnings about missing numbers, numbered items that were not taken as questions, and options without a question.

    Args:
        lines: the document.
        drafter: which divided it.
        drafts: the questions found.
        blocks: lines on which series of options begin.
    """
    warnings: list[Warning_] = []
    missing = [
        number
        for run in runs(drafts)
        for one, other in pairwise(run)
        for number in range(one.start.number + 1, min(other.start.number, one.start.number + _MOST_MISSING))
    ]
    if missing:
        told = f"{len(missing)} questions were not found: {listed(missing)}."
        warnings.append(Warning_("questions_missing", told))
    counted = sum(draft.start.is_counted for draft in drafts)
    if counted:
        told = f"The numbers of {counted} questions could not be read: they were counted, and no key is taken for them."
        warnings.append(Warning_("numbers_unreadable", told))
    if drafter.left_out:
        numbers = [draft.start.number for draft in drafter.left_out]
        told = (
            f"{len(numbers)} numbered items look like instructions or solutions and were left out: {listed(numbers)}."
        )
        warnings.append(Warning_("items_left_out", told))
    pages = _pages_without_questions(lines, drafter, drafts, blocks)
    if pages:
        where = listed(sorted(set(pages)))
        told = f"{len(pages)} series of options belong to no question that was found, on page {where}."
        warnings.append(Warning_("options_left_out", told))
    return warnings


def _pages_without_questions(
    lines: Sequence[Line], drafter: Drafter, drafts: Sequence[Draft], blocks: Sequence[int]
) -> list[int]:
    """The page of each series of options outside of questions."""
    taken = bytearray(len(lines) + 1)
    for draft in (*drafts, *drafter.left_out, *(draft for run in drafter.solved for draft in run)):
        taken[draft.first : draft.last] = b"\1" * (draft.last - draft.first)
    return [lines[line].page for line in blocks if not taken[line]]


def listed(numbers: Sequence[int]) -> str:
    """The first of some numbers, for people."""
    return ", ".join(map(str, numbers[:_MOST_LISTED])) + (", ..." if len(numbers) > _MOST_LISTED else "")
