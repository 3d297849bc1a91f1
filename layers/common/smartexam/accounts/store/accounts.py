"""Changes of an account that affect credentials already issued.

Each is one transaction over the identity and the ephemeral table: the account with incremented versions, its lists and
counts, and the entry in the feed of revocations. All are conditional on the account as it was read, so of two
simultaneous changes the second sees the first.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from msgspec import structs
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from smartexam.accounts.store import credentials, directory, identity, revocations, unconfirmed
from smartexam.accounts.store.credentials import PasswordLink
from smartexam.accounts.store.identity import (
    PROFILE,
    MarkerItem,
    Taken,
    UserItem,
    UserStatisticsItem,
)
from smartexam.accounts.store.revocations import Revocation
from smartexam.accounts.user import User
from smartexam.platform.audit import Change, entry
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import Check, Count, Delete, Item, Operation, Put, TransactionRefused, Update
from smartexam.platform.errors import Conflict, NotFound, Unavailable
from smartexam.platform.keys import user_key
from smartexam.platform.principal import portals

_ATTEMPTS = 8
_CHANGEABLE: Mapping[str, Any] = {
    "username": UserItem.username,
    "first_name": UserItem.first_name,
    "last_name": UserItem.last_name,
    "role": UserItem.role,
    "password_hash": UserItem.password_hash,
    "google_sub": UserItem.google_sub,
    "roll_no": UserItem.roll_no,
    "auth_version": UserItem.auth_version,
    "credentials_version": UserItem.credentials_version,
    "rostered_at": UserItem.rostered_at,
    "deactivated_at": UserItem.deactivated_at,
    "kept_session": UserItem.kept_session,
    "mfa_secret": UserItem.mfa_secret,
}


class LinkSpent(Exception):
    """The link was used or replaced by a newer one meanwhile."""


class _NotTheFirst(Exception):
    """There is already an administrator."""


class Overtaken(Exception):
    """Something that was to change together with an account has changed meanwhile."""


def set_password(
    user: User, password_hash: str, link: PasswordLink, now: float, *, may_become_admin: bool = False
) -> User:
    """Set an account's password by a mailed link, which is spent, and revoke all credentials of the account.

    Args:
        user: the owner of the link.
        password_hash: the new one.
        link: as it was found.
        now: epoch seconds.
        may_become_admin: whether the account becomes the first administrator, if there never was one; that is logged.

    Raises:
        LinkSpent: the link was used or replaced meanwhile.
        NotFound: the account was deleted.
    """
    if may_become_admin:
        with suppress(_NotTheFirst):
            return _set_password(user, password_hash, link, now, becomes_admin=True)
    return _set_password(user, password_hash, link, now, becomes_admin=False)


def _set_password(user: User, password_hash: str, link: PasswordLink, now: float, *, becomes_admin: bool) -> User:
    spending = credentials.spend_password_link(link)

    def operations(before: User) -> tuple[User, list[Operation]]:
        version = before.auth_version + 1
        after = structs.replace(
            before,
            password_hash=password_hash,
            role="user,admin" if becomes_admin else before.role,
            auth_version=version,
            credentials_version=version,
            kept_session=None,
        )
        written: list[Operation] = [spending, changing(before, after)]
        if before.password_hash is not None or before.google_sub is not None:
            # A first password revokes nothing, because nobody has signed in yet. So the feed stays short while hundreds
            # of new students set their passwords.
            written.append(_revoked(after, now))
        if after.is_findable and not before.is_findable:
            written += directory.search_puts(after)
        if before.password_hash is None:
            written.append(unconfirmed.removal(before))
        if becomes_admin:
            written += _first_admin(before, after, now)
        return after, written

    try:
        return _changed(user.id, operations, first=user)
    except Conflict:
        raise _NotTheFirst from None
    except TransactionRefused:
        raise LinkSpent from None


def _first_admin(before: User, after: User, now: float) -> list[Operation]:
    # After the first administrator there always is one, because the last cannot be demoted, deactivated or deleted.
    never = UserStatisticsItem.admins.does_not_exist() | (UserStatisticsItem.admins == 0)
    states = {"role": before.role}, {"role": after.role}
    return [
        *identity.counted(before, after, never),
        entry(Change(before.id, "user.first_admin", f"user:{before.id}", *states), now),
        *directory.role_moves(before, after.role),
    ]


def change_role(
    user_id: int, role: str, now: float, alongside: Callable[[User], Sequence[Operation]] | None = None
) -> User:
    """Give an account another role; admin routes apply it at once, other routes within seconds.

    Args:
        user_id: the account.
        role: the new one.
        now: epoch seconds.
        alongside: the writes to make in the same transaction, given the account before; made also if it already had the
            role. Called again if the account changes meanwhile.

    Returns:
        The account after the change; unchanged if it had that role.

    Raises:
        NotFound: there is no such account.
        Conflict: the last administrator would lose the role.
        Overtaken: a condition of the writes alongside did not hold.
    """

    def operations(before: User) -> tuple[User, list[Operation]]:
        more = list(alongside(before)) if alongside is not None else []
        if before.role == role:
            unchanged = Check(UserItem, user_key(before.id), PROFILE, UserItem.role == role)
            return before, [unchanged, *more] if more else []
        after = structs.replace(before, role=role, auth_version=before.auth_version + 1)
        return after, [changing(before, after), _revoked(after, now, role), *_role_change(before, after), *more]

    try:
        return _changed(user_id, operations)
    except TransactionRefused:
        raise Overtaken from None


def change_student(
    user_id: int, change: Callable[[User], User], logged: Callable[[User, User], Sequence[Operation]]
) -> User:
    """Change an account's names and roll number, with what it is found by.

    Args:
        user_id: whose.
        change: the account as it is to be; asked again if it changes meanwhile.
        logged: the entries of the log for the account before and after.

    Raises:
        NotFound: there is no such account.
        Taken: another account has the roll number, also as its username.
    """

    def operations(before: User) -> tuple[User, list[Operation]]:
        after = change(before)
        if after == before:
            return before, []
        written: list[Operation] = [changing(before, after), *directory.renaming(before, after), *logged(before, after)]
        old, new = (identity.normalised(user.roll_no or "") for user in (before, after))
        if old != new:
            if old:
                written.append(Delete(MarkerItem, f"NAME#{old}", "NAME"))
            if new:
                written.append(identity.marker("NAME", new, before.id))
        return after, written

    try:
        return _changed(user_id, operations)
    except TransactionRefused:
        raise Taken({"roll_no"}) from None


def deactivate(user_id: int, now: float, logged: Callable[[User], Operation]) -> User:
    """End all sign-ins of an account, and let nobody sign in to it; what it wrote stays.

    An account that is deactivated already stays as it is.

    Raises:
        NotFound: there is no such account.
        Conflict: it is the last administrator's.
    """

    def operations(before: User) -> tuple[User, list[Operation]]:
        if not before.is_active:
            return before, []
        version = before.auth_version + 1
        after = structs.replace(
            before, auth_version=version, credentials_version=version, kept_session=None, deactivated_at=now
        )
        return after, [*_switched(before, after), _revoked(after, now), logged(before)]

    return _changed(user_id, operations)


def reactivate(user_id: int, logged: Callable[[User], Operation]) -> User:
    """Let an account's owner sign in again; credentials from before stay dead.

    Raises:
        NotFound: there is no such account.
    """

    def operations(before: User) -> tuple[User, list[Operation]]:
        if before.is_active:
            return before, []
        after = structs.replace(before, deactivated_at=None)
        return after, [*_switched(before, after), logged(before)]

    return _changed(user_id, operations)


def _switched(before: User, after: User) -> list[Operation]:
    written: list[Operation] = [changing(before, after), *directory.renaming(before, after)]
    return [*written, *_counted(before, after)] if "admin" in portals(before.role) else written


def rename(user_id: int, first_name: str, last_name: str, now: float) -> User:
    """Change the display names of an account; its username stays. Credentials have the new names within seconds.

    Raises:
        NotFound: the account was deleted.
    """

    def operations(before: User) -> tuple[User, list[Operation]]:
        if (before.first_name, before.last_name) == (first_name, last_name):
            return before, []
        version = before.auth_version + 1
        after = structs.replace(before, first_name=first_name, last_name=last_name, auth_version=version)
        renamed = Revocation(after.id, version, after.role, after.full_name)
        feed_entry = Put(revocations.revocation_item(renamed, now))
        return after, [changing(before, after), feed_entry, *directory.renaming(before, after)]

    return _changed(user_id, operations)


def rename_unconfirmed(user_id: int, first_name: str, last_name: str, username: str) -> None:
    """Give an unconfirmed account the names of a later sign-up; other accounts stay as they are.

    Raises:
        Taken: the username is another account's.
    """

    def operations(before: User) -> tuple[User, list[Operation]]:
        after = structs.replace(before, first_name=first_name, last_name=last_name, username=username)
        if not before.is_unconfirmed or after.full_name == before.full_name:
            return before, []
        written: list[Operation] = [changing(before, after), *directory.renaming(before, after)]
        if username != before.username:
            written += [
                Delete(MarkerItem, f"NAME#{identity.normalised(before.username)}", "NAME"),
                identity.marker("NAME", identity.normalised(username), before.id),
            ]
        return after, written

    try:
        _changed(user_id, operations)
    except NotFound:
        return
    except TransactionRefused:
        raise Taken({"username"}) from None


def change_password(user: User, password_hash: str, session: str, now: float) -> User:
    """Set a new password of an account and revoke all its credentials except those of one session.

    Raises:
        NotFound: the account was deleted.
    """

    def operations(before: User) -> tuple[User, list[Operation]]:
        after = structs.replace(_revoking(before, session), password_hash=password_hash)
        return after, [changing(before, after), _revoked(after, now)]

    return _changed(user.id, operations, first=user)


def end_other_sessions(user_id: int, session: str, now: float) -> User:
    """Revoke all credentials of an account except those of one session.

    Raises:
        NotFound: the account was deleted.
    """

    def operations(before: User) -> tuple[User, list[Operation]]:
        after = _revoking(before, session)
        return after, [changing(before, after), _revoked(after, now)]

    return _changed(user_id, operations)


def end_session(user: User, session: str, now: float) -> None:
    """Revoke the credentials of one session; its access tokens are refused within seconds."""
    table.put(revocations.revocation_item(Revocation(user.id, user.auth_version, None, session=session), now))


def set_mfa_secret(user: User, secret: str | None, alongside: Sequence[Operation]) -> User:
    """Set or remove the second factor of an account, if the account has not changed since it was read.

    Raises:
        Overtaken: the account, or an item that is written with it, changed meanwhile.
    """
    after = structs.replace(user, mfa_secret=secret)
    try:
        table.transact([changing(user, after), *alongside])
    except TransactionRefused:
        raise Overtaken from None
    return after


def _revoking(before: User, kept: str) -> User:
    version = before.auth_version + 1
    return structs.replace(before, auth_version=version, credentials_version=version, kept_session=kept or None)


def link_google(user: User, google_sub: str) -> User:
    """Let a Google account sign in as an account whose address it proved, in place of any earlier Google account.

    Raises:
        Taken: the Google account signs in as another account.
        NotFound: the account was deleted.
    """

    def operations(before: User) -> tuple[User, list[Operation]]:
        if before.google_sub == google_sub:
            return before, []
        after = structs.replace(before, google_sub=google_sub)
        written: list[Operation] = [
            identity.marker("GOOGLE", google_sub, before.id),
            changing(before, after),
            unconfirmed.removal(before),
        ]
        if before.google_sub is not None:
            written.append(Delete(MarkerItem, f"GOOGLE#{before.google_sub}", "GOOGLE"))
        return after, written

    try:
        return _changed(user.id, operations, first=user)
    except TransactionRefused:
        raise Taken({"google"}) from None


def erase(user_id: int, now: float, *, only_unconfirmed: bool = False) -> User:
    """Delete an account: nobody can sign in to it, and its username and address are free. Returns the deleted account.

    The account eraser deletes what it leaves in other partitions and tables. With `only_unconfirmed`, a confirmed
    account is left alone.

    Raises:
        NotFound: it was deleted already.
        Conflict: it is the last administrator's.
    """

    def operations(before: User) -> tuple[User, list[Operation]]:
        if only_unconfirmed and not before.is_unconfirmed:
            return before, []
        version = before.auth_version + 1
        after = structs.replace(before, auth_version=version, credentials_version=version, kept_session=None)
        written: list[Operation] = [
            Delete(UserItem, user_key(before.id), PROFILE, as_read(before)),
            Delete(MarkerItem, f"NAME#{identity.normalised(before.username)}", "NAME"),
            Delete(MarkerItem, f"EMAIL#{before.email}", "EMAIL"),
            *_counted(before, None),
            _revoked(after, now),
            unconfirmed.removal(before),
            *directory.listing_deletes(before),
        ]
        if before.google_sub is not None:
            written.append(Delete(MarkerItem, f"GOOGLE#{before.google_sub}", "GOOGLE"))
        if before.roll_no is not None:
            written.append(Delete(MarkerItem, f"NAME#{identity.normalised(before.roll_no)}", "NAME"))
        return after, written

    return _changed(user_id, operations)


def _changed(
    user_id: int, operations: Callable[[User], tuple[User, list[Operation]]], *, first: User | None = None
) -> User:
    """Write what `operations` returns for the account, again from the start if the account changes meanwhile.

    Raises:
        NotFound: there is no such account.
        Conflict: no administrator would be left.
        TransactionRefused: a condition on another item did not hold.
    """
    for attempt in range(_ATTEMPTS):
        before = first if attempt == 0 and first is not None else identity.get_user(user_id)
        if before is None:
            raise NotFound("User not found")
        after, written = operations(before)
        if not written:
            return before
        try:
            table.transact(written)
        except TransactionRefused as refused:
            models = _refused_models(written, refused)
            if models == {UserStatisticsItem}:
                raise Conflict("The last admin cannot be demoted or deleted", code="last_admin") from None
            if not models <= {UserItem, UserStatisticsItem}:
                raise
        else:
            return structs.replace(after, revision=before.revision + 1)
    raise Unavailable


def _refused_models(written: list[Operation], refused: TransactionRefused) -> set[type[Item]]:
    """The types of the items whose conditions failed."""
    failed = [operation for operation, is_failed in zip(written, refused.failed, strict=True) if is_failed]
    return {
        type(operation.item) if isinstance(operation, Put) else operation.model
        for operation in failed
        if not isinstance(operation, Count)  # counters have no condition
    }


def as_read(user: User) -> Condition:
    """The condition that an account is as it was read."""
    unchanged: Condition = UserItem.revision == user.revision
    # Accounts from before revisions were kept have none.
    return unchanged if user.revision else unchanged | (UserItem.pk.exists() & UserItem.revision.does_not_exist())


def changing(before: User, after: User) -> Update:
    """The write that changes an account if it is as it was read; `after` has the next revision."""
    actions: list[Action] = [UserItem.revision.set(before.revision + 1)]
    for name, attribute in _CHANGEABLE.items():
        value = getattr(after, name)
        if value != getattr(before, name):
            actions.append(attribute.remove() if value is None else attribute.set(value))
    return Update(UserItem, user_key(before.id), PROFILE, actions, as_read(before))


def _revoked(after: User, now: float, role: str | None = None) -> Put:
    change = Revocation(after.id, after.auth_version, role, kept=after.kept_session if role is None else None)
    return Put(revocations.revocation_item(change, now))


def _role_change(before: User, after: User) -> list[Operation]:
    return [*_counted(before, after), *directory.role_moves(before, after.role)]


def _counted(before: User, after: User | None) -> list[Operation]:
    demotes = identity.administers(before) and (after is None or not identity.administers(after))
    others = UserStatisticsItem.admins > 1 if demotes else None
    return identity.counted(before, after, others)
