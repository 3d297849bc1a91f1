"""AWS Signature Version 4, with the signing key cached for the day.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hmac
import time
from collections.abc import Mapping
from hashlib import sha256
from typing import Protocol
from urllib.parse import quote


class Credentials(Protocol):
    """Credentials from botocore; the token is None for keys that do not expire."""

    access_key: str
    secret_key: str
    token: str | None


class Signer:
    """Signs requests to one service in one region."""

    def __init__(self, service: str, region: str) -> None:
        self._scope = f"{region}/{service}/aws4_request"
        self._key: tuple[str, str, bytes] = ("", "", b"")

    def signed(
        self, method: str, host: str, path: str, headers: Mapping[str, str], body: bytes, credentials: Credentials
    ) -> dict[str, str]:
        """The headers to send: the given ones, and the signature.

        Args:
            method: the HTTP method.
            host: with its port, unless it is the scheme's default.
            path: as it is sent, percent-encoded and without a query.
            headers: all of them are signed.
            body: the bytes that are sent.
            credentials: valid now.
        """
        # The real time instead of the injected clock, because AWS compares it with its own.
        timestamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        scope = f"{timestamp[:8]}/{self._scope}"
        sent = {"Host": host, **headers, "X-Amz-Date": timestamp}
        if credentials.token:
            sent["X-Amz-Security-Token"] = credentials.token
        lines = sorted([(name.lower(), value) for name, value in sent.items()])
        names = ";".join([name for name, _ in lines])
        canonical = "\n".join(
            [
                method,
                quote(path, safe="/~"),
                "",
                *[f"{name}:{value}" for name, value in lines],
                "",
                names,
                sha256(body).hexdigest(),
            ]
        )
        text = f"AWS4-HMAC-SHA256\n{timestamp}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
        signature = hmac.digest(self._key_of(credentials.secret_key, timestamp[:8]), text.encode(), "sha256").hex()
        named = f"Credential={credentials.access_key}/{scope}, SignedHeaders={names}"
        sent["Authorization"] = f"AWS4-HMAC-SHA256 {named}, Signature={signature}"
        return sent

    def _key_of(self, secret: str, day: str) -> bytes:
        known_secret, known_day, key = self._key
        if known_secret != secret or known_day != day:
            key = f"AWS4{secret}".encode()
            for part in (day, *self._scope.split("/")):
                key = hmac.digest(key, part.encode(), "sha256")
            self._key = (secret, day, key)  # one assignment, so other threads see all of it or nothing
        return key
