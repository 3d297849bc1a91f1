"""Decides which mail an address gets, if any."""

from typing import NamedTuple

from mailer import letters, sender
from mailer.letters import Letter
from smartexam.accounts.store import credentials, identity
from smartexam.accounts.user import User
from smartexam.limits import rate_limits
from smartexam.platform.errors import RateLimited
from smartexam.platform.mail import MailOrder
from smartexam.platform.observability import note
from smartexam.platform.settings import settings

_HOUR, _DAY = 3600, 24 * 3600


class Budget(NamedTuple):
    """How many mails of a kind an address gets in a number of seconds."""

    kind: str
    limit: int
    seconds: int


# Anybody can request mails to somebody else's address, so each purpose has its own budget.
_SET_UP = Budget("mail_set_up", 1, _DAY)
_ALREADY_REGISTERED = Budget("mail_registered", 1, _DAY)
_LINK = Budget("mail", 5, _HOUR)
_NOTICE = Budget("mail_notice", 20, _DAY)


def deliver(order: MailOrder, now: float) -> None:
    """Write and send the mail of an order.

    An address without an active account gets none, except for the notice that its account was deleted. An account
    without a password gets a link to set the first one, whatever was requested.
    """
    if order.occasion == "deleted":
        sender.send(order.email, letters.deleted())
        return
    user_id = identity.find_user_id(order.email)
    user = identity.get_user(user_id) if user_id is not None else None
    if user is None or not user.is_active:
        return
    if order.occasion == "invitation" and user.password_hash is not None:
        return
    note(user_id=user.id)
    budget = _budget(order, user)
    try:
        with rate_limits.use(budget.kind, user.id, limit=budget.limit, seconds=budget.seconds, now=now):
            sender.send(user.email, _letter(order, user, now))
    except RateLimited:
        note(mail="too_many")


def _budget(order: MailOrder, user: User) -> Budget:
    if order.occasion in {"sign_up", "invitation"}:
        return _SET_UP if user.password_hash is None else _ALREADY_REGISTERED
    return _LINK if order.occasion == "reset" else _NOTICE


def _letter(order: MailOrder, user: User, now: float) -> Letter:
    base = settings().app_base_url
    if order.occasion == "invitation":
        link = f"{base}/set-password?token={credentials.issue_password_link(user.id, now)}"
        return letters.invitation(user.full_name, user.username, user.roll_no, link, f"{base}/login")
    if order.occasion not in {"sign_up", "reset"}:
        return letters.notice(order.occasion, user.full_name, user.username, user.role, base)
    if order.occasion == "sign_up" and user.password_hash is not None:
        return letters.already_registered(user.username, f"{base}/login")
    link = f"{base}/set-password?token={credentials.issue_password_link(user.id, now)}"
    if user.password_hash is None:
        return letters.set_up(user.username, link)
    return letters.reset(user.full_name, user.username, link)
