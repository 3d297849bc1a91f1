"""Fixtures of race tests."""

import pytest

from smartexam.platform import queues
from tests.factories.post import PostOffice


@pytest.fixture(autouse=True)
def _mails_stay_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages to queues are collected, unless a test does otherwise."""
    monkeypatch.setattr(queues, "send", PostOffice().take)
    monkeypatch.setenv("MAIL_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/123456789012/mail")
