"""The cost model: its arithmetic, its budgets, and its output."""

import pytest

from tools.cost import __main__ as command
from tools.cost.prices import Prices
from tools.cost.sitting import COUNTING_WRITES, SYNC, WEB_SYNC, WEB_SYNC_WITHOUT_EVENTS, Sitting, cost_by_term

WHOLE_STATE = Sitting()
CHANGES_ONLY = Sitting(sync_every=0)


def test_a_sitting_keeps_its_budget() -> None:
    assert sum(cost_by_term(WHOLE_STATE, Prices()).values()) <= 0.00099, "with a little room below 0.0010"
    assert sum(cost_by_term(CHANGES_ONLY, Prices()).values()) <= 0.0004


def test_syncs_are_counted() -> None:
    assert WHOLE_STATE.syncs == 360
    assert CHANGES_ONLY.syncs == 100
    assert Sitting(hours=12, sync_every=0).syncs == 400, (
        "the clock is asked for every two minutes of seven between changes"
    )
    assert Sitting(sync_every=0, heartbeat=WEB_SYNC_WITHOUT_EVENTS).syncs == 400


def test_the_web_app_makes_four_requests_more_than_the_model_and_keeps_a_connection() -> None:
    def requests(sitting: Sitting) -> float:
        return sum(times for call, times in sitting.calls() if call.frames is None)

    web_app = Sitting(sync_every=0, heartbeat=WEB_SYNC, is_connected=True)
    # The gateway ends a connection after two hours: two tickets, and two syncs for what was missed before.
    assert requests(web_app) == requests(CHANGES_ONLY) + 4
    assert sum(cost_by_term(web_app, Prices()).values()) <= 0.0005


def test_a_term_is_what_is_used_times_its_price() -> None:
    free = dict.fromkeys(Prices.__dataclass_fields__, 0.0)
    terms = cost_by_term(Sitting(hours=1, sync_every=60, once=()), Prices(**{**free, "dynamodb_write_unit": 2.0}))

    assert terms["DynamoDB, writes"] == 60 * SYNC.writes * 2
    assert terms["DynamoDB, statistics"] == COUNTING_WRITES * 2
    assert {term for term, dollars in terms.items() if dollars} == {"DynamoDB, writes", "DynamoDB, statistics"}


def test_prints_what_so_many_students_cost(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--students", "10000"]) == 0

    printed = capsys.readouterr().out
    one = sum(cost_by_term(WHOLE_STATE, Prices()).values())
    assert f"{one * 10_000:.2f}" in printed
    assert "10,000 sittings" in printed


def test_takes_another_regions_prices(capsys: pytest.CaptureFixture[str]) -> None:
    command.main(["--price", "http_api_request=1"])

    assert "368.000000" in capsys.readouterr().out


def test_refuses_a_price_that_it_does_not_know(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["--price", "lunch=1"])
    assert "no price lunch" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--hours", "-1"),
        ("--hours", "0"),
        ("--hours", "nan"),
        ("--students", "0"),
        ("--questions", "-5"),
        ("--sync-every", "-1"),
        ("--price", "dynamodb_write_unit=-1"),
    ],
)
def test_there_are_no_negative_costs(option: str, value: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main([option, value])

    assert f"argument {option}: must be" in capsys.readouterr().err
