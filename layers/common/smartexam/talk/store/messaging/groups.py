"""Groups: their members, and who may change them.

A group's members are one item with a version, and each change of them is one transaction on it. So a group has an admin
as long as it has members, and ends with the last of them.
"""

from collections.abc import Callable, Mapping

import msgspec

from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.engine import back_off
from smartexam.platform.dynamodb.table import Delete, Item, Operation, Put, TransactionRefused, Update
from smartexam.platform.errors import Conflict, Forbidden, NotFound, Unavailable
from smartexam.platform.keys import user_key
from smartexam.talk.store.messaging.conversations import no_member
from smartexam.talk.store.messaging.items import (
    META,
    ROSTER,
    ConversationItem,
    LeftItem,
    MembershipItem,
    RosterItem,
    conversation_key,
    left_sk,
    membership_sk,
)

MOST_MEMBERS = 256
_ATTEMPTS = 10
# A transaction holds 100 writes: the group itself and this many memberships.
_CHUNK = 90


class Group(msgspec.Struct, frozen=True):
    """A group after a change; without members it has ended, and its messages are erased later."""

    id: int
    name: str
    admin_id: int
    members: Mapping[int, str]


class _State(msgspec.Struct, frozen=True):
    conversation: ConversationItem
    roster: RosterItem


def create(group_id: int, name: str, creator: tuple[int, str], others: Mapping[int, str], now: float) -> Group:
    """Create a group.

    Args:
        group_id: a fresh id.
        name: its name.
        creator: id and name of its admin.
        others: names of the other members by id; at most `MOST_MEMBERS` with the creator.
        now: epoch seconds.
    """
    pk = conversation_key(group_id)
    everybody = {creator[0]: creator[1], **others}
    ids = list(everybody)
    first = {user_id: everybody[user_id] for user_id in ids[:_CHUNK]}
    table.transact(
        [
            Put(ConversationItem(pk, META, name=name, last_at=int(now * 1000)), ConversationItem.pk.does_not_exist()),
            Put(RosterItem(pk, ROSTER, admin_id=creator[0], members=first)),
            *(Put(_membership(user_id, group_id)) for user_id in first),
        ]
    )
    group = Group(group_id, name, creator[0], first)
    for at in range(_CHUNK, len(ids), _CHUNK):
        group = add(group_id, creator[0], {user_id: everybody[user_id] for user_id in ids[at : at + _CHUNK]})
    return group


def add(group_id: int, admin_id: int, newcomers: Mapping[int, str]) -> Group:
    """Let the admin add members, who see messages from now on.

    Raises:
        Forbidden: the caller is not the admin.
        Conflict: somebody is a member already, or the group is full.
    """

    def change(state: _State) -> tuple[dict[int, str], int, list[Operation]]:
        _require_admin(state, admin_id)
        members = state.roster.members
        if any(user_id in members for user_id in newcomers):
            raise Conflict("Already a member of this group", code="already_a_member")
        if len(members) + len(newcomers) > MOST_MEMBERS:
            raise Conflict(f"A group has at most {MOST_MEMBERS} members", code="group_full")
        memberships = [Put(_membership(user_id, group_id, state.conversation)) for user_id in newcomers]
        return {**members, **newcomers}, state.roster.admin_id, list(memberships)

    return _changed(group_id, change)


def remove(group_id: int, admin_id: int, user_id: int) -> tuple[Group, str]:
    """Let the admin remove a member; returns the group without the member, and the member's name.

    Raises:
        Forbidden: the caller is not the admin.
        NotFound: there is no such member.
    """
    name = ""

    def change(state: _State) -> tuple[dict[int, str], int, list[Operation]]:
        nonlocal name
        _require_admin(state, admin_id)
        if user_id not in state.roster.members:
            raise NotFound("Not a member of this group", code="member_not_found")
        name = state.roster.members[user_id]
        return _without(state, user_id), admin_id, _departure(user_id, group_id)

    return _changed(group_id, change), name


def leave(group_id: int, user_id: int, *, before_it_ends: Callable[[], None] | None = None) -> Group:
    """Let a member leave. The admin's role passes to the longest-standing member; with the last member the group ends.

    `before_it_ends` is called before the last member leaves.

    Raises:
        Forbidden: the user is not a member.
    """

    def change(state: _State) -> tuple[dict[int, str], int, list[Operation]]:
        if user_id not in state.roster.members:
            raise no_member()
        rest = _without(state, user_id)
        if not rest and before_it_ends is not None:
            before_it_ends()
        heir = next(iter(rest), user_id)
        return rest, heir if state.roster.admin_id == user_id else state.roster.admin_id, _departure(user_id, group_id)

    return _changed(group_id, change)


def end(group_id: int, admin_id: int) -> Group:
    """Let the admin end a group, so that nobody can read or write in it; returns the group before. The rest is erased
    later.

    Raises:
        Forbidden: the caller is not the admin.
    """
    for attempt in range(_ATTEMPTS):
        state = _read(group_id)
        _require_admin(state, admin_id)
        try:
            # The roster stays, because the memberships to erase are found by it.
            table.transact(
                [
                    Delete(ConversationItem, state.conversation.pk, META),
                    Update(
                        RosterItem,
                        state.roster.pk,
                        ROSTER,
                        [RosterItem.version.add(1)],
                        RosterItem.version == state.roster.version,
                    ),
                ]
            )
        except TransactionRefused:
            back_off(attempt)
            continue
        return _group(group_id, state, state.roster.members, state.roster.admin_id)
    raise Unavailable


def require_admin(group_id: int, user_id: int) -> None:
    """Refuse users who are not the group's admin.

    Raises:
        Forbidden: they are not.
    """
    _require_admin(_read(group_id), user_id)


def _changed(group_id: int, change: Callable[[_State], tuple[dict[int, str], int, list[Operation]]]) -> Group:
    for attempt in range(_ATTEMPTS):
        state = _read(group_id)
        members, admin_id, memberships = change(state)
        unchanged = RosterItem.version == state.roster.version
        pk = state.roster.pk
        if members:
            actions = [RosterItem.members.set(members), RosterItem.admin_id.set(admin_id), RosterItem.version.add(1)]
            roster: list[Operation] = [Update(RosterItem, pk, ROSTER, actions, unchanged)]
        else:
            roster = [Delete(RosterItem, pk, ROSTER, unchanged), Delete(ConversationItem, pk, META)]
        try:
            table.transact([*roster, *memberships])
        except TransactionRefused:
            back_off(attempt)
            continue
        return _group(group_id, state, members, admin_id)
    raise Unavailable


def _read(group_id: int) -> _State:
    """The group; a conversation of two has no roster and is treated like one that does not exist."""
    pk = conversation_key(group_id)
    wanted: list[tuple[type[Item], str, str]] = [(ConversationItem, pk, META), (RosterItem, pk, ROSTER)]
    found = table.batch_get(wanted)
    conversation, roster = (found.get(key[1:]) for key in wanted)
    if not isinstance(conversation, ConversationItem) or not isinstance(roster, RosterItem):
        raise no_member()
    return _State(conversation, roster)


def _require_admin(state: _State, user_id: int) -> None:
    if user_id not in state.roster.members:
        raise no_member()
    if user_id != state.roster.admin_id:
        raise Forbidden("Only the admin of this group may do that", code="not_the_admin")


def _without(state: _State, user_id: int) -> dict[int, str]:
    return {member_id: name for member_id, name in state.roster.members.items() if member_id != user_id}


def _membership(user_id: int, group_id: int, conversation: ConversationItem | None = None) -> MembershipItem:
    count = 0 if conversation is None else conversation.message_count
    return MembershipItem(
        user_key(user_id),
        membership_sk(group_id),
        conversation_id=group_id,
        visible_after=count,
        read_up_to=count,
        read_count=count,
        deleted_seen=0 if conversation is None else conversation.deleted_count,
    )


def _departure(user_id: int, group_id: int) -> list[Operation]:
    return [
        Delete(MembershipItem, user_key(user_id), membership_sk(group_id)),
        Put(LeftItem(user_key(user_id), left_sk(group_id), conversation_id=group_id)),
    ]


def _group(group_id: int, state: _State, members: Mapping[int, str], admin_id: int) -> Group:
    return Group(group_id, state.conversation.name or "", admin_id, members)
