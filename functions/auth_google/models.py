"""Shapes of the Google sign-in."""

from typing import Annotated, ClassVar, Literal

import msgspec

from smartexam.accounts.grants import Grant


class GoogleCredential(msgspec.Struct, frozen=True):
    """The ID token from the Google Sign-In SDK.

    Attributes:
        id_token: the ID token that the Google Sign-In SDK gave.
        nonce: the nonce that the client gave to the SDK, if it did; the token must have the same.
    """

    NEEDED: ClassVar = ("id_token",)

    id_token: Annotated[str | None, msgspec.Meta(extra_json_schema={"type": "string", "minLength": 1})] = None
    nonce: str | None = None


class GoogleWebCredential(msgspec.Struct, frozen=True):
    """The ID token with which Google sent a browser back.

    Attributes:
        id_token: the ID token from the address to which Google redirected.
        nonce: the nonce that the page sent to Google and kept; the token must have the same.
    """

    id_token: Annotated[str, msgspec.Meta(extra_json_schema={"minLength": 1})]
    nonce: Annotated[str, msgspec.Meta(extra_json_schema={"minLength": 1})]


class GoogleClient(msgspec.Struct, frozen=True):
    """What a page needs to send a browser to Google's sign-in.

    Attributes:
        client_id: the OAuth client id of the web app, null if signing in with Google is not set up.
    """

    client_id: str | None


class GoogleClientFound(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to the question for the web app's client id."""

    status: Literal["success"] = "success"
    data: GoogleClient


class GoogleGrant(Grant, frozen=True, kw_only=True):
    """The grant of an app's sign-in, and whether the account was created by it.

    Attributes:
        is_new_user: whether this sign-in created the account.
    """

    is_new_user: bool


class GoogleSignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a sign-in with Google."""

    status: Literal["success"] = "success"
    data: GoogleGrant
