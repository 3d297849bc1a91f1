"""Access tokens: only those that we signed with a current key are valid, and only for a time."""

import base64
import hashlib
import hmac
import json
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from smartexam.accounts import tokens
from smartexam.platform import signing_keys
from smartexam.platform.errors import Unauthorized
from smartexam.platform.principal import Principal
from smartexam.platform.signing_keys import SigningKeys, key_id
from tests.factories.clock import MORNING

OLD, NEW, FOREIGN = b"o" * 40, b"n" * 40, b"f" * 40
PRINCIPAL = Principal(42, "user", "john.doe", "John Doe", 3, session="a1b2", ends_at=MORNING + 3600)


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, SigningKeys(NEW, OLD))


def use(monkeypatch: pytest.MonkeyPatch, signing: SigningKeys, renewed: SigningKeys | None = None) -> None:
    def given_keys(*, fresh: bool = False) -> SigningKeys:
        return renewed if fresh and renewed else signing

    monkeypatch.setattr(tokens, "signing_keys", given_keys)


def claims(**changes: Any) -> dict[str, Any]:
    base = {
        "sub": "42",
        "type": "access",
        "role": "user",
        "usr": "john.doe",
        "name": "John Doe",
        "ver": 3,
        "sid": "a1b2",
        "iss": "smartexam",
        "aud": "smartexam-api",
        "iat": int(MORNING),
        "exp": int(MORNING) + 3600,
    }
    return {name: value for name, value in {**base, **changes}.items() if value is not ...}


def signed(content: Any, key: bytes = NEW, **header: Any) -> str:
    """A token made by hand, because libraries refuse to make invalid ones."""
    head = {"alg": "HS256", "typ": "JWT", "kid": key_id(key), **header}
    parts = [json.dumps({name: value for name, value in head.items() if value is not ...}), json.dumps(content)]
    text = ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts)
    signature = hmac.digest(key, text.encode(), hashlib.sha256)
    return f"{text}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def refused(token: str, now: float = MORNING) -> None:
    with pytest.raises(Unauthorized) as refusal:
        tokens.verify(token, now)
    assert refusal.value.message == "token_expired_or_invalid"


def test_what_is_issued_is_accepted_for_an_hour() -> None:
    token = tokens.issue(PRINCIPAL, MORNING)

    assert tokens.verify(token, MORNING + 3599) == PRINCIPAL
    refused(token, MORNING + 3600)


def test_a_signature_is_checked_once_and_the_time_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    token, decode = tokens.issue(PRINCIPAL, MORNING + 1), jwt.decode
    checked: list[str] = []

    def noting(token: str, *args: Any, **options: Any) -> Any:
        checked.append(token)
        return decode(token, *args, **options)

    monkeypatch.setattr(jwt, "decode", noting)
    later = structs.replace(PRINCIPAL, ends_at=MORNING + 3601)

    assert [tokens.verify(token, MORNING + 1 + age) for age in (0, 30, 3599)] == [later] * 3
    refused(token, MORNING + 3601)
    assert len(checked) == 1
    for _ in range(2):
        refused(token[:-2], MORNING)
    assert len(checked) == 3


def test_one_made_by_hand_is_accepted_so_that_the_refusals_below_mean_something() -> None:
    assert tokens.verify(signed(claims()), MORNING) == PRINCIPAL


@pytest.mark.parametrize("missing", ["sub", "type", "role", "usr", "name", "ver", "iss", "aud", "iat", "exp"])
def test_every_claim_is_needed(missing: str) -> None:
    refused(signed(claims(**{missing: ...})))
    refused(signed(claims(**{missing: None})))


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "refresh"},
        {"type": "ACCESS"},
        {"role": "root"},
        {"role": ["admin"]},
        {"sub": "john"},
        {"sub": 42},
        {"sub": ""},
        {"exp": "never"},
        {"exp": int(MORNING)},
        {"iat": int(MORNING) + 60},
        {"iat": "now"},
        {"ver": "latest"},
    ],
)
def test_odd_claims_are_refused(changes: dict[str, Any]) -> None:
    refused(signed(claims(**changes)))


@pytest.mark.parametrize("content", [[], "text", 5, None])
def test_claims_are_an_object(content: Any) -> None:
    refused(signed(content))


def test_other_keys_are_refused_whatever_they_are_called() -> None:
    refused(signed(claims(), FOREIGN))
    refused(signed(claims(), FOREIGN, kid=key_id(NEW)))
    refused(signed(claims(), b"", kid=key_id(NEW)))


@pytest.mark.parametrize("kid", [..., None, "", 5, [], {}, "../../dev/null", "nobody's"])
def test_a_key_must_be_named_and_known(kid: Any) -> None:
    refused(signed(claims(), kid=kid))


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", "HS384", "RS256", "ES256", ["HS256"], None, 5])
def test_no_other_algorithm_is_looked_at(algorithm: Any) -> None:
    token = signed(claims(), alg=algorithm)
    refused(token)
    refused(token.rsplit(".", 1)[0] + ".")


def test_a_public_key_does_not_sign() -> None:
    """RS/HS confusion: HMAC with a public text as the key, or RSA with an attacker's key."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - only here
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415 - only here

    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    refused(signed(claims(), public, kid=key_id(NEW)))
    refused(jwt.encode(claims(), private, algorithm="RS256", headers={"kid": key_id(NEW)}))


def test_tampered_tokens_are_refused() -> None:
    head, body, signature = signed(claims()).split(".")
    forged = base64.urlsafe_b64encode(json.dumps(claims(role="admin")).encode()).decode().rstrip("=")

    refused(f"{head}.{forged}.{signature}")
    refused(f"{head}.{body}.{signature[:-2]}")
    refused(f"{head}.{body}.")
    refused(f"{head}.{body}")


@given(
    st.one_of(st.text(max_size=200), st.from_regex(r"[A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_-]{0,40}"))
)
def test_noise_is_refused(token: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        use(patch, SigningKeys(NEW, OLD))
        refused(token)


class TestRotation:
    def test_the_previous_key_verifies_until_its_tokens_run_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        use(monkeypatch, SigningKeys(OLD))
        token = tokens.issue(PRINCIPAL, MORNING)

        use(monkeypatch, SigningKeys(NEW, OLD))
        assert tokens.verify(token, MORNING + 3599) == PRINCIPAL
        assert jwt.get_unverified_header(tokens.issue(PRINCIPAL, MORNING))["kid"] == key_id(NEW)

        use(monkeypatch, SigningKeys(NEW))
        refused(token)

    def test_a_key_newer_than_the_cache_is_fetched(self, monkeypatch: pytest.MonkeyPatch) -> None:
        use(monkeypatch, SigningKeys(OLD), renewed=SigningKeys(NEW, OLD))

        assert tokens.verify(signed(claims(), NEW), MORNING) == PRINCIPAL

    def test_a_key_name_gives_nothing_of_the_key_away(self) -> None:
        assert key_id(NEW) not in NEW.decode()
        assert len(signing_keys.key_id(NEW)) == 8
