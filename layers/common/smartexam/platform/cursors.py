"""Cursors: opaque, signed places in a list.

A cursor contains only a sort key. The partition always comes from the request itself, so a forged cursor could not lead
to another user's data; the signature makes a modified cursor a clear 400 instead of a wrong page.
"""

import base64
import binascii
import hashlib
import hmac

from smartexam.platform.errors import BadRequest
from smartexam.platform.signing_keys import signing_keys

_MAC_BYTES = 9


def encode(list_name: str, place: str | None) -> str | None:
    """The cursor for a place in a list, None at its end."""
    if place is None:
        return None
    mac = _mac(signing_keys().current, list_name, place)
    return base64.urlsafe_b64encode(mac + place.encode()).decode().rstrip("=")


def decode(list_name: str, cursor: str | None) -> str | None:
    """The place of a cursor of this list; None for None.

    Raises:
        BadRequest: `encode` did not make it for this list.
    """
    if not cursor:
        return None
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        place = raw[_MAC_BYTES:].decode()
    except (binascii.Error, ValueError):
        raise BadRequest("Invalid cursor", code="invalid_cursor") from None
    for key in signing_keys().accepted:
        if hmac.compare_digest(_mac(key, list_name, place), raw[:_MAC_BYTES]):
            return place
    raise BadRequest("Invalid cursor", code="invalid_cursor")


def _mac(key: bytes, list_name: str, place: str) -> bytes:
    return hmac.digest(key, f"cursor:{list_name}:{place}".encode(), hashlib.sha256)[:_MAC_BYTES]
