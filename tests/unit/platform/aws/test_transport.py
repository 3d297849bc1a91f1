"""Connections are kept alive and replaced when they are dead; errors are botocore's."""

import base64
import contextlib
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
    SSLError,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from smartexam.platform.aws.transport import Answer, Response, Transport
from tests.conftest import free_port

OK = b"HTTP/1.1 200 OK\r\nX-Amz-Crc32: 7\r\nContent-Length: 2\r\n\r\n{}"
Conversation = Callable[[socket.socket], None]


@contextmanager
def listening(*conversations: Conversation) -> Iterator[tuple[str, list[int]]]:
    """A server with one scripted exchange per connection; returns its address, and the number of connections so far."""
    accepted: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for conversation in conversations:
                connection, _ = server.accept()
                accepted.append(len(accepted) + 1)
                with connection:
                    conversation(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", accepted


def answering(*answers: bytes, requests: list[bytes] | None = None) -> Conversation:
    """Read this many requests and answer each."""

    def converse(connection: socket.socket) -> None:
        for answer in answers:
            received = b""
            while not received.endswith(b"\r\n\r\n{}"):
                if not (more := connection.recv(65536)):
                    return
                received += more
            if requests is not None:
                requests.append(received)
            connection.sendall(answer)

    return converse


def transport(origin: str, read_timeout: float = 5) -> Transport:
    return Transport(origin, connect_timeout=30, read_timeout=read_timeout, pool_size=2)


def send(to: Transport) -> Response:
    request = AWSPreparedRequest("POST", "http://x/", {"X-Amz-Target": "Some.Operation"}, b"{}", stream_output=False)
    return to.send(request, "/")


def test_an_answer_is_read_whole() -> None:
    with listening(answering(OK)) as (origin, _):
        answer = send(transport(origin))

    assert isinstance(answer, Answer)
    assert (answer.status_code, answer.content) == (200, b"{}")
    assert answer.headers.get("x-amz-crc32") == "7"


def test_a_request_is_as_http_has_it() -> None:
    requests: list[bytes] = []
    with listening(answering(OK, requests=requests)) as (origin, _):
        send(transport(origin))

    assert requests == [b"POST / HTTP/1.1\r\nX-Amz-Target: Some.Operation\r\nContent-Length: 2\r\n\r\n{}"]


def test_an_answer_in_pieces_is_read_whole() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"
    with listening(answering(chunked, OK)) as (origin, accepted):
        one = transport(origin)
        assert [send(one).content for _ in range(2)] == [b"{}", b"{}"]
    assert accepted == [1]


def test_a_connection_that_the_other_side_ends_with_its_answer_is_not_kept() -> None:
    last = OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    with listening(answering(last), answering(OK)) as (origin, accepted):
        one = transport(origin)
        assert [send(one).content for _ in range(2)] == [b"{}", b"{}"]
    assert accepted == [1, 2]


def test_a_connection_is_used_again() -> None:
    with listening(answering(OK, OK, OK)) as (origin, accepted):
        one = transport(origin)
        for _ in range(3):
            send(one)
    assert accepted == [1]


def test_a_connection_that_the_other_side_closed_is_replaced() -> None:
    closed = threading.Event()

    def once(connection: socket.socket) -> None:
        answering(OK)(connection)
        connection.shutdown(socket.SHUT_RDWR)
        connection.close()
        closed.set()

    with listening(once, answering(OK)) as (origin, accepted):
        one = transport(origin)
        send(one)
        assert closed.wait(5)
        assert send(one).status_code == 200
    assert accepted == [1, 2]


def test_nobody_there_is_no_connection() -> None:
    with pytest.raises(EndpointConnectionError):
        send(transport(f"http://127.0.0.1:{free_port()}"))


def test_no_answer_in_time_is_a_timeout() -> None:
    release = threading.Event()

    def silent(_: socket.socket) -> None:
        release.wait(2)  # then it hangs up, which is another error

    with listening(silent) as (origin, _):
        with pytest.raises(ReadTimeoutError):
            send(transport(origin, read_timeout=0.05))
        release.set()


@pytest.mark.parametrize("cut", [b"", OK[:10], OK[:-1]])
def test_an_answer_cut_off_is_a_broken_connection(cut: bytes) -> None:
    with listening(answering(cut)) as (origin, _), pytest.raises(ConnectionClosedError):
        send(transport(origin))


def test_a_connection_that_is_not_accepted_is_a_timeout() -> None:
    with socket.socket() as full:
        # A full backlog of one, so further connections are not answered.
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(3)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(full.getsockname())
        late = Transport(f"http://127.0.0.1:{full.getsockname()[1]}", connect_timeout=0.05, read_timeout=5, pool_size=1)
        with pytest.raises(ConnectTimeoutError):
            send(late)
        for each in waiting:
            each.close()


def certificate(folder: Path, *names: str) -> Path:
    """A file with a self-signed certificate for addresses or host names, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "bench")])
    alternatives: list[x509.GeneralName] = [
        x509.IPAddress(ipaddress.ip_address(name)) if name[0].isdigit() else x509.DNSName(name) for name in names
    ]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "certificate.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return file


def encrypted(file: Path, conversation: Conversation) -> Conversation:
    """The exchange over TLS, if the other side wants it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)

    def converse(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as secured:
            conversation(secured)

    return converse


class TestTls:
    def test_a_certificate_of_the_bundle_for_the_name_is_trusted(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = certificate(tmp_path, "127.0.0.1")
        monkeypatch.setenv("AWS_CA_BUNDLE", str(file))
        with listening(encrypted(file, answering(OK, OK))) as (origin, accepted):
            one = transport(origin.replace("http:", "https:"))
            assert [send(one).content for _ in range(2)] == [b"{}", b"{}"]
        assert accepted == [1]

    @pytest.mark.parametrize(("name", "is_bundled"), [("127.0.0.2", True), ("localhost", True), ("127.0.0.1", False)])
    def test_no_other_is(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, is_bundled: bool) -> None:
        file = certificate(tmp_path, name)
        if is_bundled:
            monkeypatch.setenv("AWS_CA_BUNDLE", str(file))
        with listening(encrypted(file, answering(OK))) as (origin, _), pytest.raises(SSLError):
            send(transport(origin.replace("http:", "https:")))

    def test_a_proxy_passes_it_on_unread(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        file = certificate(tmp_path, "dynamodb.example")
        asked: list[bytes] = []

        def proxy(connection: socket.socket) -> None:
            while not b"".join(asked).endswith(b"\r\n\r\n"):
                asked.append(connection.recv(65536))
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            encrypted(file, answering(OK))(connection)

        monkeypatch.setenv("AWS_CA_BUNDLE", str(file))
        with listening(proxy) as (origin, _):
            monkeypatch.setenv("HTTPS_PROXY", origin.replace("//", "//us%40er:word@"))
            assert send(transport("https://dynamodb.example")).content == b"{}"
        text = b"".join(asked).decode()
        assert text.startswith("CONNECT dynamodb.example:443 ")
        assert f"Proxy-Authorization: Basic {base64.b64encode(b'us@er:word').decode()}\r\n" in text
