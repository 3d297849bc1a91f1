"""Fractions: a numerator and a denominator on either side of a short rule."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter

from smartpaper.layout.line import END, FRACTION, OVER
from smartpaper.layout.rows import rows_of, text_of
from smartpaper.pdf.runs import PageContent, Rule, Run

_LONGEST = 260.0  # points
_HUGS = 0.45  # em that a rule may be longer than what it divides
_OFF_CENTRE = 0.5
_MOST_RULES = 400
_FARTHEST = 60.0  # points from a rule; larger print is no formula


def join_fractions(page: PageContent) -> None:
    """Replace the runs of each fraction by one run."""
    rules = [rule for rule in page.rules if rule.x1 - rule.x0 <= _LONGEST]
    if not rules or len(rules) > _MOST_RULES:
        return
    rules = [rule for rule in rules if not _continues(rule, page.rules)]
    if not rules:
        return
    field = _Field(page.runs)
    for rule in sorted(rules, key=lambda rule: rule.x1 - rule.x0):
        _join(field, rule)
    page.runs = field.left()


class _Field:
    """The runs of a page by height, of which fractions take some away and add others."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self._runs = sorted(runs, key=itemgetter(2))
        self._heights = [run.y for run in self._runs]
        self._reach = 1.3 * max((run.size for run in runs), default=0.0)
        self._gone: set[int] = set()
        self._added: list[Run] = []

    def near(self, y: float) -> list[Run]:
        """The runs not far above and below a height."""
        reach = min(self._reach, _FARTHEST)
        first, last = bisect_left(self._heights, y - reach), bisect_right(self._heights, y + reach)
        found = [run for run in self._runs[first:last] if id(run) not in self._gone]
        return found + [run for run in self._added if abs(run.y - y) <= reach and id(run) not in self._gone]

    def replace(self, runs: Sequence[Run], by: Run) -> None:
        """Take runs away and put one in their place."""
        self._gone.update(map(id, runs))
        self._added.append(by)

    def left(self) -> list[Run]:
        """All runs as they are now."""
        return [run for run in (*self._runs, *self._added) if id(run) not in self._gone]


def _continues(rule: Rule, rules: Sequence[Rule]) -> bool:
    """Whether other rules go on where this one ends, as the lines of a table do."""
    return any(
        other is not rule
        and other != rule
        and abs(other.y - rule.y) < 1.5
        and (abs(other.x0 - rule.x1) < 2 or abs(other.x1 - rule.x0) < 2)
        for other in rules
    )


def _join(field: _Field, rule: Rule) -> None:
    above: list[Run] = []
    below: list[Run] = []
    near = field.near(rule.y)
    for run in near:
        if run.x0 < rule.x0 - 2 or run.x1 > rule.x1 + 2:
            continue
        rise = (run.y - rule.y) / (run.size or 1)
        if 0.1 <= rise <= 0.8:
            above.append(run)
        elif -1.25 <= rise <= -0.45:
            below.append(run)
    above, below = _nearest(above, min), _nearest(below, max)
    if not above or not below:
        return
    size = max(run.size for run in (*above, *below))
    up, down = _extent(above), _extent(below)
    widest = (min(up[0], down[0]), max(up[1], down[1]))
    if rule.x1 - rule.x0 > widest[1] - widest[0] + 2 * _HUGS * size:
        return
    if abs((up[0] + up[1]) - (down[0] + down[1])) / 2 > _OFF_CENTRE * size:
        return
    text = f"{FRACTION}{_joined(above)}{OVER}{_joined(below)}{END}"
    taken = {id(run) for run in (*above, *below)}
    baseline, beside = _baseline([run for run in near if id(run) not in taken], rule, size)
    field.replace([*above, *below], Run(rule.x0, rule.x1, baseline, max(beside, size), text, above[0].flags))


def _nearest(runs: list[Run], closest: Callable[[Iterable[float]], float]) -> list[Run]:
    """The runs of the row next to the rule, with its scripts; the row beyond belongs to other text."""
    if not runs:
        return []
    y = closest(run.y for run in runs)
    size = max(run.size for run in runs if run.y == y)
    return [run for run in runs if abs(run.y - y) <= 0.45 * size and run.size <= 1.15 * size]


def _baseline(runs: Sequence[Run], rule: Rule, size: float) -> tuple[float, float]:
    """The baseline and the size of the text beside a fraction; its rule lies on the height of a minus sign."""
    nearest: tuple[float, Run] | None = None
    for run in runs:
        rise = (rule.y - run.y) / (run.size or 1)
        if 0.1 < rise < 0.45:
            distance = max(run.x0 - rule.x1, rule.x0 - run.x1, 0.0)
            if distance < 12 * size and (nearest is None or distance < nearest[0]):
                nearest = (distance, run)
    if nearest is None:
        return rule.y - 0.25 * size, size
    return nearest[1].y, nearest[1].size


def _extent(runs: Sequence[Run]) -> tuple[float, float]:
    return min(run.x0 for run in runs), max(run.x1 for run in runs)


def _joined(runs: Sequence[Run]) -> str:
    return " ".join(text_of(row).strip() for row in rows_of(runs))
