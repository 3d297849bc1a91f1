"""Finds and reserves ports on loopback."""

import contextlib
import os
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from local.locks import locked

# A fixed start of the search, so that a machine uses the same ports and so the same snapshot again.
_FIRST_GATEWAY = 3100
_FIRST_AWS = 4600
_TRIED = 200


class PortError(Exception):
    """No port is available; the message is for the developer."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Two ports that no other stack can get until this is closed.

    Attributes:
        listener: listens on the gateway's port.
        port: the gateway's.
        aws_port: the emulator's. Nobody listens there while the emulator restarts, so a locked file reserves it.
    """

    listener: socket.socket
    port: int
    aws_port: int
    _lock: IO[bytes]

    def close(self) -> None:
        """Release both."""
        self.listener.close()
        self._lock.close()


def claim(port: int, aws_port: int) -> Claim:
    """Reserve the gateway's and the emulator's port; 0 means any free port.

    Raises:
        PortError: one is taken, or none is free.
    """
    lock, aws_port = _claim_aws(aws_port)
    for candidate in [port] if port else range(_FIRST_GATEWAY, _FIRST_GATEWAY + _TRIED):
        listener = _listen(candidate)
        if listener is not None:
            return Claim(listener, candidate, aws_port, lock)
    lock.close()
    raise PortError(f"Port {port} is in use: choose another with PORT=..." if port else "There is no free port")


def _claim_aws(port: int) -> tuple[IO[bytes], int]:
    for candidate in [port] if port else range(_FIRST_AWS, _FIRST_AWS + _TRIED):
        lock = locked(Path(tempfile.gettempdir()) / f"smartexam-local-{os.getuid()}-{candidate}.lock")
        if lock is None:
            continue
        probe = _listen(candidate)
        if probe is not None:
            probe.close()
            return lock, candidate
        lock.close()
    raise PortError(f"Port {port} is in use: choose another with AWS_PORT=..." if port else "There is no free port")


def _listen(port: int) -> socket.socket | None:
    with contextlib.ExitStack() as closing:
        listener = closing.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
        # Allows a port with connections in TIME_WAIT, but not one that is listened on.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
            listener.listen(512)
        except OSError:
            return None
        listener.settimeout(0)
        closing.pop_all()
        return listener
