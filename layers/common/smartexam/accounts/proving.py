"""Checks the password of an account, at sign-in and for changes that require it again."""

from smartexam.accounts.passwords import verify_password
from smartexam.accounts.user import User
from smartexam.limits.sign_in import SignIn
from smartexam.limits.sources import source_of
from smartexam.platform.errors import Forbidden, RateLimited


def prove(user: User, password: str, source_ip: str, now: float) -> None:
    """Check the password of the signed-in owner of an account; a wrong one counts like a failed sign-in.

    Raises:
        Forbidden: `wrong_password`.
        RateLimited: locked, or locked by this third failure; or too many failures from this source.
    """
    attempt = SignIn(source_of(source_ip), now)
    attempt.refuse_flood()
    attempt.refuse_guesser(user.id, is_owner=True)
    if verify_password(user.password_hash, password):
        attempt.succeeded()
        return
    refusal = attempt.failed()
    if isinstance(refusal, RateLimited):
        raise refusal
    raise Forbidden("The password is wrong", code="wrong_password", **refusal.details)
