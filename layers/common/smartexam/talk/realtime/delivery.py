"""Posts frames to connections, in parallel and within a time that a request can spare.

A connection that is gone is forgotten. A slow one is abandoned, so that it does not delay the others or the sender; its
client catches up by HTTP.
"""

import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import lru_cache
from urllib.parse import quote

import msgspec
from botocore.exceptions import BotoCoreError

from smartexam.platform.aws.signed import SignedClient
from smartexam.platform.errors import AppError
from smartexam.platform.observability import note
from smartexam.platform.settings import settings
from smartexam.talk.store import sockets
from smartexam.talk.store.sockets import Socket

WORKERS = 16
POST_SECONDS = 1.0
# For all posts together, however many connections are slow.
DELIVERY_SECONDS = 4.0
# Until `$connect` has answered, the gateway reports a new connection as gone.
_OPENING_SECONDS = 10.0
_DELETED, _REFUSED, _GONE = 204, 300, 410


class Post(msgspec.Struct, frozen=True):
    """A frame for one connection, after which the connection is closed if it is the last one."""

    socket: Socket
    content: bytes
    is_last: bool = False


def deliver(posts: Sequence[Post], *, now: float) -> None:
    """Post every frame to its connection; failures are counted in the invocation's log line. Frames may arrive in any
    order."""
    if not posts:
        return
    _client()  # here, once, instead of in several threads at the same time
    outcomes: Counter[str] = Counter()
    if len(posts) == 1:
        outcomes[_post(posts[0], now)] += 1
    else:
        outcomes.update(_deliver_together(posts, now))
    note(**{f"posts_{outcome}": count for outcome, count in outcomes.items()})


def answer(connection_id: str, content: bytes) -> None:
    """Post a frame to the connection that sent one; the connection may have gone meanwhile."""
    outcome = _post_to(connection_id, content)
    if outcome != "sent":
        note(answer=outcome)


def hang_up(connection_id: str) -> None:
    """Close a connection; one that is already gone is ignored."""
    try:
        done = _request("DELETE", connection_id) in {_DELETED, _GONE}
    except BotoCoreError:
        done = False
    if not done:
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
    elif post.is_last:
        # The gateway reports its end to `$disconnect`, which forgets it.
        hang_up(post.socket.connection_id)
    return outcome


def _post_to(connection_id: str, content: bytes) -> str:
    try:
        status = _request("POST", connection_id, content)
    except BotoCoreError:
        return "failed"
    if status == _GONE:
        return "gone"
    return "sent" if status < _REFUSED else "failed"


def _request(method: str, connection_id: str, content: bytes = b"") -> int:
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
    path = f"/@connections/{quote(connection_id, safe='')}"
    headers = {"Content-Type": "application/octet-stream"}
    return _client().send(method, path, headers, content, "before-send.apigatewaymanagementapi").status_code


@lru_cache(maxsize=1)
def _client() -> SignedClient:
    known = settings()
    return SignedClient(
        known.required("SOCKETS_ENDPOINT").rstrip("/"),
        "execute-api",
        known.region,
        connect_timeout=POST_SECONDS,
        read_timeout=POST_SECONDS,
        pool_size=WORKERS,
    )


def reset() -> None:
    """Forget the client, for tests with their own endpoint."""
    _client.cache_clear()
