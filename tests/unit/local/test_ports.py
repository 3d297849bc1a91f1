"""Two stacks never get the same port."""

import socket
import tempfile
from pathlib import Path

import pytest

from local.ports import PortError, claim


@pytest.fixture(autouse=True)
def _locks_of_their_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def test_free_ports_are_found_past_those_that_are_claimed() -> None:
    first = claim(0, 0)
    second = claim(0, 0)
    try:
        assert len({first.port, second.port, first.aws_port, second.aws_port}) == 4
    finally:
        first.close()
        second.close()


def test_a_claimed_port_is_refused_also_while_nobody_listens_on_it_and_is_free_again_afterwards() -> None:
    port, aws_port = free_port(), free_port()
    first = claim(port, aws_port)
    try:
        with pytest.raises(PortError, match=f"Port {port} is in use"):
            claim(port, 0)
        with pytest.raises(PortError, match=f"Port {aws_port} is in use"):
            claim(0, aws_port)
    finally:
        first.close()

    claim(port, aws_port).close()


def test_a_port_that_something_else_listens_on_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(PortError, match="AWS_PORT"):
        claim(0, other.getsockname()[1])
