"""Password links, in the ephemeral table: opaque tokens, of which only a hash is stored."""

import hmac

import msgspec
from pynamodb.attributes import UnicodeAttribute, UnicodeSetAttribute

from smartexam.platform import opaque
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import Delete, FloatAttribute, Item
from smartexam.platform.keys import user_key

PASSWORD_LINK_SECONDS = 3600
# How long a link stays valid after the next one is mailed.
LINK_OVERLAP_SECONDS = 5 * 60
_LINKS = "PASSWORD_LINK"


class PasswordLinksItem(Item):
    """The valid password links of a user, each with its digest and the time when it was mailed."""

    class Meta:
        context = "ephemeral"

    links = UnicodeSetAttribute(null=True)
    newest = UnicodeAttribute(null=True)
    expires_at = FloatAttribute()


class PasswordLink(msgspec.Struct, frozen=True):
    """A password link that is still valid, and its entry in the stored item."""

    user_id: int
    entry: str


def issue_password_link(user_id: int, now: float) -> str:
    """Store a password link and return its token.

    Earlier links are revoked, except those of the last `LINK_OVERLAP_SECONDS`: a stranger who requests a link must not
    revoke the one that the owner is about to open.
    """
    minted = opaque.mint(user_id)
    own, pk = f"{minted.digest} {now:.3f}", user_key(user_id)

    def write(stored: PasswordLinksItem | None) -> None:
        earlier = (None if stored is None else stored.links) or ()
        kept = {link for link in earlier if _mailed_at(link) > now - LINK_OVERLAP_SECONDS}
        fresh = PasswordLinksItem(pk, _LINKS, links={own, *kept}, newest=own, expires_at=now + PASSWORD_LINK_SECONDS)
        newest = None if stored is None else stored.newest
        attribute = PasswordLinksItem.newest
        table.put(fresh, attribute.does_not_exist() if newest is None else attribute == newest)

    table.updated(lambda: table.get(PasswordLinksItem, pk, _LINKS), write)
    return minted.token


def find_password_link(token: str, now: float) -> PasswordLink | None:
    """The link of a token, if it is unused, not revoked and not older than an hour."""
    owner = opaque.owner(token)
    if owner is None:
        return None
    item = table.get(PasswordLinksItem, user_key(owner), _LINKS)
    digest = opaque.digest(token)
    for link in (None if item is None else item.links) or ():
        is_fresh = now < _mailed_at(link) + PASSWORD_LINK_SECONDS
        if hmac.compare_digest(link.partition(" ")[0], digest) and is_fresh:
            return PasswordLink(owner, link)
    return None


def spend_password_link(link: PasswordLink) -> Delete:
    """The write that spends all password links of a user, for the transaction that sets the password; it fails if the
    link is not valid."""
    alive = PasswordLinksItem.links.contains(link.entry)
    return Delete(PasswordLinksItem, user_key(link.user_id), _LINKS, alive)


def _mailed_at(link: str) -> float:
    return float(link.partition(" ")[2])
