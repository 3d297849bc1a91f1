"""The rules of two-factor sign-in."""

import secrets

from smartexam.accounts import totp
from smartexam.accounts.store import identity, second_factors
from smartexam.accounts.store.second_factors import Way
from smartexam.accounts.user import User
from smartexam.platform.errors import Unauthorized

RECOVERY_CODES = 10
# Letters and digits that do not look alike.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
# 24 of 31 characters are 118 random bits; secrets of fewer than 112 would need the slow hash of passwords.
_CODE_CHARACTERS = 24


def require(user: User, way: Way, now: float) -> None:
    """Refuse a sign-in whose password was right until it has a code, if the account has a second factor.

    Raises:
        Unauthorized: `mfa_required`, with the `mfa_token` of this sign-in.
    """
    if user.mfa_secret is not None:
        raise Unauthorized(
            "A code of your authenticator app is needed",
            code="mfa_required",
            mfa_token=second_factors.wait(user, way, now),
        )


def complete(token: str, code: str, now: float) -> tuple[User, Way]:
    """The account of a sign-in whose code is right, and how the sign-in began.

    Raises:
        Unauthorized: `mfa_token_invalid`, `mfa_code_invalid`.
    """
    waiting = second_factors.try_waiting(token, now)
    user = identity.get_user(waiting.user_id) if waiting is not None else None
    if waiting is None or user is None or not user.accepts(waiting.auth_version, ""):
        raise Unauthorized("This sign-in has expired. Please begin again.", code="mfa_token_invalid")
    if not uses_code(user, code, now) or not second_factors.finish_waiting(token):
        raise Unauthorized("The code is wrong or was used already", code="mfa_code_invalid")
    return user, waiting.way


def uses_code(user: User, code: str, now: float) -> bool:
    """Whether a code of the app or a recovery code is right; a right one cannot be used again."""
    plain = "".join(code.split()).replace("-", "").lower()
    if user.mfa_secret is None:
        return False
    if len(plain) == totp.DIGITS:
        step = totp.step_of(user.mfa_secret, plain, now)
        return step is not None and second_factors.use_step(user.id, step)
    return second_factors.use_recovery_code(user.id, plain)


def recovery_codes() -> list[str]:
    """New recovery codes, in groups of four characters."""
    return ["-".join(_group() for _ in range(_CODE_CHARACTERS // 4)) for _ in range(RECOVERY_CODES)]


def plain(code: str) -> str:
    """A recovery code in the form that is compared."""
    return code.replace("-", "")


def _group() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(4))
