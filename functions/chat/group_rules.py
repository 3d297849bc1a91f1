"""Creates and changes groups, and tells their members."""

from collections.abc import Collection

from chat.models import LONGEST_NAME, GroupBody
from smartexam.platform import ids
from smartexam.platform.errors import Forbidden, InvalidFields
from smartexam.platform.principal import Principal
from smartexam.platform.texts import read_line
from smartexam.talk import realtime
from smartexam.talk.ending import order_erasure
from smartexam.talk.realtime import Event
from smartexam.talk.store.messaging import connections, groups
from smartexam.talk.store.messaging.groups import MOST_MEMBERS, Group


def create(caller: Principal, body: GroupBody, now: float) -> int:
    """Create a group with the caller as its admin; returns its conversation's id.

    Raises:
        InvalidFields: the name is empty or too long, or there are too many members or none.
        Forbidden: the caller is not connected with one of them.
    """
    name = read_line(body.name, "name", longest=LONGEST_NAME)
    other_ids = list(dict.fromkeys(user_id for user_id in body.member_ids if user_id != caller.user_id))
    if not other_ids:
        raise InvalidFields([("member_ids", "must name somebody else")])
    if len(other_ids) >= MOST_MEMBERS:
        raise InvalidFields([("member_ids", f"a group has at most {MOST_MEMBERS} members")])
    others = _connected(caller, other_ids)
    group = groups.create(ids.next_id("conversation"), name, (caller.user_id, caller.full_name), others, now)
    realtime.publish_to_users(other_ids, "added_to_group", _added(group), now=now)
    return group.id


def add(caller: Principal, group_id: int, user_id: int, now: float) -> None:
    """Add somebody to a group.

    Raises:
        Forbidden: the caller is not its admin, or not connected with them.
        Conflict: they are a member already, or the group is full.
    """
    groups.require_admin(group_id, caller.user_id)
    newcomer = _connected(caller, [user_id])
    group = groups.add(group_id, caller.user_id, newcomer)
    joined = {"conv_id": group_id, "user_id": user_id, "user_name": newcomer[user_id]}
    realtime.publish(
        [
            Event("added_to_group", _added(group), [user_id]),
            Event("member_joined", joined, _but(group.members, user_id)),
        ],
        now=now,
    )


def remove(caller: Principal, group_id: int, user_id: int, now: float) -> None:
    """Remove somebody from a group; removing oneself leaves it.

    Raises:
        Forbidden: the caller is not its admin.
        NotFound: they are not a member.
    """
    if user_id == caller.user_id:
        leave(caller, group_id, now)
        return
    group, name = groups.remove(group_id, caller.user_id, user_id)
    left = {"conv_id": group_id, "user_id": user_id, "user_name": name}
    realtime.publish(
        [
            Event("removed_from_group", {"conv_id": group_id}, [user_id]),
            Event("member_left", left, list(group.members)),
        ],
        now=now,
    )


def leave(caller: Principal, group_id: int, now: float) -> None:
    """Leave a group; with its last member it ends.

    Raises:
        Forbidden: the caller is not a member.
    """
    group = groups.leave(group_id, caller.user_id, before_it_ends=lambda: order_erasure(group_id))
    left = {"conv_id": group_id, "user_id": caller.user_id, "user_name": caller.full_name}
    realtime.publish(
        [
            Event("member_left", left, list(group.members)),
            # The other devices of the user who leaves must remove the conversation too.
            Event("conversation_removed", {"conv_id": group_id}, [caller.user_id]),
        ],
        now=now,
    )


def end(caller: Principal, group_id: int, now: float) -> None:
    """End a group.

    Raises:
        Forbidden: the caller is not its admin.
    """
    groups.require_admin(group_id, caller.user_id)
    order_erasure(group_id)
    group = groups.end(group_id, caller.user_id)
    realtime.publish_to_users(list(group.members), "conversation_removed", {"conv_id": group_id}, now=now)


def _connected(caller: Principal, other_ids: Collection[int]) -> dict[int, str]:
    names = connections.accepted_names(caller.user_id, other_ids)
    if len(names) < len(other_ids):
        raise Forbidden("You can only add people you are connected with", code="not_connected")
    return {user_id: names[user_id] for user_id in other_ids}


def _added(group: Group) -> dict[str, object]:
    return {"conv_id": group.id, "group_name": group.name}


def _but(user_ids: Collection[int], left_out: int) -> list[int]:
    return [user_id for user_id in user_ids if user_id != left_out]
