"""The calls of one sitting, and the resources that each of them uses.

`tests/functional/test_cost_model.py` measures operations and bytes, and fails if these numbers are no longer true.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from tools.cost.prices import Prices

# Bytes. CloudWatch counts 26 more per log event.
LOG_LINE = 512  # with room for a request that takes a second
ACCESS_LINE = 180
PER_EVENT = 26
HEADERS = 450  # of an answer, including TLS records
MEMORY_GB = 0.5
# X-Ray's default rule: the first request of each second and 5 % of the others.
TRACED = 0.05
# The share of calls that meet a cold start, which takes about 0.4 s and is billed.
COLD_STARTS = 0.005
COLD_START_SECONDS = 0.4


# Seconds after which the web app's page syncs without a change: while the server tells it of added time, and without.
WEB_SYNC, WEB_SYNC_WITHOUT_EVENTS = 300.0, 30.0
# Seconds between two heartbeats of its connection, and until API Gateway ends every connection.
WEB_HEARTBEAT, CONNECTION_SECONDS = 480.0, 7200.0


@dataclass(frozen=True)
class Call:
    """One request, or one event of the WebSocket API.

    Attributes:
        operations: names of DynamoDB's operations, in order.
        writes: write units; transactions count twice, and index entries are writes too.
        reads: read units; a consistent read of up to 4 KB is one.
        seconds: what Lambda bills, including waiting for the database.
        answer: bytes of the answer's body.
        frames: of the WebSocket API, how many frames it bills; None for requests.
    """

    route: str
    operations: tuple[str, ...]
    writes: float
    reads: float
    seconds: float
    answer: int
    frames: int | None = None


# The source's failures; the name; the account's failures and those of the source for it; the account; failures are
# forgotten and the source is remembered; the refresh token is stored. In a trusted network it is one read less.
_SIGN_IN = ("GetItem", "GetItem", "BatchGetItem", "GetItem", "UpdateItem", "PutItem")
LOGIN = Call("POST /api/auth/login", _SIGN_IN, 2, 5, 0.095, 700)
# The student's batches; what was granted to the student and the places of exams, together; the exams
LIST = Call("GET /api/exams", ("GetItem", "Query", "Query", "BatchGetItem"), 0, 6, 0.015, 4000)
# The exam, the student's batches and grants are one read.
EXAM = Call("GET /api/exams/<id>", ("BatchGetItem", "GetItem"), 0, 4, 0.012, 600)
# The sitting, and its entries in the indexes `due`, `exam` and `running`
START = Call("POST /start-exam/<id>", ("BatchGetItem", "UpdateItem"), 4, 3, 0.015, 150)
PAPER = Call("GET /exam/<id>", ("GetItem",), 0, 1, 0.012, 24_000)
SYNC = Call("POST /api/sync-exam-answers/<id>", ("UpdateItem",), 1, 0, 0.008, 130)
# Closing is one write. The result, the history entry and the sitting are a transaction: twice two, two, and one entry
# less in `due` and in `running`, two more in `exam`.
SUBMIT = Call("POST /submit-exam/<id>", ("UpdateItem", "TransactWriteItems", "GetItem"), 11, 1, 0.025, 150)
# The writes with which the stream's function counts a start and a result: two transactions.
COUNTING_WRITES = 38
# The same for a first result in a large batch, whose students share the counters.
COUNTED_TOGETHER = 24
RESULT = Call("GET /result/<id>", ("GetItem", "GetItem", "GetItem"), 0, 3, 0.012, 400)
RESPONSE = Call("GET /response/<id>", ("GetItem", "GetItem", "GetItem"), 0, 3, 0.015, 36_000)
TICKET = Call("POST /api/chat/ws-ticket", ("PutItem",), 1, 0, 0.010, 300)
# The ticket, the connection, the student's connections; then whom to tell that the student is online, here nobody.
CONNECT = Call("$connect", ("UpdateItem", "PutItem", "UpdateItem", "Query"), 3, 1, 0.025, 0, frames=0)
HEARTBEAT = Call("heartbeat", ("GetItem", "UpdateItem"), 1, 1, 0.025, 80, frames=2)
DISCONNECT = Call("$disconnect", ("GetItem", "DeleteItem", "UpdateItem", "Query"), 2, 2, 0.020, 0, frames=0)


@dataclass(frozen=True)
class Sitting:
    """How one student sits one exam; its calls use the measured resources unless others are given."""

    hours: float = 3.0
    questions: int = 75
    sync_every: float = 30.0  # seconds; 0 for clients that only send changes
    # Changes that a client collects for two seconds: one per answer, and a third of the answers are changed again
    changes_per_question: float = 4 / 3
    heartbeat: float = 120.0  # seconds after which such a client syncs without a change
    is_connected: bool = False  # whether it has a connection all the time
    once: tuple[Call, ...] = field(default=(LOGIN, LIST, EXAM, START, PAPER, SUBMIT, RESULT, RESPONSE))
    sync: Call = SYNC
    counting_writes: float = COUNTING_WRITES
    log_line: float = LOG_LINE

    @property
    def syncs(self) -> float:
        """How many times answers are sent."""
        seconds = self.hours * 3600
        if self.sync_every:
            return seconds / self.sync_every
        changes = self.questions * self.changes_per_question
        # Evenly spread; a heartbeat is sent when so long nothing else was.
        return changes * (1 + seconds / changes // self.heartbeat)

    @property
    def connections(self) -> int:
        """How many connections there are, one after the other."""
        return math.ceil(self.hours * 3600 / CONNECTION_SECONDS) if self.is_connected else 0

    def calls(self) -> Iterator[tuple[Call, float]]:
        """Each call and how often it is made."""
        for call in self.once:
            yield call, 1
        yield self.sync, self.syncs
        if self.is_connected:
            for call in (TICKET, CONNECT, DISCONNECT):
                yield call, self.connections
            # One proves each connection, which the client follows up with a sync.
            yield HEARTBEAT, self.connections + self.hours * 3600 // WEB_HEARTBEAT
            yield self.sync, self.connections


def cost_by_term(sitting: Sitting, prices: Prices) -> dict[str, float]:
    """Dollars of one sitting, by resource."""
    requests = sum(times for call, times in sitting.calls() if call.frames is None)
    frames = sum(call.frames * times for call, times in sitting.calls() if call.frames is not None)
    invocations = sum(times for _, times in sitting.calls())
    minutes = sitting.hours * 60 if sitting.is_connected else 0
    writes = sum(call.writes * times for call, times in sitting.calls())
    reads = sum(call.reads * times for call, times in sitting.calls())
    seconds = sum(call.seconds * times for call, times in sitting.calls())
    sent = sum((call.answer + HEADERS) * times for call, times in sitting.calls())
    seconds += invocations * COLD_STARTS * COLD_START_SECONDS
    return {
        "HTTP API": requests * prices.http_api_request,
        "WebSocket API": frames * prices.websocket_message + minutes * prices.websocket_minute,
        "Lambda, requests": invocations * prices.lambda_request,
        "Lambda, time": seconds * MEMORY_GB * prices.lambda_gb_second,
        "DynamoDB, writes": writes * prices.dynamodb_write_unit,
        "DynamoDB, statistics": sitting.counting_writes * prices.dynamodb_write_unit,
        "DynamoDB, reads": reads * prices.dynamodb_read_unit,
        "logs, one line per request": invocations * (sitting.log_line + PER_EVENT) * prices.logs_gb,
        "logs, the gateway's": invocations * (ACCESS_LINE + PER_EVENT) * prices.logs_gb,
        "traces": invocations * TRACED * prices.trace,
        "transfer": sent * prices.transfer_byte,
    }
