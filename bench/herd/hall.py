"""A hall of students behind one address signs in within a minute: counts of calls, and the hottest partitions."""

import os
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from bench.herd.instance import median, percentile
from bench.herd.traffic import WRITES_PER_SECOND, Traffic, hottest
from bench.report import Budget, Cell, Table

_THREADS = 16
_SHOWN = 6
_HALL = "203.0.113.7"


def hall(students: int, mistyped: int, contexts: dict[str, str]) -> tuple[list[Table], list[Budget]]:
    """Let students of a trusted network sign in, some of them with a wrong password first.

    Args:
        students: how many.
        mistyped: how many of them mistype their password once.
        contexts: the contexts of tables, by the tables' names.
    """
    from auth.app import lambda_handler  # noqa: PLC0415 - after the environment is made
    from smartexam.platform.dynamodb import engine  # noqa: PLC0415 - see above
    from smartexam.platform.settings import settings  # noqa: PLC0415 - see above
    from tests.factories.events import send  # noqa: PLC0415 - see above
    from tests.factories.users import PASSWORD, create_user  # noqa: PLC0415 - see above

    os.environ["TRUSTED_NETWORKS"] = f"{_HALL}/32"
    settings.cache_clear()
    names = [create_user(username=f"hall{number}").username for number in range(students)]
    traffic = Traffic(contexts, time.time)
    traffic.listen(engine.connection().client)
    waits: list[float] = []
    statuses: Counter[int] = Counter()

    def sign_in(number: int) -> None:
        for password in (["mistyped"] if number < mistyped else []) + [PASSWORD]:
            started = time.perf_counter()
            body = {"username": names[number], "password": password}
            answer = send(lambda_handler, "POST", "/api/auth/login", body=body, source_ip=_HALL)
            waits.append(time.perf_counter() - started)
            statuses[answer.status] += 1

    started = time.perf_counter()
    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(sign_in, range(students)))
    seconds = time.perf_counter() - started
    note = (
        f"{students:,} students behind one trusted address, {mistyped} of whom mistype once: {seconds:.0f} s with one "
        f"process and {os.cpu_count()} cores, mostly for hashing. Answers: {dict(statuses)}."
    )
    calls: list[list[Cell]] = [[name, count, count / students] for name, count in traffic.calls.most_common()]
    heats = [heat for heat in hottest(traffic.accesses, 10_000) if heat.is_write]
    rows: list[list[Cell]] = [
        [heat.key, heat.total, heat.peak, 100 * heat.peak / WRITES_PER_SECOND] for heat in heats[:_SHOWN]
    ]
    tables = [
        Table("Signing in: database calls", ["call", "number", "each student"], calls, note),
        Table(
            "Signing in: most written partitions",
            ["partition", "writes", "most in a second", "% of its limit"],
            rows,
            "No partition is written by more than one student.",
        ),
        Table(
            "Signing in: latency",
            ["p50 ms", "p99 ms"],
            [[median(waits) * 1000, percentile(waits, 0.99) * 1000]],
            "With all threads at work, so mostly waiting for a core.",
        ),
    ]
    refused = sum(count for status, count in statuses.items() if status not in {200, 401})
    # A student's own: the lock of account and source, a refresh token and a known source.
    shared = sum(heat.total > _OWN_WRITES for heat in heats)
    return tables, [Budget("refused sign-ins", refused, 0), Budget("partitions written by many", shared, 0)]


# Of one student who mistypes once: the lock is taken twice, counted and cleared; a source and a token are stored.
_OWN_WRITES = 8
