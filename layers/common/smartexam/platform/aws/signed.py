"""Sends signed requests to one endpoint."""

from typing import Any
from urllib.parse import urlsplit

import botocore.session
from botocore import exceptions
from botocore.awsrequest import AWSPreparedRequest
from botocore.credentials import Credentials, EnvProvider
from botocore.handlers import BUILTIN_HANDLERS
from botocore.hooks import HierarchicalEmitter, first_non_none_response

from smartexam.platform.aws.signing import Signer
from smartexam.platform.aws.transport import Response, Transport


class SignedClient:
    """Sends signed requests to an endpoint, one attempt each; safe to share between threads.

    Args:
        endpoint: the address, without a slash at its end.
        service: the service's name in signatures.
        region: the region in signatures.
        connect_timeout: seconds.
        read_timeout: seconds.
        pool_size: how many connections are kept.
    """

    def __init__(
        self,
        endpoint: str,
        service: str,
        region: str,
        *,
        connect_timeout: float,
        read_timeout: float,
        pool_size: int,
    ) -> None:
        parts = urlsplit(endpoint)
        self.events = HierarchicalEmitter()
        self._origin, self._host, self._base = f"{parts.scheme}://{parts.netloc}", parts.netloc, parts.path
        self._transport = Transport(
            self._origin, connect_timeout=connect_timeout, read_timeout=read_timeout, pool_size=pool_size
        )
        self._signer = Signer(service, region)
        self._credentials: Credentials | None = None
        for event, handler, *_ in BUILTIN_HANDLERS:
            # Handlers registered for all botocore clients before they send apply to this client too.
            if event == "before-send":
                self.events.register(event, handler)

    def send(self, method: str, path: str, headers: dict[str, str], body: bytes, event: str) -> Response:
        """Send a request.

        Args:
            method: the HTTP method.
            path: under the endpoint, percent-encoded.
            headers: all of them are signed.
            body: the bytes to send.
            event: emitted before sending, like botocore's clients do; a handler's return value is used as the answer.

        Raises:
            BotoCoreError: there was no answer, or there are no credentials.
        """
        path = self._base + path
        credentials = (self._credentials or self._found_credentials()).get_frozen_credentials()
        sent = self._signer.signed(method, self._host, path, headers, body, credentials)
        sent["User-Agent"] = "smartexam"
        request = AWSPreparedRequest(method, self._origin + path, sent, body, stream_output=False)
        given: Response | None = first_non_none_response(self.events.emit(event, request=request))
        return given or self._transport.send(request, path)

    def _found_credentials(self) -> Credentials:
        # Lambda has its credentials in the environment; looking there first saves a botocore session at each cold
        # start.
        found: Any = EnvProvider().load() or botocore.session.get_session().get_credentials()
        if found is None:
            raise exceptions.NoCredentialsError
        self._credentials = found
        return self._credentials
