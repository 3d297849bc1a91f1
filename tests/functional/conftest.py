"""What functional tests share."""

import pytest

from mailer import sender
from smartexam import queues
from tests.factories.clock import FrozenClock
from tests.factories.post import PostOffice


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> PostOffice:
    """Queues and mail that stay in the test."""
    office = PostOffice()
    monkeypatch.setattr(queues, "send", office.take)
    monkeypatch.setattr(sender, "send", office.take_mail)
    for name in ("mail", "account_eraser", "exam_eraser", "conversation_eraser"):
        monkeypatch.setenv(f"{name.upper()}_QUEUE_URL", f"https://sqs.us-east-1.amazonaws.com/123456789012/{name}")
    return office


@pytest.fixture
def frozen_settings(clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> FrozenClock:
    """The clock of functions that no API runs, such as those of queues, frozen as well."""
    monkeypatch.setattr("smartexam.settings.SystemClock", lambda: clock)
    return clock


@pytest.fixture
def feed_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The feed of revocations, once read, is not read again however long a test takes that counts calls."""
    monkeypatch.setattr("smartexam.auth.revocations._REFRESH_SECONDS", 3600.0)
