"""Shapes of the sign-in routes."""

from typing import Annotated, Any, ClassVar, Literal

import msgspec

from smartexam.accounts.grants import Grant


def _naming(field: str) -> dict[str, Any]:
    """The schema of a body that has a name in this field."""
    return {"required": [field], "properties": {field: {"type": "string", "pattern": r"\S"}}}


class Credentials(msgspec.Struct, frozen=True):
    """A username or an address, and the password.

    Attributes:
        username: username, email or roll number; case does not count.
        email: the same as `username`, for clients that send it under this name.
        password: the password.
    """

    NEEDED: ClassVar = ("password",)
    RULES: ClassVar[dict[str, Any]] = {"if": _naming("email"), "else": _naming("username")}

    username: str | None = None
    email: str | None = None
    password: Annotated[str | None, msgspec.Meta(extra_json_schema={"type": "string", "minLength": 1})] = None


class SecondFactor(msgspec.Struct, frozen=True):
    """The token of a pending sign-in, and a code of the authenticator app or a recovery code.

    Attributes:
        code: six digits from the authenticator app, or a recovery code.
        mfa_token: the `mfa_token` of the sign-in that was answered with 401 `mfa_required`.
    """

    mfa_token: Annotated[str, msgspec.Meta(max_length=200)]
    code: Annotated[str, msgspec.Meta(max_length=40)]


class RefreshRequest(msgspec.Struct, frozen=True):
    """A refresh token; `rotate` asks for a new one.

    Attributes:
        rotate: whether to get a new refresh token too, which uses up the one sent; false by default.
    """

    refresh_token: str
    rotate: bool = False


class PresentedRefreshToken(msgspec.Struct, frozen=True):
    """A refresh token."""

    refresh_token: str


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to an app's sign-in."""

    status: Literal["success"] = "success"
    data: Grant


class FreshToken(msgspec.Struct, frozen=True, kw_only=True):
    """A new access token; `expires_in` is its lifetime in seconds."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the name of a scheme
    expires_in: int


class FreshPair(FreshToken, frozen=True, kw_only=True):
    """A new access token and the refresh token that replaces the one sent."""

    refresh_token: str


class Refreshed(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a refresh."""

    status: Literal["success"] = "success"
    data: FreshToken


class Rotated(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a refresh that replaced the refresh token."""

    status: Literal["success"] = "success"
    data: FreshPair


class SignedOut(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to an app's sign-out."""

    status: Literal["success"] = "success"
    message: str = "Logged out"


class Profile(msgspec.Struct, frozen=True):
    """The caller's own account; `created_at` is ISO 8601 in UTC."""

    id: int
    username: str
    email: str
    full_name: str
    role: str
    available_portals: list[str]
    created_at: str


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """The caller's account."""

    status: Literal["success"] = "success"
    data: Profile


class WebSignedOut(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a web sign-out by JSON."""

    success: Literal[True] = True
    redirect_url: str
