"""Print what exams cost: `make cost STUDENTS=10000`."""

import argparse
import math
import sys
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from local import template
from tools.cost.prices import AS_OF, REGION, Prices
from tools.cost.sitting import LOG_LINE, WEB_SYNC, WEB_SYNC_WITHOUT_EVENTS, Sitting, cost_by_term

TEMPLATE = Path(__file__).parents[2] / "template.yaml"
METRICS_PER_FUNCTION = 2  # requests and latency, from the one line per request; faults only if there are some
BYTES_KEPT = 4 * LOG_LINE  # result, history, sitting and their index entries, rounded up


def main(argv: Sequence[str] | None = None) -> int:
    """Print the tables; 0."""
    options = _arguments().parse_args(argv)
    prices = replace(Prices(), **dict(options.price))
    sitting = Sitting(options.hours, options.questions, options.sync_every)
    changes_only = replace(sitting, sync_every=0)
    web_app = replace(changes_only, heartbeat=WEB_SYNC, is_connected=True)
    cut_off = replace(changes_only, heartbeat=WEB_SYNC_WITHOUT_EVENTS)
    print(f"List prices of {REGION}, {AS_OF}, without free tier and tax.")
    print(f"A sitting: {sitting.hours:g} h, {sitting.questions} questions; {options.students:,} students.\n")
    columns = [cost_by_term(each, prices) for each in (sitting, changes_only, web_app, cut_off)]
    headings = (f"every {options.sync_every:g} s", "changes only", "web app", "no WebSocket")
    print(f"{'per sitting':30}" + "".join(f"{heading:>14}" for heading in headings))
    for term in columns[0]:
        print(f"{term:30}" + "".join(f"{dollars[term]:14.6f}" for dollars in columns))
    print(f"{'':30}" + f"{'-' * 12:>14}" * len(columns))
    sums, students = [sum(dollars.values()) for dollars in columns], options.students
    print(f"{'one sitting':30}" + "".join(f"{dollars:14.6f}" for dollars in sums))
    print(f"{f'{students:,} sittings':30}" + "".join(f"{dollars * students:14.2f}" for dollars in sums))
    print("\nper month, whether exams are held or not")
    for term, dollars in monthly(students, prices).items():
        print(f"{term:30}{dollars:14.2f}")
    return 0


def monthly(results: int, prices: Prices) -> dict[str, float]:
    """Dollars per month for standing resources, and for what this many results leave stored."""
    deployed = template.load(TEMPLATE)
    kinds = [resource["Type"] for resource in deployed["Resources"].values()]
    kept = results * BYTES_KEPT / 1e9
    return {
        # An alarm costs as much as its metrics, even if an expression combines them.
        "alarms": sum(_watched(alarm) for _, alarm in template.resources(deployed, "AWS::CloudWatch::Alarm"))
        * prices.alarm_month,
        "dashboards": kinds.count("AWS::CloudWatch::Dashboard") * prices.dashboard_month,
        # Billed by the hour in which they are written; this assumes functions that are called around the clock.
        "metrics, at most": kinds.count("AWS::Serverless::Function") * METRICS_PER_FUNCTION * prices.metric_month,
        "signing key": kinds.count("AWS::SecretsManager::Secret") * prices.secret_month,
        "results, stored and backed up": kept * (prices.dynamodb_gb_month + prices.backup_gb_month),
    }


def _watched(alarm: dict[str, Any]) -> int:
    parts = alarm["Properties"].get("Metrics", [{"MetricStat": {}}])
    return sum("MetricStat" in part for part in parts)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make cost", description=__doc__)
    parser.add_argument("--students", type=_count, default=1000)
    parser.add_argument("--hours", type=_hours, default=3.0)
    parser.add_argument("--questions", type=_count, default=75)
    parser.add_argument("--sync-every", type=_amount, default=30.0, help="seconds between two syncs of the whole state")
    parser.add_argument("--price", type=_price, action="append", default=[], metavar="name=dollars")
    return parser


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return count


def _hours(text: str) -> float:
    hours = _amount(text)
    if not hours:
        raise argparse.ArgumentTypeError("must be more than 0")
    return hours


def _amount(text: str) -> float:
    amount = float(text)
    if not 0 <= amount < math.inf:
        raise argparse.ArgumentTypeError("must be 0 or more")
    return amount


def _price(text: str) -> tuple[str, float]:
    name, _, dollars = text.partition("=")
    if name not in {field.name for field in fields(Prices)}:
        raise argparse.ArgumentTypeError(f"no price {name}: {', '.join(field.name for field in fields(Prices))}")
    return name, _amount(dollars)


if __name__ == "__main__":
    sys.exit(main())
