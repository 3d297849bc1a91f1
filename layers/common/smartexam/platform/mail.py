"""Mails that the platform owes somebody.

A request only says what about and to which address: whether there is an account, and which link it gets, is looked
up by the `mailer` function. So an answer takes the same time for every address, and no link lies in a queue.
"""

from typing import Literal

import msgspec

from smartexam.platform import queues
from smartexam.platform.settings import settings

Occasion = Literal["sign_up", "reset"]


class MailOrder(msgspec.Struct, frozen=True):
    """A mail to be written: why, and to which address."""

    occasion: Occasion
    email: str


def order(occasion: Occasion, email: str) -> None:
    """Have a mail written and sent.

    Args:
        occasion: somebody signed up with the address, or asked to reset the password of its account.
        email: the address, known or not.

    Raises:
        Unavailable: the queue cannot be reached.
    """
    queues.send(settings().required("MAIL_QUEUE_URL"), MailOrder(occasion, email))
