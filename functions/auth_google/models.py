"""Shapes of the Google sign-in."""

from typing import Literal

import msgspec

from smartexam.accounts.grants import Grant


class GoogleCredential(msgspec.Struct, frozen=True):
    """The ID token from the Google Sign-In SDK."""

    id_token: str | None = None
    nonce: str | None = None


class GoogleGrant(Grant, frozen=True, kw_only=True):
    """The grant of an app's sign-in, and whether the account was created by it."""

    is_new_user: bool


class GoogleSignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a sign-in with Google."""

    status: Literal["success"] = "success"
    data: GoogleGrant
