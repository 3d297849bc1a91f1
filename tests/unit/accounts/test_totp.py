"""Codes of RFC 6238."""

import base64
from urllib.parse import parse_qs, urlsplit

import pytest

from smartexam.accounts import totp

# The RFC's secret for SHA-1; its codes have eight digits, ours are the last six.
SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("now", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(now: int, code: str) -> None:
    assert totp.code_at(SECRET, now // 30) == code
    assert totp.step_of(SECRET, code, now) == now // 30


@pytest.mark.parametrize(("late", "is_right"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_clocks_may_be_wrong_by_one_step(late: int, is_right: bool) -> None:
    now = 1_700_000_010

    assert (totp.step_of(SECRET, totp.code_at(SECRET, now // 30), now + late) is not None) is is_right


@pytest.mark.parametrize("code", ["", "000000", "12345", "abcdef", "٠٥٠٤٧١"])
def test_other_codes_are_wrong(code: str) -> None:
    assert totp.step_of(SECRET, code, 1111111111) is None


def test_apps_read_the_address() -> None:
    address = urlsplit(totp.otpauth_url(SECRET, "john.doe"))

    assert (address.scheme, address.netloc, address.path) == ("otpauth", "totp", "/SmartExam%3Ajohn.doe")
    assert parse_qs(address.query) == {
        "secret": [SECRET],
        "issuer": ["SmartExam"],
        "algorithm": ["SHA1"],
        "digits": ["6"],
        "period": ["30"],
    }


def test_secrets_are_of_160_bits() -> None:
    assert len(base64.b32decode(totp.new_secret())) == 20
    assert totp.new_secret() != totp.new_secret()
