"""Run as a script: a warm process that repeats the same requests and reports their processor time.

It reads a line of JSON, the specification: `folders`, `handler`, `scenarios` (lists of requests by name), `clock`
(start and seconds per look, or null for the machine's), `canned`. Then for each line `{"scenario", "count"}` it runs
the scenario that often and writes `{request: microseconds}`. The handler's own output is discarded.
"""

import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

CONTEXT = SimpleNamespace(
    aws_request_id="00000000-0000-4000-8000-000000000000",
    function_name="bench",
    get_remaining_time_in_millis=lambda: 15_000,
)


class SteppingClock:
    """Goes on by so many seconds at each look."""

    def __init__(self, start: float, step: float) -> None:
        self._now, self._step = start, step

    def now(self) -> float:
        """Seconds since the epoch."""
        self._now += self._step
        return self._now


class Canned:
    """Recorded answers of AWS, so that everything but the network is real.

    Requests are distinguished by operation and kinds of items; with recorded answers the same user asks every time.
    """

    def __init__(self) -> None:
        self._answers: dict[Any, Any] = {}

    def wrap(self, send: Callable[..., Any]) -> Callable[..., Any]:
        """`send` of an HTTP session, which takes one of botocore's requests."""

        def replaying(session: Any, request: Any, *rest: Any) -> Any:
            key = self._key(request)
            if key not in self._answers:
                answer = send(session, request, *rest)
                if answer.status_code != 200:
                    return answer
                self._answers[key] = answer
            return self._answers[key]

        return replaying

    @staticmethod
    def _key(request: Any) -> tuple[str, frozenset[str]]:
        kinds: set[str] = set()

        def note(value: Any) -> None:
            if isinstance(value, dict):
                if isinstance(text := value.get("S"), str) and text.partition("#")[0].isupper():
                    kinds.add(text.partition("#")[0])
                kinds.update(name for name in value if name.endswith("-bench"))
                for inner in value.values():
                    note(inner)
            elif isinstance(value, list):
                for inner in value:
                    note(inner)

        note(json.loads(request.body))
        return str(request.headers.get("X-Amz-Target")), frozenset(kinds)


class Worker:
    """A handler and what it is asked."""

    def __init__(self, specification: dict[str, Any]) -> None:
        sys.path[:0] = specification["folders"]
        module_name, name = specification["handler"].rsplit(".", 1)
        module = __import__(module_name, fromlist=[name])
        self._handler = getattr(module, name)
        self._scenarios: dict[str, list[dict[str, Any]]] = specification["scenarios"]
        self._places = dict.fromkeys(self._scenarios, 0)
        if specification["clock"]:
            module.api.clock = SteppingClock(*specification["clock"])
        self._canned: bool = specification["canned"]
        if self._canned:
            _put_between(Canned())

    def run(self, scenario: str, count: int) -> dict[str, float]:
        """Microseconds of processor time of each request, on average."""
        spent: dict[str, int] = defaultdict(int)
        for _ in range(count):
            for request in self._scenarios[scenario]:
                place = 0 if self._canned else self._places[scenario] % len(request["events"])
                event = request["events"][place]
                begun = time.process_time_ns()
                answer = self._handler(event, CONTEXT)
                spent[request["name"]] += time.process_time_ns() - begun
                if answer["statusCode"] not in request["statuses"]:
                    raise SystemExit(f"{request['name']}: {answer}")
            self._places[scenario] += 1
        return {name: total / count / 1000 for name, total in spent.items()}


def _put_between(canned: Canned) -> None:
    if "botocore" in sys.modules:
        from botocore.httpsession import URLLib3Session  # noqa: PLC0415 - of the program that is measured

        URLLib3Session.send = canned.wrap(URLLib3Session.send)
    if "smartexam.platform.aws.transport" in sys.modules:
        from smartexam.platform.aws.transport import Transport  # noqa: PLC0415 - as above

        Transport.send = canned.wrap(Transport.send)  # type: ignore[method-assign]


def main() -> None:
    """Serve until the input ends."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    worker = Worker(json.loads(sys.stdin.readline()))
    for line in sys.stdin:
        out.write(json.dumps(worker.run(**json.loads(line))) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
