"""Google's ID tokens, with certificates that have signed none of them."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any
from unittest.mock import patch

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from auth_google import verification
from auth_google.certificates import Certificates, Fetched
from fuzz.access_tokens import SEEDS as TOKENS
from fuzz.requests import NOW, refused

SEEDS = (*TOKENS, b"eyJhbGciOiJSUzI1NiIsImtpZCI6ImsifQ.eyJhdWQiOiJhLWNsaWVudCJ9.AAAA")


def _certificate() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "the fuzzer")])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + dt.timedelta(days=30))
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


class _Offline(Certificates):
    """Certificates without a network."""

    def __init__(self) -> None:
        super().__init__()
        self._answer = Fetched(200, json.dumps({"k": _certificate()}).encode())

    def __call__(self, url: str, *_: Any, **__: Any) -> Fetched:
        del url
        return self._answer

    def renew_if_without(self, url: str, key_id: str) -> None:
        """There are no others."""


_CERTIFICATES = _Offline()


def read(data: bytes) -> None:
    """No token is accepted, because none is signed with this key."""
    found: list[Mapping[str, Any] | object] = []
    with patch.object(verification, "certificates", lambda: _CERTIFICATES):
        refused(lambda: found.append(verification.verified(data.decode("latin-1"), None, NOW)))
    assert found == []
