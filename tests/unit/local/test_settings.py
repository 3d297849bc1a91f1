"""Settings of `make run` from the environment."""

import pytest

from local.__main__ import _parameters
from tests.conftest import local_layout


@pytest.mark.parametrize(("given", "expected"), [("1", "true"), ("0", "false"), ("true", "true")])
def test_switches_are_set_by_numbers_too(given: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUIRE_ADMIN_MFA", given)
    monkeypatch.setenv("SIGN_UP", "closed")
    monkeypatch.setenv("MONTHLY_BUDGET", "1")

    chosen = _parameters(local_layout())

    assert (chosen["RequireAdminMfa"], chosen["SignUp"], chosen["MonthlyBudget"]) == (expected, "closed", "1")
