"""The feed of role changes, new passwords and deletions, in the ephemeral table.

REVOCATIONS   <ms>#<user>#<n>   one change
"""

import msgspec
from pynamodb.attributes import UnicodeAttribute

from smartexam.accounts.store.sessions import SESSION_SECONDS
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import FloatAttribute, IntAttribute, Item

# The longest lifetime of a credential that is checked against the feed, and a margin for clocks.
REVOCATION_SECONDS = SESSION_SECONDS + 600


class RevocationItem(Item):
    """From `auth_version` on an account has this role and name; without a role, its older credentials are revoked."""

    class Meta:
        context = "ephemeral"

    user_id = IntAttribute()
    auth_version = IntAttribute()
    role = UnicodeAttribute(null=True)
    full_name = UnicodeAttribute(null=True)
    kept = UnicodeAttribute(null=True)
    session = UnicodeAttribute(null=True)
    expires_at = FloatAttribute()


class Revocation(msgspec.Struct, frozen=True):
    """A change that applies to credentials issued below `auth_version`; without a role they are revoked.

    Attributes:
        kept: a session whose credentials stay valid.
        session: if set, the change only revokes the credentials of this session, whatever their version.
    """

    user_id: int
    auth_version: int
    role: str | None
    full_name: str | None = None
    kept: str | None = None
    session: str | None = None


def revocation_item(change: Revocation, now: float) -> RevocationItem:
    """The feed entry to write in the transaction that makes the change."""
    return RevocationItem(
        "REVOCATIONS",
        f"{int(now * 1000):013d}#{change.user_id}#{change.session or change.auth_version}",
        user_id=change.user_id,
        auth_version=change.auth_version,
        role=change.role,
        full_name=change.full_name,
        kept=change.kept,
        session=change.session,
        expires_at=now + REVOCATION_SECONDS,
    )


def revocations_since(epoch_seconds: float) -> list[Revocation]:
    """The entries of the feed from a time on, in order."""
    after = f"{int(epoch_seconds * 1000):013d}"
    found: list[Revocation] = []
    while True:
        page = table.query(RevocationItem, "REVOCATIONS", limit=1000, after=after)
        found += [
            Revocation(item.user_id, item.auth_version, item.role, item.full_name, item.kept, item.session)
            for item in page.items
        ]
        if page.next_sk is None:
            return found
        after = page.next_sk
