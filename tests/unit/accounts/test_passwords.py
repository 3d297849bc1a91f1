"""Password hashes."""

import pytest

from smartexam.accounts import passwords
from smartexam.accounts.passwords import hash_password, verify_password


def test_are_argon2id_with_the_parameters_of_the_design() -> None:
    assert hash_password("violet-Otter-47").startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords._DECOY.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_are_salted() -> None:
    assert hash_password("violet-Otter-47") != hash_password("violet-Otter-47")


@pytest.mark.parametrize("password", ["violet-Otter-47", "पासवर्ड पासवर्ड", "x" * 128])
def test_verify_only_their_own_password(password: str) -> None:
    stored = hash_password(password)

    assert verify_password(stored, password)
    assert not verify_password(stored, password + "x")
    assert not verify_password(stored, password[:-1])
    assert not verify_password(stored, "")


def test_without_a_hash_no_password_is_right() -> None:
    for password in ("", "anything", "x" * 1000):
        assert not verify_password(None, password)
    assert not verify_password(hash_password(""), "x" * 1000)
    assert not verify_password("no hash at all", "anything")
