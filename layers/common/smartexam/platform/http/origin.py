"""Checks whether requests came through the distribution in front of the API, and from which client.

CloudFront sends a secret with every request to the API. A request without it came directly, from a client that controls
all headers.
"""

import hmac
from collections.abc import Mapping

from smartexam.platform.errors import Forbidden
from smartexam.platform.settings import settings

HEADER = "x-origin-secret"


def require_distribution(headers: Mapping[str, str]) -> None:
    """Refuse a request that did not come through the distribution, if there is one.

    Raises:
        Forbidden: `wrong_address`.
    """
    if settings().origin_secrets and not _came_through(headers):
        raise Forbidden("Use the public address of the API", code="wrong_address")


def client_address(peer: str, headers: Mapping[str, str]) -> str:
    """The client's address: API Gateway's peer or, behind the distribution, CloudFront's peer.

    CloudFront appends its peer to `X-Forwarded-For`, and API Gateway appends CloudFront; text from the client is before
    both.
    """
    if not _came_through(headers):
        return peer
    passed = [address.strip() for address in headers.get("x-forwarded-for", "").split(",")]
    if passed[-1] == peer:
        passed.pop()
    return passed[-1] if passed and passed[-1] else peer


def _came_through(headers: Mapping[str, str]) -> bool:
    given = headers.get(HEADER, "").encode()
    return any(hmac.compare_digest(given, secret.encode()) for secret in settings().origin_secrets)
