"""Measures every route in small and in large tables, and compares."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.capacity import Usage
from bench.database import routes
from bench.database.crowd import Crowd
from bench.database.scale import LARGE, SMALL, TINY, Scale
from bench.database.sitting_cost import cost_budgets, cost_tables
from bench.database.world import Measured, World
from bench.local_engine import local_engine
from bench.report import Budget, Cell, Options, Section, Table

# The most database calls that are allowed; some are made at once.
MOST_CALLS = {
    ("POST /start-exam/{exam_id}", ""): 2,
    ("POST /start-exam/{exam_id}", "resumed"): 2,
    ("POST /api/sync-exam-answers/{exam_id}", "75 answers"): 1,
    ("POST /api/sync-exam-answers/{exam_id}", "one changed"): 1,
    ("POST /submit-exam/{exam_id}", ""): 3,
    ("POST /_ping", "by token"): 0,
    ("POST /_ping", "by cookie"): 1,
    # The caller's batches; at once, what is for everyone and what the caller is granted; the exams
    ("GET /api/exams", ""): 4,
    ("GET /api/categories", ""): 1,
    # The first page ends due attempts, so that their results are listed.
    ("GET /api/results", ""): 3,
    # Chats and discussions ask first whether the caller sits an exam.
    ("GET /api/chat/conversations", "twelve"): 4,
    ("GET /api/discussion/{question_id}", "first page"): 4,
}
# Allowed differences of read units: sizes of rows on a page differ, and so do digits of counts.
_ROUNDING, _ROUNDING_UNITS = 1.25, 2.0


# Routes that cost more with more rows by design, and why.
EXPLAINED = {
    ("GET /admin/users-analytics/results", "page in the middle"): "counts its way there",
    ("GET /admin/api/users/search", "page in the middle"): "counts its way there",
    ("GET /admin/api/users/search", "a letter"): "up to 1,000 matches",
    ("GET /admin/api/attempts/search", "by name"): "up to 1,000 matches",
    ("GET /admin/questions", "of all exams"): "a round trip for each exam on the page",
    ("GET /admin/api/users-analytics/data", "week"): "up to 400 candidates",
    ("GET /admin/api/users-analytics/data", "month"): "up to 400 candidates",
}


@dataclass(frozen=True, slots=True)
class Compared:
    """One request in small and in large tables."""

    route: str
    what: str
    small: Usage
    large: Usage

    @property
    def verdict(self) -> str:
        """Why it costs more in large tables, if it does."""
        return EXPLAINED.get((self.route, self.what), "GROWS") if self.grows else ""

    @property
    def grows(self) -> bool:
        """Whether it costs more in large tables, by more than rounding."""
        return (
            self.large.calls > self.small.calls
            or self.large.reads > self.small.reads * _ROUNDING + _ROUNDING_UNITS
            or self.large.writes > self.small.writes * _ROUNDING + _ROUNDING_UNITS
        )


def run(options: Options) -> Section:
    """The report."""
    scales = (TINY,) if options.quick else (SMALL, LARGE)
    compared, measured = compare(scales, lambda step: print(f"  {step} ...", flush=True))
    rows: list[list[Cell]] = [
        [
            each.route,
            each.what,
            each.small.calls,
            each.large.calls,
            each.small.reads,
            each.large.reads,
            each.large.writes,
            each.verdict,
        ]
        for each in compared
    ]
    columns = ("route", "what", "calls", "calls, large", "read units", "read units, large", "write units", "grows")
    note = (
        f"Small: {_words(scales[0])}. Large: {_words(scales[-1])}. "
        "A consistent read of up to 4 KB is a unit, another one a half; a write of up to 1 KB is a unit, two in a "
        "transaction, and rows of indexes are writes too."
    )
    growing = [each for each in compared if each.verdict == "GROWS"]
    by_name = {(each.route, each.what): each for each in compared}
    budgets = [
        Budget(f"database calls of {route} {what}".strip(), by_name[route, what].large.calls, most)
        for (route, what), most in MOST_CALLS.items()
    ]
    budgets.append(Budget("requests whose cost grows with the tables", len(growing), 0))
    budgets += cost_budgets(measured)
    tables = [Table("Per route", columns, rows, note), *cost_tables(measured)]
    return Section("Database: round trips, consumed capacity, and what a sitting costs", tables, budgets)


def compare(scales: Sequence[Scale], report: Callable[[str], None]) -> tuple[list[Compared], Sequence[Measured]]:
    """All requests, measured at the first and the last scale, and the measurements of the last."""
    with local_engine() as running:
        unmetered, crowd = running.client(), Crowd()
        found = []
        for scale in scales:
            crowd.grow(scale, report)
            world = World(running, crowd, unmetered)
            report("measuring")
            for measure in routes.ALL:
                measure(world)
            found.append(world.measured)
        unmetered.close()
    large = {(each.route, each.what): each.usage for each in found[-1]}
    compared = [Compared(each.route, each.what, each.usage, large[each.route, each.what]) for each in found[0]]
    return compared, found[-1]


def _words(scale: Scale) -> str:
    return (
        f"{scale.users:,} users, {scale.messages:,} messages ({scale.in_conversation:,} in the conversation), "
        f"{scale.results:,} results ({scale.in_exam:,} of the exam), {scale.comments:,} comments"
    )
