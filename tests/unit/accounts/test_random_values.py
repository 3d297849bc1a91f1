"""What proves an identity by itself is too long to guess."""

import base64
import math

from smartexam.accounts import second_factor
from smartexam.platform import opaque

OWNER_BYTES = 8


def random_part(token: str) -> bytes:
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))[OWNER_BYTES:]


def test_tokens_have_256_random_bits() -> None:
    drawn = [random_part(opaque.mint(7).token) for _ in range(64)]

    assert {len(each) for each in drawn} == {32}
    # A byte that is a constant would be the same 64 times.
    assert all(len(set(position)) > 1 for position in zip(*drawn, strict=True))


def test_a_replacement_has_128_new_ones_and_is_found_like_its_predecessor() -> None:
    token = opaque.mint(7).token
    replacement = opaque.mint_after(token).token

    assert opaque.selector(replacement) == opaque.selector(token)
    assert random_part(replacement)[16:] != random_part(token)[16:]
    assert len(random_part(replacement)) == 32


def test_recovery_codes_have_118_random_bits() -> None:
    codes = [second_factor.plain(code) for _ in range(20) for code in second_factor.recovery_codes()]
    letters = set().union(*codes)

    assert len(set(codes)) == len(codes)
    assert min(len(code) * math.log2(len(letters)) for code in codes) > 118
