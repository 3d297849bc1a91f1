"""What tests of many at once share."""

import pytest

from smartexam.platform import queues
from tests.factories.post import PostOffice


@pytest.fixture(autouse=True)
def _mails_stay_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is put into queues stays in the test, unless a test says otherwise."""
    monkeypatch.setattr(queues, "send", PostOffice().take)
    monkeypatch.setenv("MAIL_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/123456789012/mail")
