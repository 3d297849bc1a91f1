"""The soak test's report: tables, and whether all promises were kept."""

import statistics
from collections import Counter

from bench.report import Budget, Cell, Section, Table
from bench.soak.run import Outcome
from bench.soak.vitals import MEASURES, Sample, first_and_last

_MOST_LISTED = 20
_GATEWAY_MEMORY = 1.1
_GATEWAY_FILES = 16
_ZOMBIES = 8
# The emulator's stored log lines and data grow steadily; a leak would grow faster.
_EMULATOR_GROWTH = 2.0


def section(outcome: Outcome) -> Section:
    """The report."""
    ledger = outcome.ledger
    return Section(
        f"Soak: {outcome.seconds / 60:.1f} minutes of mixed load, {len(outcome.kills)} processes killed",
        [_done(outcome), _kills(outcome), _latencies(outcome), _sizes(outcome), *_faults(outcome)],
        [
            Budget("violations: lost, doubled or miscounted", len(ledger.violations), 0),
            Budget("server errors that no kill explains", len(outcome.unexplained), 0),
            Budget("faults of the end: exit status, processes and ports left", len(outcome.stop_faults), 0),
            *_leaks(outcome),
        ],
    )


def _done(outcome: Outcome) -> Table:
    rows: list[list[Cell]] = [[what, number] for what, number in sorted(outcome.ledger.counts.items())]
    rows.append(["requests answered", sum(outcome.ledger.statuses.values())])
    rows += [[f"  of them {status}", number] for status, number in sorted(outcome.ledger.statuses.items())]
    rows.append(["connections cut by their device", outcome.device_cuts])
    rows.append(["events of others' messages received by devices", outcome.events_received])
    return Table("What was done", ["what", "number"], rows)


def _kills(outcome: Outcome) -> Table:
    killed = Counter(_plain(kill.function) for kill in outcome.kills)
    at_work = Counter(_plain(kill.function) for kill in outcome.kills if kill.was_busy)
    failed = Counter(failure.function for failure in outcome.ledger.failures)
    rows: list[list[Cell]] = [[name, killed[name], at_work[name], failed[name]] for name in sorted({*killed, *failed})]
    note = (
        f"{outcome.device_deaths} frames were answered with the gateway's word that the function died, "
        f"{outcome.device_silences} with nothing; all were sent again."
    )
    return Table("Killed processes", ["function", "killed", "while at work", "requests failed"], rows, note)


def _latencies(outcome: Outcome) -> Table:
    rows: list[list[Cell]] = []
    for call, seconds in sorted(outcome.ledger.seconds.items()):
        if len(seconds) >= _MOST_LISTED:
            ordered = sorted(seconds)
            p99 = ordered[int(len(ordered) * 0.99)]
            rows.append([call, len(seconds), statistics.median(seconds) * 1000, p99 * 1000])
    return Table("Latency of the local stack", ["route", "calls", "p50 ms", "p99 ms"], rows)


def _sizes(outcome: Outcome) -> Table:
    if not outcome.samples:
        return Table("Sizes", ["what", "after warm-up", "at the end"], [])
    first, last = _first_and_last(outcome)
    rows: list[list[Cell]] = [[name.replace("_", " "), first[name], last[name]] for name in MEASURES]
    note = "Medians of the first and of the last tenth of the load after the warm-up; memory in MiB, resident."
    return Table("Sizes", ["what", "after warm-up", "at the end"], rows, note)


def _leaks(outcome: Outcome) -> list[Budget]:
    if not outcome.samples:
        return []
    first, last = _first_and_last(outcome)
    files = last["gateway_files"] - first["gateway_files"]
    # Folders and pipes of ended processes, in addition to those of running ones.
    unpacked = (last["unpacked"] - last["workers"]) - (first["unpacked"] - first["workers"])
    return [
        Budget(
            "gateway's memory, end to start", last["gateway_memory"] / first["gateway_memory"], _GATEWAY_MEMORY, "x"
        ),
        Budget("gateway's open files, more at the end", files, _GATEWAY_FILES),
        Budget("folders of ended processes, more at the end", unpacked, _ZOMBIES),
        Budget("processes that ended and were not waited for", last["zombies"], _ZOMBIES),
        Budget("emulator's growth, second half to first", _growth(outcome.samples), _EMULATOR_GROWTH, "x"),
    ]


def _growth(samples: list[Sample]) -> float:
    """How much more the emulator grew in the second half than in the first."""
    half = len(samples) // 2
    start, middle, end = (samples[at].emulator_memory for at in (0, half, -1))
    # If there was hardly any growth, the ratio means nothing.
    return (max(0.0, end - middle) + 8) / (max(0.0, middle - start) + 8)


def _faults(outcome: Outcome) -> list[Table]:
    unexplained = [
        f"{each.call}: {each.status} after {each.answered - each.sent:.1f} s" for each in outcome.unexplained
    ]
    found = [
        ("Violations", outcome.ledger.violations),
        ("Server errors that no kill explains", unexplained),
        ("Faults of the end", outcome.stop_faults),
    ]
    return [Table(title, ["what"], [[text] for text in texts[:_MOST_LISTED]]) for title, texts in found if texts]


def _first_and_last(outcome: Outcome) -> tuple[dict[str, float], dict[str, float]]:
    window = (outcome.samples[-1].at - outcome.warm_at) / 10
    return first_and_last(outcome.samples, outcome.warm_at, window)


def _plain(physical: str) -> str:
    """`ExamsFunction` of `local-ExamsFunction-1A2B3C`."""
    return physical.split("-")[1] if physical.count("-") > 1 else physical
