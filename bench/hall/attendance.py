"""Lets a hall sign in, start and save, and counts answers, seconds and processor seconds."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bench.hall.caller import Caller, Crowd
from bench.hall.enrolment import PASSWORD, Hall
from bench.soak import processes
from bench.soak.stack import RunningStack


@dataclass(frozen=True, slots=True)
class Phase:
    """What everybody did.

    Attributes:
        statuses: of all answers, with how many there were.
        seconds: until the last one.
        processor: processor seconds by what used them: `functions`, `gateway`, `emulator`.
    """

    name: str
    statuses: Counter[int]
    seconds: float
    processor: dict[str, float]


def attend(stack: RunningStack, crowd: Crowd, hall: Hall) -> list[Phase]:
    """All sign in, then all start, then all save once."""
    caller = Caller(stack.base_url, crowd.threads)
    tokens: dict[int, str] = {}

    def sign_in(number: int) -> Iterable[int]:
        for password in (["mistyped"] if number < crowd.mistyped else []) + [PASSWORD]:
            credentials = {"username": hall.names[number], "password": password}
            status, body = caller.post("/api/auth/login", credentials, address=crowd.address)
            if "data" in body:
                tokens[number] = body["data"]["access_token"]
            yield status

    def ask(path: str, body: object = None) -> Callable[[int], Iterable[int]]:
        return lambda number: [caller.post(path, body, token=tokens.get(number), address=crowd.address)[0]]

    answers = {str(question): "B" for question in hall.question_ids}
    return [
        _measured(stack, crowd, "sign in", sign_in),
        _measured(stack, crowd, "start", ask(f"/start-exam/{hall.exam_id}")),
        _measured(stack, crowd, "save 75 answers", ask(f"/api/sync-exam-answers/{hall.exam_id}", {"answers": answers})),
    ]


def _measured(stack: RunningStack, crowd: Crowd, name: str, act: Callable[[int], Iterable[int]]) -> Phase:
    before, started = _processor(stack), time.perf_counter()
    with ThreadPoolExecutor(crowd.threads) as pool:
        answered = pool.map(lambda number: list(act(number)), range(crowd.students))
        statuses = Counter(status for answers in answered for status in answers)
    seconds, after = time.perf_counter() - started, _processor(stack)
    # A process that began meanwhile had used nothing before; one that ended, idle since the phase before, is left out.
    used = {kind: sum(spent - before[kind].get(pid, 0) for pid, spent in after[kind].items()) for kind in after}
    return Phase(name, statuses, seconds, used)


def _processor(stack: RunningStack) -> dict[str, dict[int, float]]:
    groups = {"functions": list(stack.workers()), "gateway": [stack.gateway], "emulator": [stack.emulator]}
    return {kind: {pid: processes.processor_seconds(pid) for pid in pids} for kind, pids in groups.items()}
