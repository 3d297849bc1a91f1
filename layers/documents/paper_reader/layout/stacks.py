"""Assembles formulas of more than one line: fractions, roots, sums with limits, accents.

A fraction is the text on both sides of a short rule, a root the text below a rule that joins a radical sign. An
assembled formula is one run, which knows its height, and may be part of a larger formula.
"""

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from paper_reader.layout.accents import accents_of, join_accents
from paper_reader.layout.field import Field
from paper_reader.layout.limits import LIMITS, SUMS, join_limits
from paper_reader.layout.line import DEGREE, END, FRACTION, GAP, OVER, ROOT
from paper_reader.layout.rows import joined
from paper_reader.pdf.runs import PageContent, Rule, Run

_LONGEST = 260.0  # points
_HUGS = 0.45  # em that a rule may be longer than its fraction
_OFF_CENTRE = 0.5
_MOST_RULES, _MOST_SUMS = 400, 400  # on a page; more are a picture, and would be slow
_AXIS = 0.25  # em above the baseline, where the rules of fractions lie
_LOW = 0.75  # of the size beside it, in which exponents are set and fractions on the line are not
_LONGEST_DEGREE = 3
_BRACKETS: Final = frozenset("()[]{}|∣")
_LARGE = 1.5  # times the size beside it: brackets around more than a line
_SMALL = 0.86  # of the size beside it, in which limits are set
_LONG_WORD: Final = re.compile(r"[^\W\d_]{4,}")
_PROSE_WORDS = 4
_BLANK: Final = "______"
_SHORTEST_BLANK, _LONGEST_BLANK = 1.4, 150.0  # em, points


def join_stacks(page: PageContent) -> None:
    """Replace the runs of each such formula by one run."""
    signs = [run for run in page.runs if not run.text.isascii()]
    accents = accents_of(signs)
    rules = [rule for rule in page.rules if rule.x1 - rule.x0 <= _LONGEST]
    sums = [run for run in page.runs if run.text in SUMS or run.text.endswith(LIMITS)]
    if not (accents or rules or sums):
        return
    field = Field(page.runs)
    join_accents(field, accents)
    if rules and len(rules) <= _MOST_RULES:
        _join_rules(field, rules, _radicals(signs, rules), page)
    if len(sums) <= _MOST_SUMS:
        for run in sums:
            join_limits(field, run)
    if field.is_changed:
        page.runs = field.left()


def _join_rules(field: Field, rules: Sequence[Rule], signs: dict[Rule, Run], page: PageContent) -> None:
    used: set[Rule] = set()
    for rule in sorted(rules, key=lambda rule: rule.x1 - rule.x0):
        if not _continues(rule, page.rules) and _join(field, rule, signs.get(rule), page):
            used.add(rule)
    for rule in _whole([rule for rule in page.rules if rule not in used]):
        _fill_blank(field, rule)


def _continues(rule: Rule, rules: Sequence[Rule]) -> bool:
    """Whether other rules continue this one, like the lines of a table."""
    return any(
        other is not rule
        and other != rule
        and abs(other.y - rule.y) < 1.5
        and (abs(other.x0 - rule.x1) < 2 or abs(other.x1 - rule.x0) < 2)
        for other in rules
    )


def _join(field: Field, rule: Rule, sign: Run | None, page: PageContent) -> bool:
    """Assemble the formula of a rule; returns whether the rule belongs to one."""
    near = field.near(rule.y)
    inside = [run for run in near if run.x0 >= rule.x0 - 2 and run.x1 <= rule.x1 + 2]
    if sign is not None or _has_drawn_radical(rule, page):
        return _join_root(field, rule, sign, [run for run in inside if run is not sign])
    # A radical sign is high above its own line and would be taken for this fraction's.
    inside = [run for run in inside if run.text.strip() != "√"]
    above = _row_at(field, [run for run in inside if _gap_above(field, run, rule) is not None], rule, up=True)
    below = _row_at(field, [run for run in inside if _gap_below(field, run, rule) is not None], rule, up=False)
    if not above or not below:
        return False
    size = max(run.size for run in (*above, *below))
    up, down = _extent(above), _extent(below)
    widest = (min(up[0], down[0]), max(up[1], down[1]))
    if rule.x1 - rule.x0 > widest[1] - widest[0] + 2 * _HUGS * size:
        return False
    if abs((up[0] + up[1]) - (down[0] + down[1])) / 2 > _OFF_CENTRE * size:
        return False
    upper, lower = joined(above), joined(below)
    if _is_prose(upper) or _is_prose(lower):
        return False
    text = f"{FRACTION}{upper}{OVER}{lower}{END}"
    taken = {id(run) for run in (*above, *below)}
    baseline, beside = _baseline([run for run in near if id(run) not in taken], rule, size)
    field.replace([*above, *below], Run(rule.x0, rule.x1, baseline, max(beside, size), text, above[0].flags))
    return True


def _radicals(runs: Sequence[Run], rules: Sequence[Rule]) -> dict[Rule, Run]:
    """Radical signs by the rules that continue them; a sign may hang from its rule, be on the line, or between."""
    found: dict[Rule, Run] = {}
    for run in runs:
        if run.text.strip()[-1:] != "√":
            continue
        reach = max(1.6, 0.06 * run.size)
        joined = [
            (abs(run.x1 - rule.x0), -rule.y, rule)
            for rule in rules
            if abs(run.x1 - rule.x0) < reach and -0.12 * run.size < rule.y - run.y < 1.25 * run.size
        ]
        if joined:
            found[min(joined)[2]] = run
    return found


def _has_drawn_radical(rule: Rule, page: PageContent) -> bool:
    """Whether a stroke rises to the start of a rule: a drawn radical sign."""
    return any(abs(stroke.x1 - rule.x0) < 1.2 and abs(stroke.y1 - rule.y) < 1.2 for stroke in page.strokes)


def _join_root(field: Field, rule: Rule, sign: Run | None, inside: Sequence[Run]) -> bool:
    """A root, whose rule is above its radicand."""
    inside = [*inside, *_cut_at_end(field, rule)]
    under = _row_at(field, [run for run in inside if _gap_below(field, run, rule) is not None], rule, up=False)
    if not under:
        return False
    anchor = max(under, key=lambda run: run.size)
    degree = None if sign is None else _degree(field, sign, anchor)
    if degree is None:
        text = f"{ROOT}{joined(under)}{END}"
    else:
        text = f"{DEGREE}{degree.text.strip()}{OVER}{joined(under)}{END}"
        under.append(degree)
    if sign is None or not field.is_there(sign):
        whole = Run(rule.x0 - 0.4 * anchor.size, rule.x1, anchor.y, anchor.size, text, anchor.flags)
        field.replace(under, whole, rule.y)
        return True
    # Text of the same run before the sign, such as a coefficient, stays before it.
    before = sign.text.rstrip()[:-1]
    x0 = sign.x0 if degree is None else min(sign.x0, degree.x0)
    whole = Run(x0, rule.x1, anchor.y, anchor.size, before + text, anchor.flags)
    field.replace([*under, sign], whole, rule.y)
    return True


def _degree(field: Field, sign: Run, anchor: Run) -> Run | None:
    """The small number in the crook of a radical sign, which is the root's degree."""
    for run in field.near(anchor.y):
        is_small = run.size < 0.75 * anchor.size and len(run.text.strip()) <= _LONGEST_DEGREE
        crook = sign.x0 - 0.5 * anchor.size < run.x0 and run.x1 < sign.x0 + 0.65 * anchor.size
        if is_small and crook and 0.2 * anchor.size < run.y - anchor.y < 0.95 * anchor.size and run is not sign:
            return run
    return None


def _cut_at_end(field: Field, rule: Rule) -> list[Run]:
    """The part of a run below a root's rule; the rest of the run becomes a run of its own."""
    for run in field.near(rule.y):
        if not rule.x0 - 2 <= run.x0 < rule.x1 - 1 or run.x1 <= rule.x1 + 2 or field.is_formula(run):
            continue
        if not 0.4 * run.size <= rule.y - run.y <= 1.6 * run.size:
            continue
        widths = [_width(character) for character in run.text]
        scale = (run.x1 - run.x0) / (sum(widths) or 1.0)
        ends = [run.x0 + scale * width for width in accumulate(widths)]
        at = min(range(len(ends)), key=lambda index: abs(ends[index] - rule.x1))
        if abs(ends[at] - rule.x1) > 0.25 * run.size or at + 1 >= len(run.text):
            continue
        first = Run(run.x0, ends[at], run.y, run.size, run.text[: at + 1], run.flags)
        rest = Run(ends[at], run.x1, run.y, run.size, run.text[at + 1 :], run.flags)
        field.divide(run, (first, rest))
        return [first]
    return []


def _width(character: str) -> float:
    """A character's approximate width, in em."""
    if character in "ijl.,;:|'!() []tfI":
        return 0.3
    if character.isdigit():
        return 0.5
    return 0.7 if character.isupper() or character in "mw+−=<>±×" else 0.48


def _gap_above(field: Field, run: Run, rule: Rule) -> float | None:
    """The distance of a run above a rule, None if it is not its neighbour."""
    gap = field.bottom(run) - rule.y
    if field.is_formula(run):
        return gap if -0.2 * run.size <= gap <= 0.6 * run.size else None
    return gap if 0.1 * run.size <= run.y - rule.y <= 0.8 * run.size else None


def _gap_below(field: Field, run: Run, rule: Rule) -> float | None:
    """The distance of a run below a rule, None if it is not its neighbour."""
    gap = rule.y - field.top(run)
    if field.is_formula(run):
        return gap if -0.35 * run.size <= gap <= 0.8 * run.size else None
    return gap if 0.4 * run.size <= rule.y - run.y <= 1.6 * run.size else None


def _row_at(field: Field, fitting: list[Run], rule: Rule, *, up: bool) -> list[Run]:
    """The row of runs next to a rule, with its scripts; the next row belongs to other text."""
    if not fitting:
        return []
    gap = _gap_above if up else _gap_below
    nearest = min(fitting, key=lambda run: abs(gap(field, run, rule) or 0.0))
    # Below the rule it may be a superscript, whose base is larger and not far.
    larger = [run for run in fitting if abs(run.y - nearest.y) < 0.6 * nearest.size and run.size > 1.1 * nearest.size]
    anchor = max(larger, key=lambda run: run.size, default=nearest)
    reach = 0.65 * anchor.size
    near = [run for run in field.near(rule.y) if run.x0 >= rule.x0 - 2 and run.x1 <= rule.x1 + 2]
    own = 0.35 * anchor.size
    return [
        run
        for run in near
        if abs(run.y - anchor.y) <= (reach if run.size < _SMALL * anchor.size else own)
        and run.size <= 1.15 * anchor.size
        and (run.y > rule.y if up else run.y < rule.y)
        and run.text.strip() != "√"
    ]


def _is_prose(text: str) -> bool:
    """Whether a row is a line of text or cells of a table, above or below a line that is not a fraction's."""
    return GAP in text or len(_LONG_WORD.findall(text)) >= _PROSE_WORDS


def _baseline(runs: Sequence[Run], rule: Rule, size: float) -> tuple[float, float]:
    """The baseline and the size of the text beside a fraction; its rule is near the height of a minus sign."""
    nearest: tuple[bool, float, Run] | None = None
    for run in runs:
        if run.size > 1.15 * size and _is_enlarged(run, size):
            continue
        rise = (rule.y - run.y) / (run.size or 1)
        distance = max(run.x0 - rule.x1, rule.x0 - run.x1, 0.0)
        if not (-0.35 if distance > 0.2 * size else -0.6) < rise < 0.7 or run.text.strip() == "√":
            continue
        is_odd = not 0.1 < rise < 0.45
        if rise > 0.45 and size < _LOW * run.size:
            continue  # it is this text's exponent
        if distance < (0.9 if is_odd else 12) * size and (nearest is None or (is_odd, distance) < nearest[:2]):
            nearest = (is_odd, distance, run)
    if nearest is None:
        return rule.y - _AXIS * size, size
    return nearest[2].y, nearest[2].size


def _is_enlarged(run: Run, size: float) -> bool:
    """Whether it is a sign in larger print than the text, whose baseline says nothing."""
    text = run.text.strip()
    return (text in SUMS and not run.height) or (text in _BRACKETS and run.size > _LARGE * size)


def _extent(runs: Sequence[Run]) -> tuple[float, float]:
    return min(run.x0 for run in runs), max(run.x1 for run in runs)


def _whole(rules: Sequence[Rule]) -> list[Rule]:
    """Rules with those that continue each other joined, because a blank may be drawn in pieces."""
    found: list[Rule] = []
    for rule in sorted(rules, key=lambda rule: (round(rule.y, 1), rule.x0)):
        last = found[-1] if found else None
        if last is not None and abs(last.y - rule.y) < 0.3 and -1.5 <= rule.x0 - last.x1 < 4:
            found[-1] = Rule(last.x0, max(last.x1, rule.x1), last.y)
        else:
            found.append(rule)
    return found


def _fill_blank(field: Field, rule: Rule) -> None:
    """A rule on the line in a gap of a text is a blank to fill in."""
    near = [run for run in field.near(rule.y) if -0.1 * run.size < run.y - rule.y < 0.4 * run.size]
    if not near or any(run.x0 < rule.x1 - 1 and run.x1 > rule.x0 + 1 for run in near):
        return
    size = near[0].size
    if not _SHORTEST_BLANK * size < rule.x1 - rule.x0 < _LONGEST_BLANK:
        return
    beside = [run for run in near if 0 <= rule.x0 - run.x1 < 0.8 * size or 0 <= run.x0 - rule.x1 < 0.8 * size]
    if any(character.isalpha() for run in beside for character in run.text):
        field.divide(beside[0], [beside[0], Run(rule.x0, rule.x1, beside[0].y, size, _BLANK, beside[0].flags)])
