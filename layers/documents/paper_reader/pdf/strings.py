"""Converts string tokens of PDF syntax to bytes."""

import re
from typing import Final

# Patterns of string tokens, with parentheses nested as far as any producer goes.
STRING: Final = rb"\((?:[^()\\]++|\\.|\((?:[^()\\]++|\\.|\((?:[^()\\]++|\\.)*+\))*+\))*+\)"
HEX: Final = rb"<[0-9A-Fa-f\s]*+>"

_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|(\r\n|[\r\n])|(.))", re.DOTALL)
_NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_NOT_HEX = re.compile(rb"[^0-9A-Fa-f]++")


def literal(token: bytes) -> bytes:
    """The bytes of `(...)`."""
    inner = token[1:-1]
    return _ESCAPE.sub(_unescaped, inner) if b"\\" in inner else inner


def unhex(token: bytes) -> bytes:
    """The bytes of `<...>`; a missing last digit counts as 0, as in the standard."""
    digits = token[1:-1]
    try:
        return bytes.fromhex(digits.decode("ascii"))
    except ValueError:
        digits = _NOT_HEX.sub(b"", digits)
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))


def bytes_of(token: bytes) -> bytes:
    """The bytes of a string in either notation."""
    return literal(token) if token[:1] == b"(" else unhex(token)


def code_of(token: bytes) -> int | None:
    """The first byte of a string, None if it has none."""
    return next(iter(bytes_of(token)), None)


def _unescaped(found: re.Match[bytes]) -> bytes:
    octal, line_break, other = found.groups()
    if octal:
        return bytes([int(octal, 8) & 0xFF])
    if line_break:
        return b""
    return _NAMED.get(other, other)
