"""What functional tests share."""

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
    """Functions do only what their roles allow, in every test."""
    client = engine.connection().client
    # Making the first client looks at the settings, and the test may have more of them to make.
    settings.cache_clear()
    with roles_enforced(client):
        yield


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
    monkeypatch.setattr("smartexam.platform.settings.SystemClock", lambda: clock)
    return clock
