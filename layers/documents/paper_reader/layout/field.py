"""A page's runs while formulas are assembled from them."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from operator import itemgetter

from paper_reader.pdf.runs import Run

_FARTHEST = 70.0  # points from their base; larger print is not a formula
_RISE, _DEPTH = 0.72, 0.2  # em that letters extend above and below their baseline


class Field:
    """The runs of a page by height; formulas remove some and add others."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self._runs = sorted(runs, key=itemgetter(2))
        self._heights = [run.y for run in self._runs]
        self._reach = min(_FARTHEST, 2.6 * max((run.size for run in runs), default=0.0))
        self._gone: set[int] = set()
        self._added: list[Run] = []
        self._extents: dict[int, tuple[float, float]] = {}

    @property
    def is_changed(self) -> bool:
        """Whether anything was assembled."""
        return bool(self._added)

    def near(self, y: float) -> list[Run]:
        """The runs not far above and below a height."""
        first, last = bisect_left(self._heights, y - self._reach), bisect_right(self._heights, y + self._reach)
        found = [run for run in self._runs[first:last] if id(run) not in self._gone]
        return found + [run for run in self._added if abs(run.y - y) <= self._reach and id(run) not in self._gone]

    def is_there(self, run: Run) -> bool:
        """Whether a run was not removed."""
        return id(run) not in self._gone

    def replace(self, runs: Sequence[Run], by: Run, top: float | None = None) -> None:
        """Replace runs by one, which is as high as they are, or up to `top`."""
        low, high = min(map(self.bottom, runs)), max(map(self.top, runs)) if top is None else top
        self._gone.update(map(id, runs))
        self._added.append(by)
        self._extents[id(by)] = (low, high)

    def divide(self, run: Run, parts: Sequence[Run]) -> None:
        """Replace a run by parts, which may include itself."""
        if run not in parts:
            self._gone.add(id(run))
        self._added.extend(part for part in parts if part is not run)

    def bottom(self, run: Run) -> float:
        """The lower edge of a run."""
        known = self._extents.get(id(run))
        return run.y - _DEPTH * run.size if known is None else known[0]

    def top(self, run: Run) -> float:
        """The upper edge of a run."""
        known = self._extents.get(id(run))
        return run.y + _RISE * run.size if known is None else known[1]

    def is_formula(self, run: Run) -> bool:
        """Whether a run was assembled here."""
        return id(run) in self._extents

    def left(self) -> list[Run]:
        """All present runs."""
        return [run for run in (*self._runs, *self._added) if id(run) not in self._gone]
