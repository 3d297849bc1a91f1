"""Routes of the WebSocket API."""

import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from chat_ws import discussions, frames, handshake
from chat_ws.models import AboutQuestion, Heartbeat, InConversation, SendMessage
from smartexam.accounts.revocations import feed
from smartexam.catalog.exam_time import ExamTime
from smartexam.platform.errors import AppError, BadRequest
from smartexam.platform.observability import log_invocation, logger, note, tracing
from smartexam.platform.settings import settings
from smartexam.platform.times import iso
from smartexam.talk import messenger
from smartexam.talk.realtime import delivery
from smartexam.talk.realtime.publishing import SIGNED_OUT
from smartexam.talk.silence import require_chat
from smartexam.talk.store import sockets
from smartexam.talk.store.sockets import Owner

# API Gateway passes a handler's status to the client only for `$connect`, and a body never.
_DONE = {"statusCode": 200}


def lambda_handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Handle one event of the WebSocket API.

    Args:
        event: a connection opened or closed, or a frame from a client.
        context: Lambda's context.

    Returns:
        `{"statusCode": n}`; answers to the client are posted to its connection.
    """
    del context
    started, now = time.perf_counter(), settings().clock().now()
    about = event["requestContext"]
    with tracing(is_awaited=True) as trace:
        answer = _handled(event, now)
    log_invocation(
        now=now,
        latency_ms=(time.perf_counter() - started) * 1000,
        fault=answer["statusCode"] == AppError.status,  # other 5xx errors mean that a service we need is down
        trace=trace,
        route=about["routeKey"],
        status=answer["statusCode"],
        request_id=about.get("requestId", ""),
    )
    return answer


def _handled(event: Mapping[str, Any], now: float) -> dict[str, Any]:
    about = event["requestContext"]
    # The client controls the route of a frame, so only the event type says what happened.
    connection_id, kind = about["connectionId"], about["eventType"]
    try:
        if kind == "CONNECT":
            handshake.connect(event, now)
        elif kind == "DISCONNECT":
            handshake.disconnect(connection_id, now)
        else:
            return _frame(event, now)
    except AppError as error:
        note(error_code=error.code)
        return {"statusCode": error.status}
    except Exception:  # noqa: BLE001 - the last resort: whatever it is, the client is let in or it is not
        logger().exception("unhandled error", extra={"request_id": about.get("requestId", "")})
        return {"statusCode": 500}
    return _DONE


def _frame(event: Mapping[str, Any], now: float) -> dict[str, Any]:
    about = event["requestContext"]
    connection_id, body = about["connectionId"], event.get("body") or ""
    status = 200
    try:
        owner = _speaker(connection_id, now)
        if owner is not None:
            action = ACTIONS.get(about["routeKey"], _UNKNOWN)
            action.run(owner, frames.read(body, action.takes), now)
    except AppError as error:
        note(error_code=error.code)
        delivery.answer(connection_id, frames.refusal(error, body))
        status = error.status
    except Exception:  # noqa: BLE001 - the last resort: the client is told, without what is nobody's business
        logger().exception("unhandled error", extra={"request_id": about.get("requestId", "")})
        delivery.answer(connection_id, frames.refusal(AppError(request_id=about.get("requestId", "")), body))
        status = 500
    return {"statusCode": status}


def _speaker(connection_id: str, now: float) -> Owner | None:
    """The user of a connection, who is online thereby; None if they are signed out, and the connection was closed."""
    owner = sockets.owner_of(connection_id)
    if owner is not None:
        note(user_id=owner.principal.user_id)
        has_ended = 0 < owner.principal.ends_at <= now
        if not has_ended and feed().applied(owner.principal, now) is not None:
            handshake.hear(owner, now)
            return owner
        handshake.disconnect(connection_id, now)
    delivery.answer(connection_id, SIGNED_OUT)
    delivery.hang_up(connection_id)
    return None


def _send_message(owner: Owner, wanted: SendMessage, now: float) -> None:
    require_chat(owner.principal, ExamTime.at(now))
    sent = messenger.send_message(owner.principal, wanted.conv_id, wanted, now, connection_id=owner.connection_id)
    data = {"client_id": wanted.client_id, "message": sent}
    delivery.answer(owner.connection_id, frames.event("message_sent", data))


def _typing(owner: Owner, wanted: InConversation, now: float) -> None:
    require_chat(owner.principal, ExamTime.at(now))
    messenger.tell_typing(owner.principal, wanted.conv_id, now, connection_id=owner.connection_id)


def _heartbeat(owner: Owner, wanted: Heartbeat, now: float) -> None:
    del wanted
    delivery.answer(owner.connection_id, frames.event("heartbeat_ack", {"server_time": iso(now)}))


def _mark_read(owner: Owner, wanted: InConversation, now: float) -> None:
    require_chat(owner.principal, ExamTime.at(now))
    messenger.mark_read(owner.principal, wanted.conv_id)


def _join_discussion(owner: Owner, wanted: AboutQuestion, now: float) -> None:
    discussions.join(owner, wanted.question_id, now)


def _leave_discussion(owner: Owner, wanted: AboutQuestion, now: float) -> None:
    del now
    sockets.unfollow(owner, wanted.question_id)


def _refuse_unknown(owner: Owner, wanted: msgspec.Raw, now: float) -> None:
    del owner, wanted, now
    raise BadRequest(f"action must be one of {', '.join(ACTIONS)}", code="unknown_action")


class Action(NamedTuple):
    """What a frame may ask for.

    Attributes:
        takes: the shape of the frame, without `action`.
        run: does it, for the owner of the connection.
        description: for the reference.
        answer: the event that answers the frame, if one does.
    """

    takes: Any
    run: Callable[[Owner, Any, float], None]
    description: str
    answer: str | None = None


ACTIONS: dict[str, Action] = {
    "sendMessage": Action(
        SendMessage,
        _send_message,
        "Send a message to a conversation; with a `client_id` it may be sent again until it is answered.",
        "message_sent",
    ),
    "typing": Action(
        InConversation, _typing, "Tell the other members that the user is typing; passed on once in two seconds."
    ),
    "heartbeat": Action(
        Heartbeat,
        _heartbeat,
        "Stay online, which lasts 120 seconds after any frame: send one every minute.",
        "heartbeat_ack",
    ),
    "markRead": Action(InConversation, _mark_read, "Mark everything in a conversation as read."),
    "joinDiscussion": Action(
        AboutQuestion,
        _join_discussion,
        "Get the events of a question's discussion, until it is left or the connection ends.",
    ),
    "leaveDiscussion": Action(AboutQuestion, _leave_discussion, "Get no more events of a question's discussion."),
}
_UNKNOWN = Action(msgspec.Raw, _refuse_unknown, "")
