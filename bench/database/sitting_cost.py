"""The cost of a sitting from measured calls, beside the cost model's."""

from collections.abc import Sequence
from dataclasses import replace

from bench.database.world import Measured
from bench.report import Budget, Cell, Table
from tools.cost import sitting as model
from tools.cost.prices import Prices
from tools.cost.sitting import Call, Sitting, cost_by_term

# A line of Lambda is this much longer than one of these, for the request's and the trace's ids.
_IDS = 86
_WHOLE_STATE, _CHANGES = 0.0010, 0.0004
# The budgets have four decimals.
_DECIMALS = 4
_CALLS: dict[Call, tuple[str, str]] = {
    model.LOGIN: ("POST /api/auth/login", ""),
    model.LIST: ("GET /api/exams", ""),
    model.EXAM: ("GET /api/exams/{exam_id}", ""),
    model.START: ("POST /start-exam/{exam_id}", ""),
    model.PAPER: ("GET /exam/{exam_id}", ""),
    model.SYNC: ("POST /api/sync-exam-answers/{exam_id}", "75 answers"),
    model.SUBMIT: ("POST /submit-exam/{exam_id}", ""),
    model.RESULT: ("GET /result/{exam_id}", ""),
    model.RESPONSE: ("GET /response/{exam_id}", ""),
}


def measured_sitting(measured: Sequence[Measured], usual: Sitting) -> Sitting:
    """The model's sitting with calls as they were measured; how long they take is the model's."""
    by_name = {(each.route, each.what): each for each in measured}
    found = {call: by_name[name] for call, name in _CALLS.items()}
    calls = {
        call: replace(
            call,
            operations=tuple(each.usage.operations),
            writes=each.usage.writes,
            reads=each.usage.reads,
            answer=each.answer_bytes,
        )
        for call, each in found.items()
    }
    counted = sum(each.usage.writes for each in measured if each.route == "result_aggregator")
    times = {**dict.fromkeys(usual.once, 1.0), model.SYNC: usual.syncs}
    logged = sum(found[call].log_bytes * number for call, number in times.items()) / sum(times.values())
    return replace(
        usual,
        once=tuple(calls[call] for call in usual.once),
        sync=calls[model.SYNC],
        counting_writes=counted,
        log_line=logged + _IDS,
    )


def cost_tables(measured: Sequence[Measured]) -> list[Table]:
    """What each call uses, and what the sitting costs."""
    usual = Sitting()
    found = measured_sitting(measured, usual)
    pairs = zip((*usual.once, usual.sync), (*found.once, found.sync), strict=True)
    calls: list[list[Cell]] = [
        [
            built_in.route,
            len(built_in.operations),
            len(call.operations),
            built_in.writes,
            call.writes,
            built_in.reads,
            call.reads,
            built_in.answer,
            call.answer,
        ]
        for built_in, call in pairs
    ]
    calls.append(["counting the start and the result", None, None, usual.counting_writes, found.counting_writes])
    calls.append(["a log line, bytes", None, None, usual.log_line, found.log_line])
    calls = [[*row, *([None] * (9 - len(row)))] for row in calls]
    columns = (
        "call",
        "calls, model",
        "calls",
        "writes, model",
        "writes",
        "reads, model",
        "reads",
        "bytes, model",
        "bytes",
    )
    note = (
        "Beside what the model has built in, what was measured. The model's student has a few results and few exams to "
        "choose from; the one measured has 120 results, whose tally is a larger item, and a full page of exams."
    )
    return [Table("Calls of a sitting", columns, calls, note), _terms(measured)]


def cost_budgets(measured: Sequence[Measured]) -> list[Budget]:
    """What a sitting may cost."""
    whole, changes = (sum(_cost(measured, sync_every).values()) for sync_every in (30.0, 0.0))
    return [
        Budget("a sitting of 3 h, 75 questions, synced every 30 s", round(whole, _DECIMALS), _WHOLE_STATE, "$"),
        Budget("the same, changes only", round(changes, _DECIMALS), _CHANGES, "$"),
    ]


def _terms(measured: Sequence[Measured]) -> Table:
    prices = Prices()
    columns = [cost_by_term(Sitting(sync_every=seconds), prices) for seconds in (30.0, 0.0)]
    found = [_cost(measured, seconds) for seconds in (30.0, 0.0)]
    rows: list[list[Cell]] = [
        [term, *(f"{dollars[term]:.6f}" for dollars in (columns[0], found[0], columns[1], found[1]))]
        for term in columns[0]
    ]
    sums = (sum(dollars.values()) for dollars in (columns[0], found[0], columns[1], found[1]))
    rows.append(["one sitting", *(f"{dollars:.6f}" for dollars in sums)])
    titles = ("$ per sitting", "every 30 s, model", "every 30 s", "changes only, model", "changes only")
    return Table("A sitting of 3 hours and 75 questions", titles, rows)


def _cost(measured: Sequence[Measured], sync_every: float) -> dict[str, float]:
    return cost_by_term(measured_sitting(measured, Sitting(sync_every=sync_every)), Prices())
