"""Shapes of the account routes."""

from typing import Annotated, Literal

import msgspec

Text = Annotated[str, msgspec.Meta(max_length=2000)]
_Token = Annotated[str, msgspec.Meta(max_length=200)]


class NewAccount(msgspec.Struct, frozen=True):
    """Who wants an account."""

    email: Text
    first_name: Text
    last_name: Text


class NewPassword(msgspec.Struct, frozen=True):
    """A password, and the token of the mailed link that allows to set it."""

    token: _Token
    password: Text


class ForgottenPassword(msgspec.Struct, frozen=True):
    """Whose password is forgotten."""

    email: Text


class Requester(msgspec.Struct, frozen=True):
    """Who wants another role."""

    username: Text
    email: Text


class RequestedAccess(msgspec.Struct, frozen=True):
    """The role wanted, the one there is, and why."""

    username: Text
    email: Text
    current_access: Text
    requested_access: Text
    user_reason: Text


class Confirmation(msgspec.Struct, frozen=True):
    """`confirm` must be "DELETE", exactly."""

    confirm: str | None = None


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """It worked."""

    success: Literal[True] = True
    message: str


class RequesterFound(msgspec.Struct, frozen=True):
    """The account that asks."""

    username: str
    current_access: str


class Requestable(msgspec.Struct, frozen=True, kw_only=True):
    """What an account may ask for."""

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
    """The account is gone."""

    success: Literal[True] = True
