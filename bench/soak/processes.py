"""Reads `/proc`: children, functions, activity and sizes of processes."""

import os
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_FUNCTION = b"AWS_LAMBDA_FUNCTION_NAME="
_ZOMBIE = "Z"
# The number of the system call and its first argument: read(2) of file 0.
_READING_INPUT = "0 0x0 "


@dataclass(frozen=True, slots=True)
class Size:
    """What a process takes: resident memory in MiB, open files, threads."""

    memory: float
    files: int
    threads: int


def children(pid: int) -> list[int]:
    """The living children of a process."""
    found = []
    for entry in _PROC.iterdir():
        if entry.name.isdigit() and (state := _state(int(entry.name))) is not None:
            letter, parent = state
            if parent == pid and letter != _ZOMBIE:
                found.append(int(entry.name))
    return found


def zombies(pid: int) -> int:
    """How many children of a process ended and were not waited for."""
    states = [_state(int(entry.name)) for entry in _PROC.iterdir() if entry.name.isdigit()]
    return sum(state == (_ZOMBIE, pid) for state in states)


def function_of(pid: int) -> str | None:
    """The function that a process runs; None for one that runs none."""
    try:
        environment = (_PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:
        return None
    names = [entry.removeprefix(_FUNCTION) for entry in environment if entry.startswith(_FUNCTION)]
    return names[0].decode() if names else None


def is_at_work(pid: int) -> bool:
    """Whether a process does anything but wait for input, from which a function's process reads its events."""
    try:
        return not (_PROC / str(pid) / "syscall").read_text().startswith(_READING_INPUT)
    except OSError:
        return False


def size_of(pid: int) -> Size:
    """What a process takes now.

    Raises:
        OSError: it is gone.
    """
    status = dict(
        line.split(":", 1) for line in (_PROC / str(pid) / "status").read_text().splitlines() if line.count(":") >= 1
    )
    files = len(os.listdir(_PROC / str(pid) / "fd"))  # noqa: PTH208 - counting, not looking at
    return Size(int(status["VmRSS"].split()[0]) / 1024, files, int(status["Threads"]))


def processor_seconds(pid: int) -> float:
    """The processor time that a process has used; none if it is gone."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    # Its own in user and in system mode.
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def in_group(group: int) -> list[int]:
    """The living processes of a group."""
    found = []
    for entry in _PROC.iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != _ZOMBIE:
            found.append(int(entry.name))
    return found


def _state(pid: int) -> tuple[str, int] | None:
    """Its state's letter and its parent."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return fields[0], int(fields[1])
