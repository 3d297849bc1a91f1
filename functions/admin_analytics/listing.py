"""Lists of results."""

from admin_analytics.models import ResultRow, ResultsQuery
from admin_analytics.periods import read_range
from smartexam.accounts.store import identity
from smartexam.catalog.marks import display
from smartexam.platform.errors import InvalidFields
from smartexam.platform.pages import Wanted
from smartexam.platform.times import iso
from smartexam.results.statistics import keys
from smartexam.results.store import counters, tallies
from smartexam.sitting.store import results
from smartexam.sitting.store.results import HistoryEntry

PAGE_SIZE = 20
_RECENT = 10
_MOST_OF_A_STUDENT = 1000


def find_results(query: ResultsQuery, page: Wanted, timezone: str) -> tuple[list[ResultRow], int, str | None]:
    """A page of results, the total, and the place to continue after.

    Raises:
        InvalidFields: invalid dates, or in the wrong order; by score without an exam or student, or of some days.
    """
    first, last = read_range(("dateFrom", query.dateFrom), ("dateTo", query.dateTo))
    since = None if first is None else counters.starts_at(first, timezone)
    until = None if last is None else counters.ends_at(last, timezone)
    if query.user is not None:
        return _of_student(query, since, until, page)
    if query.sort == "score" and query.exam is None:
        raise InvalidFields([("sort", "`score` needs an `exam` or a `user`")])
    if query.sort == "score" and (first, last) != (None, None):
        raise InvalidFields([("sort", "`score` without a `user` takes no `dateFrom` and `dateTo`")])
    generation, scope = tallies.generations().current, keys.scope_of(query.exam)
    if first is None and last is None:
        counted = counters.read_totals(generation, scope).get(scope)
        total = 0 if counted is None else counted.results
    else:
        total = counters.count_results(generation, scope, first, last)
    if page.after is None and page.skipped >= total:
        return [], total, None
    is_descending = query.order == "desc"
    if query.sort == "score" and query.exam is not None:
        listed, place = counters.list_scores(generation, query.exam, page, best_first=is_descending)
    else:
        listed, place = counters.list_results(generation, scope, since, until, page, newest_first=is_descending)
    entries = results.get_history((each.user_id, each.completed_at, each.id) for each in listed)
    return _rows([(each.user_id, entries[each.id]) for each in listed if each.id in entries]), total, place


def latest_results(generation: int, scope: str, since: float | None, until: float | None) -> list[ResultRow]:
    """The latest results of a period."""
    listed, _ = counters.list_results(generation, scope, since, until, Wanted(1, _RECENT))
    entries = results.get_history((each.user_id, each.completed_at, each.id) for each in listed)
    return _rows([(each.user_id, entries[each.id]) for each in listed if each.id in entries])


def _of_student(
    query: ResultsQuery, since: float | None, until: float | None, page: Wanted
) -> tuple[list[ResultRow], int, str | None]:
    """A student's results, from the student's own history, so the cost does not depend on other students."""
    user_id = query.user or 0
    entries, _ = results.list_history(user_id, limit=_MOST_OF_A_STUDENT)
    eligible = [
        entry
        for entry in entries
        if (query.exam is None or entry.exam_id == query.exam)
        and (since is None or entry.completed_at >= since)
        and (until is None or entry.completed_at < until)
    ]
    if query.sort == "score":
        eligible.sort(key=lambda entry: entry.score.percentage, reverse=query.order == "desc")
    elif query.order == "asc":
        eligible.reverse()
    shown = eligible[page.skipped : page.skipped + page.size]
    place = str(page.number) if page.skipped + page.size < len(eligible) else None
    return _rows([(user_id, entry) for entry in shown]), len(eligible), place


def _rows(entries: list[tuple[int, HistoryEntry]]) -> list[ResultRow]:
    users = identity.get_users({user_id for user_id, _ in entries}) if entries else {}
    rows = []
    for user_id, entry in entries:
        user = users.get(user_id)
        rows.append(
            ResultRow(
                id=entry.id,
                student_id=user_id,
                username=user.username if user else "",
                full_name=user.full_name if user else "",
                roll_no=user.roll_no if user else None,
                exam_id=entry.exam_id,
                exam_name=entry.exam_name,
                score=display(entry.score.marks),
                max_score=display(entry.score.max_marks),
                percentage=entry.score.percentage,
                grade=entry.score.grade,
                duration=round((entry.completed_at - entry.started_at) / 60, 2),
                created_at=iso(entry.completed_at),
            )
        )
    return rows
