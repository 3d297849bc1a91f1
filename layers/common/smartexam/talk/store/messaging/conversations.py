"""Conversations as their members see them: lists, unread counts, hidden messages."""

from collections.abc import Iterable, Mapping

import msgspec

from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import ConditionFailed, Item
from smartexam.platform.errors import Forbidden, Unavailable
from smartexam.platform.keys import user_key
from smartexam.platform.observability import note
from smartexam.talk.store import sockets
from smartexam.talk.store.messaging import blocks
from smartexam.talk.store.messaging.items import (
    CONVERSATIONS,
    DELETED_BLOCK,
    META,
    ROSTER,
    ConversationItem,
    DeletedItem,
    MembershipItem,
    MessageItem,
    RosterItem,
    conversation_key,
    deleted_sk,
    membership_sk,
    message_sk,
)
from smartexam.talk.store.sockets import SocketsItem

_ATTEMPTS = 8

Found = Mapping[tuple[str, str], Item]


class Member(msgspec.Struct, frozen=True):
    """A member of a conversation."""

    id: int
    name: str
    is_admin: bool


class LastMessage(msgspec.Struct, frozen=True):
    """The newest message, as a list shows it; `sent_at` in epoch seconds."""

    text: str
    is_deleted: bool
    sent_at: float


class Overview(msgspec.Struct, frozen=True):
    """A conversation in the list of one of its members.

    Attributes:
        other_id: the other user of a DM; None for a group.
        last_at: when it last changed, epoch milliseconds.
    """

    id: int
    name: str
    other_id: int | None
    is_online: bool
    unread: int
    members: tuple[Member, ...]
    last_message: LastMessage | None
    last_at: int


class Recipients(msgspec.Struct, frozen=True):
    """The users who receive a message, including its sender."""

    conversation_id: int
    user_ids: tuple[int, ...]


def no_member() -> Forbidden:
    """The error for users outside a conversation, whether or not it exists."""
    return Forbidden("You are not a member of this conversation", code="not_a_member")


def list_conversations(user_id: int, full_name: str, now: float) -> list[Overview]:
    """All conversations of a user, the latest first; three round trips for 50 of them."""
    mine = _memberships(user_id)
    found = table.batch_get(wanted for membership in mine for wanted in _shown_with(membership))
    pairs = list(_with_conversation(mine, found))
    wanted = _deletions_wanted(pairs)
    wanted += [
        (MessageItem, conversation.pk, message_sk(conversation.message_count))
        for membership, conversation in pairs
        if conversation.message_count > membership.visible_after
    ]
    details = table.batch_get([*wanted, blocks.key(user_id)])
    overviews = [
        _overview(user_id, full_name, membership, conversation, found, details, now)
        for membership, conversation in pairs
    ]
    return sorted(overviews, key=lambda overview: (overview.last_at, overview.id), reverse=True)


def total_unread(user_id: int) -> int:
    """How many messages of all conversations a user has not read."""
    mine = _memberships(user_id)
    found = table.batch_get(
        (ConversationItem, conversation_key(membership.conversation_id), META) for membership in mine
    )
    pairs = list(_with_conversation(mine, found))
    deletions = table.batch_get(_deletions_wanted(pairs))
    return sum(_unread(user_id, membership, conversation, deletions) for membership, conversation in pairs)


def mark_read(user_id: int, conversation_id: int, *, seen: int = 0, hide: bool = False) -> None:
    """Record that a member has read everything.

    Args:
        user_id: the member.
        conversation_id: the conversation.
        seen: the number of a message that the member was shown, which may be newer than the stored count.
        hide: permanently hide everything so far from the member.

    Raises:
        Forbidden: they are not a member.
    """
    for _ in range(_ATTEMPTS):
        membership, conversation = membership_and_conversation(user_id, conversation_id)
        if advance(membership, conversation, seen=seen, hide=hide):
            return
    raise Unavailable


def advance(membership: MembershipItem, conversation: ConversationItem, *, seen: int, hide: bool = False) -> bool:
    """Set what a member has read to the newest message; False if they sent one meanwhile, so it must be repeated.

    Raises:
        Forbidden: they are no longer a member.
    """
    # The two items were not read at the same moment, so a message of the member's own may be newer than the count.
    newest = max(conversation.message_count, membership.last_sent, seen)
    if membership.read_count >= newest and not (hide and membership.visible_after < newest):
        return True
    actions = [
        MembershipItem.read_up_to.set(newest),
        MembershipItem.read_count.set(newest),
        MembershipItem.deleted_seen.set(conversation.deleted_count),
    ]
    if hide:
        actions.append(MembershipItem.visible_after.set(newest))
    condition = (MembershipItem.last_sent == membership.last_sent) & (MembershipItem.read_up_to <= newest)
    try:
        table.update(MembershipItem, membership.pk, membership.sk, actions, condition)
    except ConditionFailed as failed:
        if failed.item is None:
            raise no_member() from None
        current = MembershipItem.from_raw_data(failed.item)
        return current.last_sent == membership.last_sent and not hide
    return True


def membership_and_conversation(user_id: int, conversation_id: int) -> tuple[MembershipItem, ConversationItem]:
    """A member's membership, and the conversation.

    Raises:
        Forbidden: there is no such member, or no such conversation.
    """
    wanted: list[tuple[type[Item], str, str]] = [
        (MembershipItem, user_key(user_id), membership_sk(conversation_id)),
        (ConversationItem, conversation_key(conversation_id), META),
    ]
    found = table.batch_get(wanted)
    membership, conversation = (found.get(key[1:]) for key in wanted)
    if not isinstance(membership, MembershipItem) or not isinstance(conversation, ConversationItem):
        raise no_member()
    return membership, conversation


def recipients(user_id: int, conversation_id: int) -> Recipients:
    """The users who receive a member's messages.

    Raises:
        Forbidden: they are not a member, or one of two members has blocked the other.
    """
    place = user_key(user_id), membership_sk(conversation_id)
    wanted: list[tuple[type[Item], str, str]] = [(MembershipItem, *place), blocks.key(user_id)]
    found = table.batch_get(wanted)
    membership = found.get(place)
    if not isinstance(membership, MembershipItem):
        raise no_member()
    if membership.friend_id is not None and membership.friend_id in blocks.of_item(found.get(blocks.key(user_id)[1:])):
        raise blocks.refusal()
    return recipients_of(user_id, membership)


def recipients_of(user_id: int, membership: MembershipItem) -> Recipients:
    """The users who receive a member's messages; a group's roster is read now, so removed members get nothing."""
    conversation_id = membership.conversation_id
    if membership.friend_id is not None:
        return Recipients(conversation_id, (user_id, membership.friend_id))
    roster = table.get(RosterItem, conversation_key(conversation_id), ROSTER)
    members = {} if roster is None else roster.members
    return Recipients(conversation_id, tuple(members))


def told_of_change(user_id: int, membership: MembershipItem) -> Recipients:
    """The users to tell of a stored change. It stays stored if anything fails here.

    Nobody, if the members cannot be read: their connections could not be read either.
    """
    try:
        return recipients_of(user_id, membership)
    except Unavailable:
        note(unsent="members")
        return Recipients(membership.conversation_id, ())


def friends(user_id: int) -> list[int]:
    """The users who are told of a user's presence: the others of the user's DMs, except those whom the user has
    blocked."""
    known = [membership.friend_id for membership in _memberships(user_id) if membership.friend_id is not None]
    hidden = blocks.of_user(user_id).blocked if known else ()
    return [friend_id for friend_id in known if friend_id not in hidden]


def _shown_with(membership: MembershipItem) -> list[tuple[type[Item], str, str]]:
    """The keys of what the list shows of a conversation beside its messages: 100 for 50 conversations."""
    pk = conversation_key(membership.conversation_id)
    if membership.friend_id is None:
        return [(ConversationItem, pk, META), (RosterItem, pk, ROSTER)]
    return [(ConversationItem, pk, META), sockets.presence_key(membership.friend_id)]


def _memberships(user_id: int) -> list[MembershipItem]:
    return list(table.query_all(MembershipItem, user_key(user_id), prefix=CONVERSATIONS))


def _with_conversation(
    memberships: Iterable[MembershipItem], found: Found
) -> Iterable[tuple[MembershipItem, ConversationItem]]:
    for membership in memberships:
        conversation = found.get((conversation_key(membership.conversation_id), META))
        # A deleted group leaves its memberships to be erased.
        if isinstance(conversation, ConversationItem):
            yield membership, conversation


def _deletions_wanted(
    pairs: Iterable[tuple[MembershipItem, ConversationItem]],
) -> list[tuple[type[Item], str, str]]:
    """The keys of the items that record which unread messages were deleted; none for most conversations."""
    wanted: list[tuple[type[Item], str, str]] = []
    for membership, conversation in pairs:
        newer = conversation.message_count > membership.read_count
        if newer and conversation.deleted_count > membership.deleted_seen:
            first, last = membership.read_up_to + 1, conversation.message_count
            blocks = range(first // DELETED_BLOCK, last // DELETED_BLOCK + 1)
            wanted += [(DeletedItem, conversation.pk, deleted_sk(block * DELETED_BLOCK)) for block in blocks]
    return wanted


def _unread(user_id: int, membership: MembershipItem, conversation: ConversationItem, deletions: Found) -> int:
    count = conversation.message_count - membership.read_count
    for _, pk, sk in _deletions_wanted([(membership, conversation)]):
        block = deletions.get((pk, sk))
        if isinstance(block, DeletedItem):
            entries = (entry.split(" ") for entry in block.entries or ())
            # By number, because while a sender's account is erased an entry may exist with both the old and the new
            # sender.
            of_others = {int(number) for number, sender in entries if int(sender) != user_id}
            count -= sum(number > membership.read_up_to for number in of_others)
    return max(0, count)


def _overview(
    user_id: int,
    full_name: str,
    membership: MembershipItem,
    conversation: ConversationItem,
    found: Found,
    details: Found,
    now: float,
) -> Overview:
    last = details.get((conversation.pk, message_sk(conversation.message_count)))
    is_online = False
    if membership.friend_id is None:
        roster = found.get((conversation.pk, ROSTER))
        members = _members(roster) if isinstance(roster, RosterItem) else ()
    else:
        presence = found.get(sockets.presence_key(membership.friend_id)[1:])
        is_hidden = membership.friend_id in blocks.of_item(details.get(blocks.key(user_id)[1:])).blocked_by
        is_live = isinstance(presence, SocketsItem) and any(socket.is_live(now) for socket in presence.sockets)
        is_online = is_live and not is_hidden
        other = Member(membership.friend_id, membership.other_name or "", is_admin=False)
        members = (Member(user_id, full_name, is_admin=False), other)
    return Overview(
        id=membership.conversation_id,
        name=conversation.name or membership.other_name or "",
        other_id=membership.friend_id,
        is_online=is_online,
        unread=_unread(user_id, membership, conversation, details),
        members=members,
        last_message=_last_message(last) if isinstance(last, MessageItem) else None,
        last_at=conversation.last_at,
    )


def _members(roster: RosterItem) -> tuple[Member, ...]:
    return tuple(Member(user_id, name, user_id == roster.admin_id) for user_id, name in roster.members.items())


def _last_message(item: MessageItem) -> LastMessage:
    return LastMessage(item.text, item.is_deleted, item.sent_at / 1000)
