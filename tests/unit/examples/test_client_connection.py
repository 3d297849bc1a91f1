"""The client's connection: retries, waits and errors."""

from dataclasses import dataclass, field

import pytest

from smartexam_client import ApiError, Connection, ConnectionLostError, Reply
from smartexam_client.connection import LONGEST_WAIT
from tests.unit.examples.in_memory_platform import Platform, reply


@dataclass
class Trouble:
    platform: Platform = field(default_factory=Platform)
    waits: list[float] = field(default_factory=list)


@pytest.fixture(name="trouble")
def _trouble() -> Trouble:
    return Trouble()


@pytest.fixture(name="connection")
def _connection(trouble: Trouble) -> Connection:
    connection = Connection(trouble.platform.connect(), trouble.waits.append, jitter=lambda wait: wait)
    connection.sign_in("student1", "secret")
    return connection


@pytest.mark.parametrize(
    ("failure", "waited"),
    [
        (ConnectionLostError("gone"), 0.25),
        (reply(503, {"message": "down"}), 0.25),
        (reply(503, {"message": "down"}, {"retry-after": "3"}), 3.0),
        (reply(429, {"message": "slowly"}, {"retry-after": "2"}), 2.0),
    ],
)
def test_passing_trouble_is_waited_for(
    trouble: Trouble, connection: Connection, failure: Reply | ConnectionLostError, waited: float
) -> None:
    trouble.platform.failing = [failure]

    assert connection.get("/api/exams/7")["success"]
    assert trouble.waits == [waited]


def test_waits_grow(trouble: Trouble, connection: Connection) -> None:
    trouble.platform.failing = [ConnectionLostError("gone") for _ in range(3)]

    connection.get("/api/exams/7")

    assert trouble.waits == [0.25, 0.5, 1.0]


def test_lasting_trouble_is_reported(trouble: Trouble, connection: Connection) -> None:
    trouble.platform.failing = [ConnectionLostError("gone") for _ in range(20)]

    with pytest.raises(ConnectionLostError):
        connection.get("/api/exams/7")


def test_a_lock_is_reported_instead_of_waited_for(trouble: Trouble, connection: Connection) -> None:
    trouble.platform.failing = [reply(429, {"message": "Locked"}, {"retry-after": "900"})]

    with pytest.raises(ApiError, match="429 Locked"):
        connection.get("/api/exams/7")
    assert LONGEST_WAIT < 900
    assert trouble.waits == []


def test_an_expired_access_token_is_renewed(trouble: Trouble, connection: Connection) -> None:
    trouble.platform.failing = [reply(401, {"message": "token_expired_or_invalid"})]

    assert connection.get("/api/exams/7")["success"]
    assert trouble.platform.seen[-2:] == ["POST /api/auth/refresh", "GET /api/exams/7"]


def test_an_answer_that_is_not_json_has_its_text_as_message(trouble: Trouble, connection: Connection) -> None:
    trouble.platform.failing = [Reply(502, {}, b"<h1>Bad gateway</h1>")]

    with pytest.raises(ApiError, match="Bad gateway"):
        connection.get("/api/exams/7")


def test_a_renewal_that_fails_leaves_the_connection_able_to_renew(trouble: Trouble, connection: Connection) -> None:
    expired = reply(401, {"message": "token_expired_or_invalid"})
    trouble.platform.failing = [expired, reply(500, {"message": "down"}), expired]

    with pytest.raises(ApiError, match="500"):
        connection.get("/api/exams/7")
    assert connection.get("/api/exams/7")["success"]


def test_those_cut_off_together_come_back_apart(trouble: Trouble) -> None:
    trouble.platform.failing = [ConnectionLostError("gone") for _ in range(3)]

    Connection(trouble.platform.connect(), trouble.waits.append).sign_in("student1", "secret")

    assert all(planned / 2 <= wait <= planned for wait, planned in zip(trouble.waits, (0.25, 0.5, 1.0), strict=True))
