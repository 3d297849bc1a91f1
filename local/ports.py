"""Ports on loopback."""

import contextlib
import socket

# Where a search begins: the same machine finds the same ports again, and with them the same snapshot.
_FIRST_GATEWAY = 3100
_FIRST_AWS = 4600
_TRIED = 200


class PortError(Exception):
    """There is no port to be had; the message is for the developer."""


def claim(port: int, aws_port: int) -> tuple[socket.socket, int, int]:
    """A listening socket for the gateway, its port, and a port for the emulator.

    Args:
        port: the gateway's; 0 for one that is free.
        aws_port: the emulator's; likewise. Free ones are found in pairs: the socket held on the first keeps the
            second, which nobody listens on yet, from another stack that starts at the same time.

    Raises:
        PortError: one is taken, or none is free.
    """
    if aws_port and not _is_free(aws_port):
        raise PortError(f"Port {aws_port} is in use: choose another with AWS_PORT=...")
    if port:
        listener = _listen(port)
        if listener is None:
            raise PortError(f"Port {port} is in use: choose another with PORT=...")
        return listener, port, aws_port or _free_for_aws()
    for at in range(_TRIED):
        listener = _listen(_FIRST_GATEWAY + at)
        if listener is None:
            continue
        if aws_port or _is_free(_FIRST_AWS + at):
            return listener, _FIRST_GATEWAY + at, aws_port or _FIRST_AWS + at
        listener.close()
    raise PortError("There is no free port")


def _free_for_aws() -> int:
    # From the other end, away from the pairs.
    for candidate in range(_FIRST_AWS + _TRIED, _FIRST_AWS, -1):
        if _is_free(candidate):
            return candidate
    raise PortError("There is no free port")


def _is_free(port: int) -> bool:
    listener = _listen(port)
    if listener is None:
        return False
    listener.close()
    return True


def _listen(port: int) -> socket.socket | None:
    with contextlib.ExitStack() as closing:
        listener = closing.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
        # A port whose last connections are not forgotten yet may be used again; one that is listened on may not.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
            listener.listen(512)
        except OSError:
            return None
        listener.settimeout(0)
        closing.pop_all()
        return listener
