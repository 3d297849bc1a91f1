"""Decides which mail an address gets, if any."""

from mailer import letters, sender
from mailer.letters import Letter
from smartexam.accounts.store import credentials, identity
from smartexam.accounts.store.identity import User
from smartexam.limits import rate_limits
from smartexam.platform.errors import RateLimited
from smartexam.platform.mail import MailOrder
from smartexam.platform.observability import note
from smartexam.platform.settings import settings

# Enough for its owner; anybody can request mails to somebody else's address.
_MAILS_PER_HOUR = 10


def deliver(order: MailOrder, now: float) -> None:
    """Write and send the mail of an order.

    An address without an active account gets none. An account without a password gets a link to set the first one,
    whatever was requested. If an order arrives twice, only the second mail's link is valid.
    """
    user_id = identity.find_user_id(order.email)
    user = identity.get_user(user_id) if user_id is not None else None
    if user is None or not user.is_active:
        return
    note(user_id=user.id)
    try:
        with rate_limits.use("mail", user.id, limit=_MAILS_PER_HOUR, seconds=3600, now=now):
            sender.send(user.email, _letter(order, user, now))
    except RateLimited:
        note(mail="too_many")


def _letter(order: MailOrder, user: User, now: float) -> Letter:
    base = settings().app_base_url
    if order.occasion == "sign_up" and user.password_hash is not None:
        return letters.already_registered(user.username, f"{base}/login")
    link = f"{base}/set-password?token={credentials.issue_password_link(user.id, now)}"
    if user.password_hash is None:
        return letters.set_up(user.username, link)
    return letters.reset(user.full_name, user.username, link)
