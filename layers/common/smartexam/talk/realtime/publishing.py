"""Sends events to all devices of some users, or to everyone who follows a discussion.

Events announce what has been stored, and clients catch up by HTTP, so nothing here raises.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

import msgspec

from smartexam.accounts.revocations import feed
from smartexam.catalog.exam_time import ExamTime
from smartexam.platform.errors import AppError
from smartexam.platform.observability import logger, note
from smartexam.platform.principal import Principal
from smartexam.talk.realtime.delivery import Post, deliver
from smartexam.talk.silence import in_silence
from smartexam.talk.store import sockets
from smartexam.talk.store.sockets import Socket

_encode = msgspec.json.Encoder().encode


class Event(msgspec.Struct, frozen=True):
    """An event for users.

    Attributes:
        name: such as `chat_message`.
        data: its content; JSON values or shapes.
        user_ids: who gets it, on every device.
        except_connection: a connection that does not get it, such as the one that caused it.
        is_chat: whether students who sit an exam without chat do not get it.
    """

    name: str
    data: Any
    user_ids: Collection[int]
    except_connection: str | None = None
    is_chat: bool = True


class Own(msgspec.Struct, frozen=True):
    """The data that the devices of one user get instead, because the event is that user's own action."""

    user_id: int
    data: Any


def publish_to_users(user_ids: Collection[int], event: str, data: Any, *, now: float) -> None:
    """Send an event, such as `chat_request`, to every connection of these users; one database read for 100 users."""
    publish([Event(event, data, user_ids)], now=now)


def publish(events: Sequence[Event], *, now: float) -> None:
    """Send several events, with one look-up of all receivers."""
    try:
        found = sockets.of_users({user_id for event in events for user_id in event.user_ids})
        signed_in, ended = _by_credential((each for those in found.values() for each in those), now)
        receivers: dict[int, list[Socket]] = {}
        for socket in signed_in:
            receivers.setdefault(socket.user_id, []).append(socket)
        silent = in_silence(receivers, ExamTime.at(now)) if any(event.is_chat for event in events) else set()
        posts = [
            Post(socket, content)
            for event, content in ((event, frame(event.name, event.data)) for event in events)
            for user_id in event.user_ids
            if not (event.is_chat and user_id in silent)
            for socket in receivers.get(user_id, ())
            if socket.connection_id != event.except_connection
        ]
    except AppError as error:
        _not_sent(error)
        return
    deliver([*posts, *ended], now=now)


def publish_to_question(
    question_id: int,
    event: str,
    data: Any,
    *,
    now: float,
    own: Own | None = None,
    admits: Callable[[set[int]], Collection[int]] | None = None,
) -> None:
    """Send an event to every connection that follows a question's discussion.

    Args:
        question_id: the question.
        event: its name, such as `new_message`.
        data: its content; JSON values or shapes.
        now: epoch seconds.
        own: different data for one user's devices.
        admits: keeps those followers' ids who may see the discussion now; by default all.
    """
    try:
        found, ended = _by_credential(sockets.followers(question_id, now), now)
        if admits is not None and found:
            admitted = set(admits({socket.user_id for socket in found}))
            found = [socket for socket in found if socket.user_id in admitted]
    except AppError as error:
        _not_sent(error)
        return
    others = frame(event, data)
    mine = others if own is None else frame(event, own.data)
    deliver(
        [
            *(Post(socket, mine if own is not None and socket.user_id == own.user_id else others) for socket in found),
            *ended,
        ],
        now=now,
    )


def frame(event: str, data: Any) -> bytes:
    """An event as clients read it: `{"event": ..., "data": ...}`."""
    return _encode({"event": event, "data": data})


SIGNED_OUT = frame("error", {"message": "You are no longer signed in here", "code": "signed_out"})


def _by_credential(found: Iterable[Socket], now: float) -> tuple[list[Socket], list[Post]]:
    """The connections whose credential is still valid, and what tells and closes the others."""
    signed_in, ended = [], []
    for socket in found:
        if socket.is_forgotten(now):
            continue
        known = Principal(socket.user_id, "user", "", "", socket.version, session=socket.session)
        if socket.has_ended(now) or feed().applied(known, now) is None:
            ended.append(Post(socket, SIGNED_OUT, is_last=True))
        else:
            signed_in.append(socket)
    return signed_in, ended


def _not_sent(error: AppError) -> None:
    note(unsent="lookup")
    logger().warning("event not sent", exc_info=error)
