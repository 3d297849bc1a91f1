"""Shapes of the account routes."""

from typing import Annotated, Literal, TypeAlias

import msgspec

Text = Annotated[str, msgspec.Meta(max_length=2000)]
SessionKind: TypeAlias = Literal["web", "token", "socket"]
_Token = Annotated[str, msgspec.Meta(max_length=200)]


class NewAccount(msgspec.Struct, frozen=True):
    """The person who wants an account."""

    email: Text
    first_name: Text
    last_name: Text


class NewPassword(msgspec.Struct, frozen=True):
    """A password, and the token of the mailed link."""

    token: _Token
    password: Text


class ForgottenPassword(msgspec.Struct, frozen=True):
    """The account whose password is forgotten."""

    email: Text


class Requester(msgspec.Struct, frozen=True):
    """The account that wants another role."""

    username: Text
    email: Text


class RequestedAccess(msgspec.Struct, frozen=True):
    """The wanted role, the present one, and the reason."""

    username: Text
    email: Text
    current_access: Text
    requested_access: Text
    user_reason: Text


class Confirmation(msgspec.Struct, frozen=True):
    """`confirm` must be "DELETE", exactly."""

    confirm: str | None = None


class Acknowledged(msgspec.Struct, frozen=True, kw_only=True):
    """Success, with a message for people."""

    success: Literal[True] = True
    message: str


class RequesterFound(msgspec.Struct, frozen=True):
    """The account that asks."""

    username: str
    current_access: str


class Requestable(msgspec.Struct, frozen=True, kw_only=True):
    """The roles that an account may ask for."""

    success: Literal[True] = True
    user: RequesterFound
    available_requests: list[str]
    has_pending_request: bool
    can_request: bool


class RequestSubmitted(msgspec.Struct, frozen=True, kw_only=True):
    """A request that an administrator will decide."""

    success: Literal[True] = True
    message: str = "Request submitted."
    request_id: int


class ChangedPassword(msgspec.Struct, frozen=True):
    """The current password and the new one."""

    current_password: Text
    new_password: Text


class Names(msgspec.Struct, frozen=True):
    """The caller's names; the last may be empty."""

    first_name: Text
    last_name: Text


class SessionRow(msgspec.Struct, frozen=True):
    """A session of the caller; times in ISO 8601, UTC."""

    id: str
    kind: SessionKind
    created_at: str
    last_seen_at: str
    user_agent: str
    current: bool


class OpenSessions(msgspec.Struct, frozen=True):
    """The caller's sessions, the newest first."""

    sessions: list[SessionRow]


class MfaSetup(msgspec.Struct, frozen=True):
    """The secret for an authenticator app, and the same as an address for a QR code."""

    secret: str
    otpauth_url: str


class MfaCode(msgspec.Struct, frozen=True):
    """A code of the authenticator app."""

    code: Annotated[str, msgspec.Meta(max_length=40)]


class NewRecoveryCodes(msgspec.Struct, frozen=True):
    """Codes for a lost app; each works once, and they are shown only now."""

    recovery_codes: list[str]


class MfaRemoval(msgspec.Struct, frozen=True):
    """The password, and a code of the app or a recovery code."""

    password: Text
    code: Annotated[str, msgspec.Meta(max_length=40)]
