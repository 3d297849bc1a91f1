"""Orders for mails, which the `mailer` function writes and sends.

An order contains only the occasion and the address. The mailer looks up the account and makes the link, so an answer
takes the same time for every address, and no link is stored in a queue.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from smartexam.platform import queues
from smartexam.platform.errors import AppError
from smartexam.platform.observability import note
from smartexam.platform.settings import settings

Occasion = Literal[
    "sign_up",
    "reset",
    "invitation",
    "password_changed",
    "role_changed",
    "access_requested",
    "mfa_enabled",
    "mfa_disabled",
    "sessions_revoked",
    "deleted",
]


class MailOrder(msgspec.Struct, frozen=True):
    """A mail to be written: its occasion and its address."""

    occasion: Occasion
    email: str


def order(occasion: Occasion, email: str) -> None:
    """Order a mail.

    Args:
        occasion: what it is about.
        email: the address, known or not.

    Raises:
        Unavailable: the queue cannot be reached.
    """
    queues.send(settings().required("MAIL_QUEUE_URL"), MailOrder(occasion, email))


def notify(occasion: Occasion, email: str) -> None:
    """Order a mail to the owner of an address about a completed change; if that fails, the change stays."""
    try:
        order(occasion, email)
    except AppError:
        note(unsent=occasion)


def order_invitations(addresses: Sequence[str]) -> None:
    """Order mails that invite students, in a separate queue, so that thousands do not delay a reset link.

    Raises:
        Unavailable: the queue cannot be reached; some may be ordered.
    """
    url = settings().required("INVITATION_QUEUE_URL")
    queues.send_all(url, [MailOrder("invitation", address) for address in addresses])
