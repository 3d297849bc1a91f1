"""Administrators' lists and searches of students' attempts at exams.

Without a search text, sittings are listed exam by exam, the newest exam first, by attempts spent, up or down. Counters
hold the number of each exam's sittings, so any page starts with a query of counters and then reads its exam directly; a
state (such as "exhausted") is a range of attempts spent. With a search text, at most `MOST_MATCHES` rows are read, as
in the search of accounts.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from smartexam.accounts.store.directory import comparable
from smartexam.catalog.exam import Exam
from smartexam.catalog.store import exams
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import Page
from smartexam.platform.pages import Wanted
from smartexam.platform.parallel import in_parallel
from smartexam.results.statistics import keys
from smartexam.results.store import tallies
from smartexam.results.store.tallies import RowItem

MOST_MATCHES = 1000
_READERS = 8
UNLIMITED, AVAILABLE, EXHAUSTED = "unlimited", "available", "exhausted"


@dataclass(frozen=True, slots=True)
class FoundSittings:
    """A page of sittings.

    Attributes:
        places: (user id, exam id) of each.
        total: of all pages; a lower bound if not `is_exact`.
        next_place: where the next page starts, None at the end.
    """

    places: list[tuple[int, int]]
    total: int
    is_exact: bool
    next_place: str | None


@dataclass(frozen=True, slots=True)
class _Section:
    """The wanted sittings of an exam: a range of sort keys, and their number."""

    exam_id: int
    since: str | None
    until: str | None
    count: int


# Where reading starts in an exam: after a sort key, or at the start.
_Start: TypeAlias = tuple[_Section, str | None]


def state(max_attempts: int, spent: int) -> str:
    """The state of a sitting."""
    if not max_attempts:
        return UNLIMITED
    return EXHAUSTED if spent >= max_attempts else AVAILABLE


def find_sittings(
    text: str, exam_id: int | None, wanted_state: str | None, page: Wanted, *, descending: bool = False
) -> FoundSittings:
    """A page of sittings.

    Args:
        text: the start of the student's username; empty for all.
        exam_id: only of this exam.
        wanted_state: only in this state.
        page: which page.
        descending: whether most attempts come first in an exam, or the last username in a search.
    """
    prefix = keys.prefix(tallies.generations().current)
    name = comparable(text)
    if name:
        return _by_name(prefix, name, exam_id, wanted_state, page, descending=descending)
    sections = _sections(prefix, exam_id, wanted_state)
    total = sum(section.count for section in sections)
    found: list[RowItem] = []
    coming = _from(prefix, sections, page, descending=descending)
    while some := _enough(coming, page.size - len(found)):
        read = _read(prefix, some, page.size - len(found), descending=descending)
        for section, rows in zip(some, read, strict=True):
            left = page.size - len(found)
            found += rows.items[:left]
            if len(found) >= page.size:
                is_end = rows.next_sk is None and len(rows.items) <= left and section[0] is sections[-1]
                next_place = None if is_end else f"{section[0].exam_id}:{found[-1].sk}"
                return FoundSittings(_places(found), total, is_exact=True, next_place=next_place)
    return FoundSittings(_places(found), total, is_exact=True, next_place=None)


def _enough(coming: Iterator[_Start], wanted: int) -> list[_Start]:
    """The next exams that together should fill the rest of the page: usually one, several if they are small."""
    some: list[_Start] = []
    expected = 0
    while expected < wanted and len(some) < _READERS and (start := next(coming, None)) is not None:
        some.append(start)
        expected += start[0].count
    return some


def _read(prefix: str, some: Sequence[_Start], limit: int, *, descending: bool) -> list[Page[RowItem]]:
    """Read the sittings of several exams in parallel; in sequence, a page of small exams would take dozens of round
    trips."""

    def read(start: _Start) -> Page[RowItem]:
        section, after = start
        pk = prefix + keys.sittings_of_exam(section.exam_id)
        since, until = section.since, section.until
        return table.query(RowItem, pk, limit=limit, after=after, since=since, until=until, newest_first=descending)

    return in_parallel(read, some, most=_READERS)


def _by_name(
    prefix: str, name: str, exam_id: int | None, wanted_state: str | None, page: Wanted, *, descending: bool
) -> FoundSittings:
    pk = prefix + keys.sittings_by_name(name[0])
    rows = table.query(
        RowItem, pk, limit=MOST_MATCHES, prefix=name, after=page.after, newest_first=descending, consistent=False
    )
    eligible = [row for row in rows.items if exam_id is None or row.exam_id == exam_id]
    if wanted_state is not None and eligible:
        known = exams.get_exams(sorted({row.exam_id for row in eligible}))
        eligible = [
            row
            for row in eligible
            if row.exam_id in known and state(known[row.exam_id].max_attempts, row.spent) == wanted_state
        ]
    first = 0 if page.after is not None else page.skipped
    shown = eligible[first : first + page.size]
    is_last = first + page.size >= len(eligible)
    next_place = rows.next_sk if is_last else shown[-1].sk
    total, is_exact = len(eligible), rows.next_sk is None
    if page.total is not None:
        total, is_exact = page.total, False
    return FoundSittings(_places(shown), total, is_exact, next_place)


def _sections(prefix: str, exam_id: int | None, wanted_state: str | None) -> list[_Section]:
    spent: dict[int, Counter[int]] = defaultdict(Counter)
    sk_prefix = "" if exam_id is None else keys.spent_counts(exam_id).sk
    for sk, amounts in table.counters("attempts", f"{prefix}SPENT", prefix=sk_prefix, consistent=True):
        spent[int(sk.partition("#")[0])].update({int(name): amount for name, amount in amounts.items()})
    known: dict[int, Exam] = {}
    if wanted_state is not None and spent:
        known = exams.get_exams(sorted(spent))
    sections = []
    for each in sorted(spent, reverse=True):
        since = until = None
        counts = spent[each]
        if wanted_state is not None:
            if each not in known:
                continue
            limit = known[each].max_attempts
            counts = Counter({n: count for n, count in counts.items() if state(limit, n) == wanted_state})
            if wanted_state == EXHAUSTED:
                since = keys.spent_edge(limit)
            elif wanted_state == AVAILABLE:
                until = keys.spent_edge(limit)
        if count := sum(counts.values()):
            sections.append(_Section(each, since, until, count))
    return sections


def _from(prefix: str, sections: list[_Section], page: Wanted, *, descending: bool) -> Iterator[_Start]:
    """The sections from the start of the page on, each with the sort key after which it starts."""
    if page.after is not None:
        exam_id, _, place = page.after.partition(":")
        for section in sections:
            if section.exam_id <= int(exam_id):
                yield section, place if section.exam_id == int(exam_id) else None
        return
    left = page.skipped
    for section in sections:
        if left >= section.count:
            left -= section.count
            continue
        after = None
        if left:
            pk = prefix + keys.sittings_of_exam(section.exam_id)
            since, until = section.since, section.until
            after = table.skip("attempts", pk, left, since=since, until=until, newest_first=descending)
            left = 0
        yield section, after


def _places(rows: list[RowItem]) -> list[tuple[int, int]]:
    return [(row.user_id, row.exam_id) for row in rows]
