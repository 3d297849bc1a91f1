"""An administrator signed in at all functions."""

from collections.abc import Callable
from typing import Any

from admin_users.app import lambda_handler as users
from tests.factories.admins import Admin
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer


class Office:
    """An administrator signed in at all functions."""

    def __init__(self, clock: FrozenClock) -> None:
        self._admin = Admin(users, clock)
        self.user = self._admin.user

    def post(self, handler: Callable[..., Any], path: str, body: Any = None, **request: Any) -> Answer:
        self._admin._handler = handler
        return self._admin.post(path, body, **request)

    def upload(self, handler: Callable[..., Any], path: str, files: dict[str, Any], **fields: str) -> Answer:
        self._admin._handler = handler
        return self._admin.upload(path, files, **fields)
