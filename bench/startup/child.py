"""Run as a script, in a new process: import a handler, call it once, report what that took.

`child.py <specification>`: JSON with `folders`, `handler`, `event`. The handler's own output is discarded.
"""

import json
import os
import resource
import sys

CONTEXT = {"aws_request_id": "00000000-0000-4000-8000-000000000000", "function_name": "bench"}


def cpu_ms() -> float:
    """The processor time of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return (used.ru_utime + used.ru_stime) * 1000


def peak_kib() -> int:
    """Its peak memory; unlike ru_maxrss without its parent's before the exec."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123 - pathlib would be measured
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1)


def main() -> None:
    """Measure."""
    specification = json.loads(sys.argv[1])
    out = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.path[:0] = specification["folders"]
    module, name = specification["handler"].rsplit(".", 1)
    handler = getattr(__import__(module, fromlist=[name]), name)
    imported = cpu_ms()
    context = type("Context", (), {**CONTEXT, "get_remaining_time_in_millis": lambda _: 15_000})()
    answer = handler(specification["event"], context)
    measured = {
        "import_ms": imported,
        "total_ms": cpu_ms(),
        "peak_kib": peak_kib(),
        "modules": len(sys.modules),
        "loaded": [name for name in specification["unwanted"] if name in sys.modules],
        "status": answer.get("statusCode") if isinstance(answer, dict) else None,
    }
    os.write(out, json.dumps(measured).encode())


if __name__ == "__main__":
    main()
