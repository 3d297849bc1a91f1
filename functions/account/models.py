"""Shapes of the account routes."""

from typing import Annotated, Literal

import msgspec

Text = Annotated[str, msgspec.Meta(max_length=2000)]
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


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """Success."""

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


class Deleted(msgspec.Struct, frozen=True, kw_only=True):
    """It was deleted."""

    success: Literal[True] = True
