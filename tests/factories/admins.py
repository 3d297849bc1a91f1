"""An admin who calls functions."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.factories.clock import FrozenClock
from tests.factories.events import Answer, send
from tests.factories.forms import multipart
from tests.factories.users import access_token, create_user

Handler = Callable[[Any, Any], Mapping[str, Any]]


class Admin:
    """A signed-in admin at one function."""

    def __init__(self, handler: Handler, clock: FrozenClock) -> None:
        self._handler = handler
        self._clock = clock
        self.user = create_user(role="admin")

    def call(self, method: str, path: str, *, handler: Handler | None = None, **request: Any) -> Answer:
        """Call a route, of another function perhaps; `request` as for `http_event`."""
        token = access_token(self.user, self._clock.now())
        return send(handler or self._handler, method, path, token=token, **request)

    def get(self, path: str, **request: Any) -> Answer:
        """GET a route."""
        return self.call("GET", path, **request)

    def post(self, path: str, body: Any = None, **request: Any) -> Answer:
        """POST JSON, or what `request` says."""
        return self.call("POST", path, body={} if body is None and not request else body, **request)

    def upload(self, path: str, files: dict[str, tuple[str, bytes]], **fields: str) -> Answer:
        """POST a multipart form."""
        return self.call("POST", path, **multipart(fields, files))
