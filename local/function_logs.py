"""Splits MiniStack's output into its own log and the functions' log."""

import re
from pathlib import Path
from types import TracebackType
from typing import IO, Self

_OWN_LINE = re.compile(r"^\[?\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_OUTPUT_FOLLOWS = re.compile(r"^\S+ \S+ INFO \[lambda\] (?:ESM: )?Lambda (\S+) (?:async )?output.*:$")
# Where a worker unpacked its function; replaced so that traces point to the project's own files
_UNPACKED = re.compile(r"/[^\s\"]*/ministack-lambda-[^/]+/code/")
# stack-LogicalId-RANDOM, CloudFormation's names of functions
_PHYSICAL_NAME = re.compile(r"^[^-]+-(.+)-[0-9A-Za-z]+$")


class LogSplitter:
    """Writes `aws.log` (everything) and `functions.log` (functions' lines, each with the function's name)."""

    def __init__(self, everything: Path, functions: Path) -> None:
        self._everything: IO[str] = everything.open("a", encoding="utf-8", buffering=1)
        self._functions: IO[str] = functions.open("a", encoding="utf-8", buffering=1)
        self._speaker: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._everything.close()
        self._functions.close()

    def write(self, line: str) -> None:
        """Take one line, with its line break."""
        self._everything.write(line)
        if announced := _OUTPUT_FOLLOWS.match(line):
            self._speaker = logical_id(announced[1])
        elif _OWN_LINE.match(line):
            self._speaker = None
        elif self._speaker is not None:
            self._functions.write(f"{self._speaker}  {_UNPACKED.sub('functions/', line)}")


def logical_id(physical_name: str) -> str:
    """A function's name in the template, from its name in CloudFormation."""
    found = _PHYSICAL_NAME.match(physical_name)
    return found[1] if found else physical_name
