"""Closes connections whose credential ended."""

from smartexam.platform.errors import AppError
from smartexam.platform.observability import note
from smartexam.talk.realtime import delivery
from smartexam.talk.realtime.publishing import SIGNED_OUT
from smartexam.talk.store import sockets
from smartexam.talk.store.sockets import Socket


def end_sockets(user_id: int, *, session: str | None = None, but: str | None = None) -> None:
    """Close the connections that a session opened, or all but those of a session.

    A connection that cannot be closed now receives nothing more, and its frames are refused. If the connections cannot
    be read, the sign-out still succeeds: they end with their credential.
    """
    try:
        found = sockets.of_users([user_id]).get(user_id, ())
        for socket in found:
            ends = socket.session == session if session is not None else socket.session != but
            if ends:
                close(socket)
    except AppError:
        note(unsent="signed_out")


def close(socket: Socket) -> None:
    """Close a connection and tell its client why.

    Raises:
        Unavailable: the database cannot be reached.
    """
    sockets.drop(socket)
    delivery.answer(socket.connection_id, SIGNED_OUT)
    delivery.hang_up(socket.connection_id)
