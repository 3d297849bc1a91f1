"""Fixtures of functional tests."""

from collections.abc import Iterator

import pytest

from mailer import sender
from smartexam.platform import queues
from smartexam.platform.dynamodb import engine
from smartexam.platform.settings import settings
from tests.factories.clock import FrozenClock
from tests.factories.post import PostOffice
from tests.infrastructure.iam import roles_enforced


@pytest.fixture(autouse=True)
def _roles(tables: dict[str, str]) -> Iterator[None]:
    """Functions have only their roles' rights, in every test."""
    client = engine.connection().client
    # Creating the first client reads the settings, which the test may still change.
    settings.cache_clear()
    with roles_enforced(client):
        yield


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> PostOffice:
    """Collects messages to queues, and mails."""
    office = PostOffice()
    monkeypatch.setattr(queues, "send", office.take)
    monkeypatch.setattr(queues, "send_all", office.take_all)
    monkeypatch.setattr(sender, "send", office.take_mail)
    for name in ("mail", "invitation", "job", "account_eraser", "exam_eraser", "conversation_eraser"):
        monkeypatch.setenv(f"{name.upper()}_QUEUE_URL", f"https://sqs.us-east-1.amazonaws.com/123456789012/{name}")
    return office


@pytest.fixture
def frozen_settings(clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> FrozenClock:
    """Freezes the clock of functions without an API, such as those of queues, too."""
    monkeypatch.setattr("smartexam.platform.settings.SystemClock", lambda: clock)
    return clock
