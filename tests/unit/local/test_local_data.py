"""Mails, the clock's file and the functions' log lines."""

from pathlib import Path

import pytest

from local.clock_file import ClockFile
from local.function_logs import LogSplitter, logical_id
from local.outbox import read_mails

KEPT = {
    "messages": {
        "000000000000": [
            {
                "To": ["Ravi <ravi@example.com>"],
                "Subject": "One",
                "BodyText": "See https://a.test/x?t=1.",
                "Timestamp": "1",
            },
            {"To": ["meera@example.com"], "Subject": "Two", "BodyText": None, "BodyHtml": None, "Timestamp": "2"},
            {
                "To": ["RAVI@example.com"],
                "Subject": "Three",
                "BodyText": "",
                "BodyHtml": '<a href="http://b.test/y">y</a> (http://b.test/y)',
                "Timestamp": "2",
            },
        ]
    }
}


def test_mails_are_listed_the_newest_first() -> None:
    mails = read_mails(KEPT, None)

    assert [mail["subject"] for mail in mails] == ["Three", "Two", "One"]


def test_mails_to_one_address_are_found_in_whatever_case() -> None:
    mails = read_mails(KEPT, " Ravi@Example.com")

    assert [(mail["to"], mail["links"]) for mail in mails] == [
        ("RAVI@example.com", ["http://b.test/y"]),
        ("ravi@example.com", ["https://a.test/x?t=1"]),
    ]


def test_the_clocks_offset_outlives_a_run_where_it_shall(tmp_path: Path) -> None:
    kept = tmp_path / "data" / "clock"
    ClockFile(tmp_path / "run" / "clock", kept).set(-86_400.5)

    again = ClockFile(tmp_path / "again" / "clock", kept)
    again.load()

    assert float(again.path.read_text(encoding="ascii")) == -86_400.5


def test_without_a_kept_offset_there_is_none(tmp_path: Path) -> None:
    clock = ClockFile(tmp_path / "clock", tmp_path / "missing")
    clock.load()

    assert float(clock.path.read_text(encoding="ascii")) == 0.0


@pytest.mark.parametrize("offset", [float("nan"), float("inf"), 4e9, -4e9])
def test_an_impossible_offset_is_refused(tmp_path: Path, offset: float) -> None:
    with pytest.raises(ValueError, match="a hundred years"):
        ClockFile(tmp_path / "clock").set(offset)


def test_function_lines_are_separated_from_the_emulators(tmp_path: Path) -> None:
    lines = [
        "2026-11-23 14:26:35 INFO [lambda_runtime] Lambda worker spawned for local-ExamsFunction-98F (python3.13)\n",
        "2026-11-23 14:26:35 INFO [lambda] Lambda local-ExamsFunction-98F output:\n",
        '{"message": "invocation"}\n',
        '  File "/tmp/s/ministack-lambda-local-ExamsFunction-98F-ab_1/code/exams/app.py", line 2, in handler\n',
        "2026-11-23 14:26:36 INFO [lambda] ESM: Lambda local-Sweeper-1A output:\n",
        "swept\n",
        "[2026-11-23 14:26:37 +0000] [1] [INFO] Running\n",
        "not a function's\n",
    ]
    with LogSplitter(tmp_path / "aws.log", tmp_path / "functions.log") as splitter:
        for line in lines:
            splitter.write(line)

    assert (tmp_path / "aws.log").read_text(encoding="utf-8") == "".join(lines)
    assert (tmp_path / "functions.log").read_text(encoding="utf-8").splitlines() == [
        'ExamsFunction  {"message": "invocation"}',
        'ExamsFunction    File "functions/exams/app.py", line 2, in handler',
        "Sweeper  swept",
    ]


def test_a_name_that_cloudformation_did_not_make_is_kept() -> None:
    assert logical_id("plain") == "plain"
