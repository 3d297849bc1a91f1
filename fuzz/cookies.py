"""Cookies, in both ways in which they arrive, and the session tokens in them."""

from fuzz.requests import request
from smartexam.accounts.authenticate import SESSION_COOKIE
from smartexam.platform import opaque

SEEDS = (
    b"session=" + opaque.mint(42).token.encode(),
    b'theme=dark; session="x"; session=y; =z; a; ;;',
    b"session=; path=/; \xff=\x00",
    b"session=AAAA%3D%3D==; session=" + b"A" * 54,
)


def read(data: bytes) -> None:
    """Names and values without surrounding white space, equal in both ways; an owner that is an id, or none."""
    text = data.decode("latin-1")
    joined = request(headers={"cookie": text}).cookies
    split = request(cookies=text.split(";")).cookies
    assert joined == split
    for name, value in joined.items():
        assert name == name.strip()
        assert value == value.strip().strip('"') or value
    owner = opaque.owner(joined.get(SESSION_COOKIE, ""))
    assert owner is None or 0 <= owner < 2**64
    assert len(opaque.digest(joined.get(SESSION_COOKIE, ""))) == 64
