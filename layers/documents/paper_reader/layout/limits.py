"""Assembles sums, integrals and limits with the small text above and below them."""

import re
from collections.abc import Sequence
from typing import Final

from paper_reader.layout.field import Field
from paper_reader.layout.line import END, SUB, SUPER
from paper_reader.layout.rows import joined
from paper_reader.pdf.runs import Run

_SIGNS: Final = "∑∏∫∮∬∭⋃⋂∐⨁"
SUMS: Final = frozenset((*_SIGNS, *(f"{sign} " for sign in _SIGNS), *(f" {sign}" for sign in _SIGNS)))
# Words that may have a limit below.
LIMITS: Final = ("lim", "max", "min", "lim ", "max ", "min ")
_LIMIT_NAME: Final = re.compile(r"(?:\b|(?<=\d))(?:lim|max|min)$")
_LIMIT_WIDTH = 1.39  # em
_AXIS = 0.25  # em above the baseline
_SMALL = 0.86  # of the size beside it, in which limits are set


def join_limits(field: Field, run: Run) -> None:
    """Assemble a sum, an integral or a `lim` with its limits, above and below it or at its right."""
    text = run.text.rstrip()
    name = _LIMIT_NAME.search(text) if text.endswith(LIMITS) else None
    if (name is None and text not in SUMS) or not field.is_there(run):
        return
    size = run.size
    x0 = run.x0 if name is None else run.x1 - _LIMIT_WIDTH * size
    centre, axis = (x0 + run.x1) / 2, run.y + _AXIS * size
    y, letters = _beside_sign(field, run) if name is None and not run.height else (run.y, size)
    parts: dict[str, list[Run]] = {SUB: [], SUPER: []}
    near = [other for other in field.near(run.y) if other is not run and other.size <= _SMALL * letters]
    for group in _touching(near):
        first, last = group[0], group[-1]
        shift = first.y + 0.3 * first.size - axis
        stacked = abs((first.x0 + last.x1) / 2 - centre) < 0.5 * size and 0.6 * size < abs(shift) < 1.9 * size
        beside = -0.5 * size < first.x0 - run.x1 < 0.55 * size and 0.15 * size < abs(shift) < 1.5 * size
        if stacked or (beside and name is None):
            parts[SUPER if shift > 0 else SUB] += group
    found = [*parts[SUB], *parts[SUPER]]
    if not found and letters == size:
        return
    for mark, runs in parts.items():
        if runs:
            text += f"{mark}{joined(runs)}{END}"
    x1 = run.x1 if name is not None else max([run.x1, *(other.x1 for other in found)])
    field.replace([run, *found], Run(run.x0, x1, y, letters, text, run.flags))


def _beside_sign(field: Field, sign: Run) -> tuple[float, float]:
    """The baseline and the size of the text beside a sign, which may be set in larger print."""
    level = [run for run in field.near(sign.y) if run is not sign and abs(run.y - sign.y) < 0.5 * sign.size]
    if any(run.size >= _SMALL * sign.size for run in level):
        return sign.y, sign.size
    near = [
        (max(run.x0 - sign.x1, sign.x0 - run.x1, 0.0), run.y, run.size) for run in level if run.size > 0.6 * sign.size
    ]
    distance, y, size = min(near, default=(sign.size, sign.y, sign.size))
    return (y, size) if distance < sign.size else (sign.y, sign.size)


def _touching(runs: Sequence[Run]) -> list[list[Run]]:
    """Runs of one height without gaps between them."""
    groups: list[list[Run]] = []
    for run in sorted(runs):
        for group in groups:
            last = group[-1]
            if abs(run.y - last.y) < 0.5 * run.size and -0.3 * run.size < run.x0 - last.x1 < 0.35 * run.size:
                group.append(run)
                break
        else:
            groups.append([run])
    return groups
