"""A deployed stack does not start with a developer's settings."""

import pytest

from smartexam.platform.settings import SettingsError, parse

ADDRESSES = {"STAGE": "prod", "APP_BASE_URL": "https://exams.example.org", "ALLOWED_ORIGINS": "https://a.example.org"}


def test_production_serves_https_addresses() -> None:
    assert parse(ADDRESSES).allowed_origins == {"https://a.example.org"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"APP_BASE_URL": "http://exams.example.org"},
        {"APP_BASE_URL": ""},
        {"ALLOWED_ORIGINS": "https://a.example.org, http://127.0.0.1:3000/"},
    ],
)
def test_production_does_not_start_with_others(wrong: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        parse({**ADDRESSES, **wrong})
    parse({**ADDRESSES, **wrong, "STAGE": "dev"})
