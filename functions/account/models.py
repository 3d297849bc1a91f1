"""Shapes of the account routes."""

from typing import Annotated, ClassVar, Literal, TypeAlias

import msgspec

from smartexam.accounts.names import LONGEST_NAME
from smartexam.accounts.sign_up import LONGEST_ADDRESS
from smartexam.platform.texts import visible

LONGEST_REASON = 1000
SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 128

Text = Annotated[str, msgspec.Meta(max_length=2000)]
_Password = Annotated[str, visible(LONGEST_PASSWORD, SHORTEST_PASSWORD)]
_Name = Annotated[str, msgspec.Meta(max_length=LONGEST_NAME)]
SessionKind: TypeAlias = Literal["web", "token", "socket"]
_Token = Annotated[str, msgspec.Meta(max_length=200)]


class NewAccount(msgspec.Struct, frozen=True):
    """The person who wants an account.

    Attributes:
        email: address that the link to set a password is mailed to.
    """

    email: Annotated[str, visible(LONGEST_ADDRESS)]
    first_name: Annotated[_Name, visible(LONGEST_NAME)]
    last_name: _Name


class NewPassword(msgspec.Struct, frozen=True):
    """A password, and the token of the mailed link.

    Attributes:
        token: the token from the mailed link, valid for an hour and once.
        password: the password: 10 to 128 characters, no common one, neither the username nor the email.
    """

    token: _Token
    password: _Password


class ForgottenPassword(msgspec.Struct, frozen=True):
    """The account whose password is forgotten.

    Attributes:
        email: email address of the account; case does not count.
    """

    email: Text


class Requester(msgspec.Struct, frozen=True):
    """The account that wants another role."""

    username: Text
    email: str


class RoleRequest(msgspec.Struct, frozen=True):
    """The wanted role, the present one, and the reason."""

    username: Text
    email: str
    current_access: Text
    requested_access: Text
    user_reason: Annotated[str, visible(LONGEST_REASON)]


class Confirmation(msgspec.Struct, frozen=True):
    """A word that nobody sends by mistake.

    Attributes:
        confirm: exactly `DELETE`.
    """

    NEEDED: ClassVar = ("confirm",)

    confirm: Annotated[str | None, msgspec.Meta(extra_json_schema={"type": "string", "const": "DELETE"})] = None


class Acknowledged(msgspec.Struct, frozen=True, kw_only=True):
    """Success, with a message for people."""

    success: Literal[True] = True
    message: str


class RequesterFound(msgspec.Struct, frozen=True):
    """The account that asks."""

    username: str
    current_access: str


class Requestable(msgspec.Struct, frozen=True, kw_only=True):
    """The roles that an account may ask for.

    Attributes:
        user: the account that was found.
        available_requests: roles that the account may ask for; empty for `user,admin`.
        has_pending_request: whether a request of the account waits already.
        can_request: whether a request would be taken now.
    """

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
    """The current password and the new one.

    Attributes:
        current_password: the password until now; three wrong ones lock like failed sign-ins.
        new_password: the new password: 10 to 128 characters, no common one, neither the username nor the email.
    """

    current_password: Text
    new_password: _Password


class Names(msgspec.Struct, frozen=True):
    """The caller's names; the last may be empty.

    Attributes:
        first_name: first name, 1 to 100 characters that can be seen.
    """

    first_name: Annotated[_Name, visible(LONGEST_NAME)]
    last_name: _Name


class SessionRow(msgspec.Struct, frozen=True):
    """A session of the caller; times in ISO 8601, UTC.

    Attributes:
        id: names the session: 32 hexadecimal digits.
        kind: `web` is a browser's cookie, `token` an app's tokens, `socket` a WebSocket.
        last_seen_at: when it was last used, UTC, to within some minutes.
        user_agent: what the client called itself, at most 200 characters.
        current: whether this very request belongs to it.
    """

    id: str
    kind: SessionKind
    created_at: str
    last_seen_at: str
    user_agent: str
    current: bool


class OpenSessions(msgspec.Struct, frozen=True):
    """The caller's sessions, the newest first.

    Attributes:
        sessions: the sessions, the newest first.
    """

    sessions: list[SessionRow]


class MfaSetup(msgspec.Struct, frozen=True):
    """The secret for an authenticator app, and the same as an address for a QR code.

    Attributes:
        secret: the secret in Base32, to type into an authenticator app.
        otpauth_url: the same as an address, to show as a QR code.
    """

    secret: str
    otpauth_url: str


class MfaCode(msgspec.Struct, frozen=True):
    """A code of the authenticator app.

    Attributes:
        code: six digits from the authenticator app.
    """

    code: Annotated[str, msgspec.Meta(max_length=40, extra_json_schema={"pattern": r"^\s*[0-9]{6}\s*$"})]


class NewRecoveryCodes(msgspec.Struct, frozen=True):
    """Codes for a lost app; each works once, and they are shown only now.

    Attributes:
        recovery_codes: ten codes, each of which replaces a code of the app once.
    """

    recovery_codes: list[str]


class MfaRemoval(msgspec.Struct, frozen=True):
    """The password, and a code of the app or a recovery code.

    Attributes:
        code: six digits from the authenticator app, or a recovery code.
    """

    password: Text
    code: Annotated[str, msgspec.Meta(max_length=40)]
