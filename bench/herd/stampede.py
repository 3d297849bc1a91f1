"""Thousands of students start at once: preparation, run, and counts."""

import json
import logging
import multiprocessing
import os
import random
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace

from bench.herd.hall import hall
from bench.herd.instance import Job, Served, median, percentile, serve, wait_at
from bench.herd.traffic import READS_PER_SECOND, WRITES_PER_SECOND, Access, Traffic, hottest
from bench.local_engine import local_engine
from bench.report import Budget, Cell, Options, Section, Table
from result_aggregator.app import lambda_handler as aggregator
from smartexam.catalog.questions import Question
from smartexam.platform.dynamodb import engine
from smartexam.platform.keys import user_key
from smartexam.platform.observability import logger
from smartexam.sitting.store.sitting_items import sitting_key
from tests.factories.events import FakeContext
from tests.factories.exams import MCQ, MSQ, NUMERIC, create_exam, question_ids
from tests.factories.streams import stream_event, stream_record
from tests.factories.users import create_crowd

_PROCESSES = 4
_BATCH = 100
_SHOWN = 8
_PAPER: list[Question] = [MCQ] * 45 + [MSQ] * 15 + [NUMERIC] * 15


@dataclass(frozen=True, slots=True)
class Plan:
    """A crowd of students.

    Attributes:
        start_seconds: the time within which everybody starts.
        sync_seconds: the first sync comes between half of this and all of it after the start.
        mistyped: how many type a wrong password before they sign in.
        instances: how many new processes it meets, simulated by clearing caches.
    """

    students: int = 2000
    mistyped: int = 300
    start_seconds: float = 10.0
    sync_seconds: float = 20.0
    instances: int = 100


def run(options: Options) -> Section:
    """The report."""
    plan = Plan(students=100, mistyped=15, instances=8) if options.quick else Plan()
    # Not measured here, and too much to read.
    logger().setLevel(logging.CRITICAL)
    with local_engine() as running:
        contexts = {name: variable.removesuffix("_TABLE").lower() for variable, name in running.tables.items()}
        exam = create_exam(_PAPER)
        # An earlier visitor has compiled the paper.
        _prepare(exam.id)
        users = [
            user.id for user in create_crowd(f"{chr(97 + number % 26)}.herd{number}" for number in range(plan.students))
        ]
        jobs = _jobs(plan, exam.id, users)
        shares = _let_loose(plan, jobs, contexts)
        counted, seconds = _count(contexts, exam.id, users)
        # Before the hall's students are created, which the counting client would hear.
        section = _report(plan, shares, counted, seconds)
        signing_in, kept = hall(plan.students, plan.mistyped, contexts)
    return replace(section, tables=[*section.tables, *signing_in], budgets=[*section.budgets, *kept])


def _prepare(exam_id: int) -> None:
    from smartexam.catalog.store.exams import get_exam  # noqa: PLC0415 - after the environment is made
    from smartexam.catalog.store.papers import ready_version  # noqa: PLC0415 - see above

    exam = get_exam(exam_id)
    if exam is None:
        raise RuntimeError("the exam is gone")
    ready_version(exam)


def _jobs(plan: Plan, exam_id: int, users: Sequence[int]) -> list[Job]:
    chance, now = random.Random(1), time.time()
    answers: dict[str, str] = {str(id_): "B" for id_ in question_ids(exam_id)[:10]}
    body = json.dumps({"answers": answers, "markedForReview": []})
    jobs = []
    for number, user_id in enumerate(users):
        token = _token(user_id, now)
        starts = chance.uniform(0, plan.start_seconds)
        syncs = starts + chance.uniform(plan.sync_seconds / 2, plan.sync_seconds)
        jobs += [
            Job(number, starts, "start", f"/start-exam/{exam_id}", "POST", token),
            # As soon as the start is answered.
            Job(number, starts + 0.5, "paper", f"/exam/{exam_id}", "GET", token),
            Job(number, syncs, "sync", f"/api/sync-exam-answers/{exam_id}", "POST", token, body),
        ]
    return sorted(jobs, key=lambda job: job.due)


def _token(user_id: int, now: float) -> str:
    from smartexam.accounts import tokens  # noqa: PLC0415 - after the environment is made
    from smartexam.platform.principal import Principal  # noqa: PLC0415 - see above

    return tokens.issue(Principal(user_id, "user", f"herd{user_id}", "Herd", 1, by_cookie=False), now)


def _let_loose(plan: Plan, jobs: Sequence[Job], contexts: dict[str, str]) -> list[Served]:
    per_life = max(1, len(jobs) // plan.instances)
    # A student stays with one process, so that nobody loads a paper before the start is answered.
    shares = [[job for job in jobs if job.student % _PROCESSES == number] for number in range(_PROCESSES)]
    context = multiprocessing.get_context("spawn")
    gate = context.Barrier(_PROCESSES)
    with ProcessPoolExecutor(_PROCESSES, mp_context=context, initializer=wait_at, initargs=(gate,)) as pool:
        served = [pool.submit(serve, share, contexts, per_life) for share in shares]
        return [each.result() for each in served]


def _count(contexts: dict[str, str], exam_id: int, users: Sequence[int]) -> tuple[Traffic, float]:
    """Count the starts like the stream's function does, batch by batch; returns how long it took."""
    traffic = Traffic(contexts, time.time)
    traffic.listen(engine.connection().client)
    records = [stream_record(user_key(user_id), sitting_key(exam_id), "MODIFY") for user_id in users]
    started = time.perf_counter()
    for at in range(0, len(records), _BATCH):
        answer = aggregator(stream_event(records[at : at + _BATCH]), FakeContext())
        if answer["batchItemFailures"]:
            raise RuntimeError(f"not counted: {answer}")
    return traffic, time.perf_counter() - started


def _report(plan: Plan, shares: Sequence[Served], counted: Traffic, seconds: float) -> Section:
    kinds = ("start", "paper", "sync")
    rows: list[list[Cell]] = []
    for kind in kinds:
        waits = [wait for share in shares for wait in share.waits.get(kind, [])]
        services = [each for share in shares for each in share.services.get(kind, [])]
        failed_of_kind = sum(n for share in shares for name, n in share.errors.items() if name.startswith(kind))
        rows.append(
            [
                kind,
                len(waits),
                failed_of_kind,
                median(waits) * 1000,
                percentile(waits, 0.99) * 1000,
                median(services) * 1000,
                percentile(services, 0.99) * 1000,
            ]
        )
    columns = ("request", "number", "errors", "p50 ms", "p99 ms", "served, p50 ms", "served, p99 ms")
    calls: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    for share in shares:
        calls.update(share.calls)
        failed.update(share.failures)
    note = (
        f"{plan.students:,} students start within {plan.start_seconds:g} s, load the paper and sync within "
        f"{plan.sync_seconds:g} s of it; {_PROCESSES} processes on {os.cpu_count()} cores beside the engine, which are "
        f"new ones {plan.instances} times. Latency counts from when a request was due. Database: "
        f"{sum(calls.values()):,} calls, {sum(share.retries for share in shares)} retries, failed conditions: "
        f"{dict(failed) or 'none'}; {sum(share.processor for share in shares):.1f} s of processor time in handlers."
    )
    accesses = [access for share in shares for access in share.accesses]
    tables = [
        Table("Start herd", columns, rows, note),
        _heat_table("Hottest partitions", accesses, plan),
        _heat_table(
            f"Hottest partitions while {plan.students:,} starts are counted ({seconds:.1f} s in one process)",
            counted.accesses,
            plan,
        ),
    ]
    errors: Counter[str] = Counter()
    for share in shares:
        errors.update(share.errors)
    if errors:
        tables.append(Table("Errors", ["what", "number"], [[*each] for each in errors.most_common(_SHOWN)]))
    budgets = [
        Budget("errors", errors.total(), 0),
        Budget("retries", sum(share.retries for share in shares), 0, is_ratio=False),
    ]
    return Section(f"Start herd: {plan.students:,} students", tables, budgets)


def _heat_table(title: str, accesses: Sequence[Access], plan: Plan) -> Table:
    rows: list[list[Cell]] = []
    for heat in hottest(accesses, _SHOWN):
        limit = WRITES_PER_SECOND if heat.is_write else READS_PER_SECOND
        per_student = heat.total / plan.students
        rows.append(
            [
                heat.key,
                "write" if heat.is_write else "read",
                heat.total,
                heat.peak,
                100 * heat.peak / limit,
                limit / per_student,
            ]
        )
    columns = ("partition", "access", "units", "most in a second", "% of its limit", "limit reached at students/s")
    note = (
        f"A partition bears {READS_PER_SECOND:,} units of reading and {WRITES_PER_SECOND:,} of writing a second. "
        "Every request here is of one unit, and of two within transactions."
    )
    return Table(title, columns, rows, note)
