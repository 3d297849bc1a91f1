"""Erases conversations and users from the messaging table, at any size.

Each function deletes one bounded piece and returns whether there is more. It may be interrupted, repeated, and run
twice at the same time, because deleted items are not found again.
"""

import contextlib

from pynamodb.expressions.update import Action

from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.erasing import erase_partition
from smartexam.platform.dynamodb.table import ConditionFailed
from smartexam.platform.errors import Forbidden
from smartexam.platform.keys import user_key
from smartexam.talk.store import sockets
from smartexam.talk.store.messaging import blocks, connections, groups
from smartexam.talk.store.messaging.items import (
    CONVERSATIONS,
    LEFT,
    MESSAGES,
    META,
    ROSTER,
    ConversationItem,
    DeletedItem,
    LeftItem,
    MembershipItem,
    MessageItem,
    RosterItem,
    conversation_key,
    deleted_sk,
    membership_sk,
    sent_key,
)

DELETED_ACCOUNT = "Deleted Account"
PLACEHOLDER = "The account that wrote this message was deleted."
# The id of no account.
_NOBODY = 0
_PIECE = 200


def erase_conversation(conversation_id: int) -> bool:
    """Delete a piece of a conversation that has ended, and return whether there may be more; others are left alone."""
    pk = conversation_key(conversation_id)
    if table.get(ConversationItem, pk, META) is not None:
        return False
    roster = table.get(RosterItem, pk, ROSTER)
    if roster is not None:
        place = membership_sk(conversation_id)
        table.batch_delete("messaging", [(user_key(user_id), place) for user_id in roster.members])
        table.delete(RosterItem, pk, ROSTER)
        return True
    return erase_partition("messaging", pk)


def erase_user(user_id: int) -> bool:
    """Delete a piece of what a deleted account left, and return whether there may be more.

    Connections and DMs are deleted. Groups stay: the account leaves them, and its messages become placeholders, so that
    the others' messages keep their context.
    """
    sockets.erase_user(user_id)
    return _connection(user_id) or _membership(user_id) or _messages(user_id) or blocks.erase(user_id) or _rest(user_id)


def _connection(user_id: int) -> bool:
    found = connections.some_peers(user_id, limit=1)
    for peer in found:
        conversation_id = peer.conversation_id
        # The DM's messages first, because they are found by the connection.
        if conversation_id is not None:
            table.delete(ConversationItem, conversation_key(conversation_id), META)
            if erase_conversation(conversation_id):
                return True
        connections.remove(user_id, peer.other_id)
    return bool(found)


def _membership(user_id: int) -> bool:
    found = table.query(MembershipItem, user_key(user_id), limit=1, prefix=CONVERSATIONS).items
    for membership in found:
        try:
            groups.leave(membership.conversation_id, user_id)
        except Forbidden:
            # The group has ended, but was not erased yet.
            table.delete(MembershipItem, membership.pk, membership.sk)
    return bool(found)


def _messages(user_id: int) -> bool:
    found = table.query(LeftItem, user_key(user_id), limit=1, prefix=LEFT).items
    for left in found:
        if erase_conversation(left.conversation_id):
            return True  # it was the last member
        pk = conversation_key(left.conversation_id)
        page = table.query(MessageItem, pk, limit=_PIECE, prefix=MESSAGES, after=left.searched_up_to)
        for item in page.items:
            if item.sender_id == user_id:
                _make_nobodys(item, user_id)
        if page.next_sk is None:
            table.delete(LeftItem, left.pk, left.sk)
        else:
            table.update(LeftItem, left.pk, left.sk, [LeftItem.searched_up_to.set(page.next_sk)])
    return bool(found)


def _make_nobodys(item: MessageItem, user_id: int) -> None:
    if item.is_deleted:
        # The sender is added first, then removed: after an interruption the message is found again and is recorded as
        # deleted.
        for action in (
            DeletedItem.entries.add({f"{item.number} {_NOBODY}"}),
            DeletedItem.entries.delete({f"{item.number} {user_id}"}),
        ):
            with contextlib.suppress(ConditionFailed):  # the conversation has ended meanwhile
                table.update(DeletedItem, item.pk, deleted_sk(item.number), [action], DeletedItem.pk.exists())
    actions: list[Action] = [
        MessageItem.sender_id.set(_NOBODY),
        MessageItem.sender_name.set(DELETED_ACCOUNT),
        MessageItem.client_id.remove(),
    ]
    if not item.is_deleted:
        actions.append(MessageItem.text.set(PLACEHOLDER))
    try:
        table.update(MessageItem, item.pk, item.sk, actions, MessageItem.sender_id == user_id)
    except ConditionFailed:
        return  # erased by another run


def _rest(user_id: int) -> bool:
    return erase_partition("messaging", user_key(user_id)) or erase_partition("ephemeral", sent_key(user_id))
