"""A stand-in for Google's sign-in: a key pair and a certificate server on loopback."""

import base64
import datetime as dt
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

CLIENT_ID = "web-client.apps.googleusercontent.com"


class Key:
    """A signing key of the provider, with its certificate."""

    def __init__(self, key_id: str) -> None:
        self.id = key_id
        self.private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "certificates of the tests")])
        today = dt.datetime.now(dt.UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.private.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(today - dt.timedelta(days=1))
            .not_valid_after(today + dt.timedelta(days=7))
            .sign(self.private, hashes.SHA256())
        )
        self.certificate = certificate.public_bytes(serialization.Encoding.PEM).decode()

    def sign(self, text: bytes) -> bytes:
        """An RS256 signature."""
        return self.private.sign(text, padding.PKCS1v15(), hashes.SHA256())


class CertificateServer:
    """Serves certificates by key id, counts requests, and fails on demand."""

    def __init__(self) -> None:
        self.keys: list[Key] = []
        self.requests = 0
        self.status = 200
        self.max_age = 3600
        self.url = ""

    @contextmanager
    def serving(self) -> Iterator["CertificateServer"]:
        """Listen on loopback within the block."""
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.requests += 1
                body = json.dumps({key.id: key.certificate for key in provider.keys}).encode()
                self.send_response(provider.status)
                self.send_header("Cache-Control", f"public, max-age={provider.max_age}, must-revalidate")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        self.url = f"http://127.0.0.1:{server.server_port}/certs"
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def claims(**changes: Any) -> dict[str, Any]:
    """Google's claims about an account; `...` leaves a claim out."""
    now = int(time.time())
    base = {
        "iss": "https://accounts.google.com",
        "aud": CLIENT_ID,
        "azp": CLIENT_ID,
        "sub": "110169484474386276334",
        "email": "Mary.Singh@gmail.com",
        "email_verified": True,
        "name": "Mary Singh",
        "given_name": "Mary",
        "family_name": "Singh",
        "iat": now,
        "exp": now + 3600,
    }
    return {name: value for name, value in {**base, **changes}.items() if value is not ...}


def id_token(key: Key, content: dict[str, Any], **header: Any) -> str:
    """A signed ID token, built by hand so that invalid ones can be built too."""
    head = {"alg": "RS256", "typ": "JWT", "kid": key.id, **header}
    parts = (_encoded(json.dumps(part).encode()) for part in (head, content))
    text = ".".join(parts)
    return f"{text}.{_encoded(key.sign(text.encode()))}"


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
