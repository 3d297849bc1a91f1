"""Consumes the queue of mails."""

from collections.abc import Mapping
from typing import Any

from mailer.service import deliver
from smartexam.platform import queues
from smartexam.platform.mail import MailOrder
from smartexam.platform.queues import Context


def lambda_handler(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Write and send the mails of an SQS event; returns the messages that failed."""
    return queues.work(event, context, MailOrder, deliver)
