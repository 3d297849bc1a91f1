"""Posting to connections, in parallel and within a time that a request can spare.

A connection that is gone is forgotten. A slow one is given up on: its client catches up by HTTP, and must not keep
the others, or the sender, waiting.
"""

import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from smartexam.data import sockets
from smartexam.data.sockets import Socket
from smartexam.errors import AppError
from smartexam.observability import note
from smartexam.settings import settings

WORKERS = 16
POST_SECONDS = 1.0
# Of everything together, however many connections are slow.
DELIVERY_SECONDS = 4.0
# The gateway knows a connection only after `$connect` has answered; until then it calls it gone.
_OPENING_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Post:
    """A frame for one connection."""

    socket: Socket
    content: bytes


def deliver(posts: Sequence[Post], *, now: float) -> None:
    """Post every frame to its connection; what fails is counted in the invocation's log line.

    Args:
        posts: in any order; frames for the same connection may arrive in any order as well.
        now: epoch seconds.
    """
    if not posts:
        return
    _client()  # here, once, and not by every thread at the same time
    outcomes: Counter[str] = Counter()
    if len(posts) == 1:
        outcomes[_post(posts[0], now)] += 1
    else:
        outcomes.update(_deliver_together(posts, now))
    note(**{f"posts_{outcome}": count for outcome, count in outcomes.items()})


def answer(connection_id: str, content: bytes) -> None:
    """Post a frame to the connection that a frame just came from; it may have gone meanwhile."""
    outcome = _post_to(connection_id, content)
    if outcome != "sent":
        note(answer=outcome)


def hang_up(connection_id: str) -> None:
    """Close a connection from our side; one that is gone already is fine."""
    try:
        _client().delete_connection(ConnectionId=connection_id)
    except (BotoCoreError, ClientError):
        note(hang_up="failed")


def _deliver_together(posts: Sequence[Post], now: float) -> Counter[str]:
    pool = ThreadPoolExecutor(min(WORKERS, len(posts)), thread_name_prefix="delivery")
    stopped = threading.Event()

    def one(post: Post) -> str:
        return "late" if stopped.is_set() else _post(post, now)

    try:
        pending: list[Future[str]] = [pool.submit(one, post) for post in posts]
        done, late = wait(pending, timeout=DELIVERY_SECONDS)
    finally:
        stopped.set()
        pool.shutdown(wait=False, cancel_futures=True)
    outcomes = Counter(future.result() for future in done)
    if late:
        outcomes["late"] += len(late)
    return outcomes


def _post(post: Post, now: float) -> str:
    outcome = _post_to(post.socket.connection_id, post.content)
    if outcome == "gone" and now > post.socket.connected_at + _OPENING_SECONDS:
        try:
            sockets.drop(post.socket)
        except AppError:
            return "gone_and_not_forgotten"
    return outcome


def _post_to(connection_id: str, content: bytes) -> str:
    try:
        _client().post_to_connection(ConnectionId=connection_id, Data=content)
    except ClientError as error:
        is_gone = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 410  # noqa: PLR2004 - HTTP's Gone
        return "gone" if is_gone else "failed"
    except BotoCoreError:
        return "failed"
    return "sent"


@lru_cache(maxsize=1)
def _client() -> Any:  # botocore makes its clients at run time
    known = settings()
    config = Config(
        connect_timeout=POST_SECONDS,
        read_timeout=POST_SECONDS,
        retries={"total_max_attempts": 1, "mode": "standard"},
        max_pool_connections=WORKERS,
    )
    return botocore.session.get_session().create_client(
        "apigatewaymanagementapi",
        region_name=known.region,
        endpoint_url=known.required("SOCKETS_ENDPOINT"),
        config=config,
    )


def reset() -> None:
    """Forget the client, for tests that have an endpoint of their own."""
    _client.cache_clear()
