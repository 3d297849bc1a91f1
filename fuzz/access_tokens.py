"""Access tokens: only issued ones are accepted."""

import base64
import json

from fuzz.requests import NOW, refused
from smartexam.accounts import tokens
from smartexam.platform.principal import Principal

_WHO = Principal(42, "user", "mary.singh", "Mary Singh", 3, session="5f1d", ends_at=NOW + tokens.LIFETIME_SECONDS)
_ISSUED = tokens.issue(_WHO, NOW)
_HEAD, _CLAIMS, _MAC = _ISSUED.split(".")


def _forged(head: object, claims: object | None = None, mac: str = "") -> bytes:
    parts = (head, json.loads(base64.urlsafe_b64decode(_CLAIMS + "==")) if claims is None else claims)
    encoded = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    return ".".join((*encoded, mac)).encode()


SEEDS = (
    _ISSUED.encode(),
    _forged({"alg": "none"}),
    _forged({"alg": "HS256", "kid": ["x"]}, mac=_MAC),
    _forged({"alg": "RS256", "kid": "../../dev/null", "jku": "http://127.0.0.1/"}, mac=_MAC),
    _forged({"alg": "HS256", "b64": False, "crit": ["b64"]}, {"sub": "1"}, mac=_MAC),
    _forged([], 7),
    b"..",
)


def read(data: bytes) -> None:
    """Nobody, or the user to whom the token was issued."""
    found: list[Principal] = []
    refused(lambda: found.append(tokens.verify(data.decode("latin-1"), NOW)))
    assert found in ([], [_WHO])
    # The last character of a signature has bits that decode to nothing.
    assert not found or data.decode("latin-1").split(".")[:2] == [_HEAD, _CLAIMS]
