"""The signed-in caller, and the roles."""

from enum import Enum
from typing import Literal, TypeAlias

import msgspec

Role: TypeAlias = Literal["user", "admin", "user,admin"]
# A role in a request; see `role_of`.
RoleText: TypeAlias = Literal["user", "admin", "user,admin", "both"]


class Access(Enum):
    """Who may call a route."""

    PUBLIC = "public"
    AUTH = "auth"
    USER = "user"
    ADMIN = "admin"


class Principal(msgspec.Struct, frozen=True):
    """The signed-in caller.

    Attributes:
        version: the account's `auth_version` when the credential was issued; see `smartexam.accounts.revocations`.
        by_cookie: whether a browser may have sent the credential without the user's intent.
        session: the id of the credential's sign-in, as its owner sees it; "" for older credentials.
        ends_at: when the credential expires, epoch seconds; 0 if unknown.
        must_enrol: the account had no second factor when the credential was issued, although this stack requires one.
    """

    user_id: int
    role: str
    username: str
    full_name: str
    version: int
    by_cookie: bool = False
    session: str = ""
    ends_at: float = 0.0
    must_enrol: bool = False

    def has(self, portal: str) -> bool:
        """Whether `user` or `admin` is in the role."""
        return portal in portals(self.role)


def role_of(text: str) -> str:
    """The role that a request names; `both` is another name of `user,admin`."""
    return "user,admin" if text == "both" else text


def portals(role: str) -> list[str]:
    """The portals that a role opens: `user,admin` opens both."""
    return role.split(",")
