"""The example client without errors, with server errors, and with network errors."""

import io
from dataclasses import dataclass, field

import pytest

from sit_exam import Surroundings, main
from sitting.screen import Screen
from smartexam_client import ConnectionLostError, HttpTransport, Reply
from tests.unit.examples.in_memory_platform import Platform


@dataclass
class Run:
    platform: Platform = field(default_factory=Platform)
    out: io.StringIO = field(default_factory=io.StringIO)
    waits: list[float] = field(default_factory=list)

    def __call__(self, *arguments: str) -> int:
        around = Surroundings(self.platform.connect, Screen(self.out), self.waits.append)
        return main(["http://nowhere.invalid", "--fast", *arguments], around)

    @property
    def printed(self) -> str:
        return self.out.getvalue()


@pytest.fixture(name="run")
def _run() -> Run:
    return Run()


def test_a_sitting_comes_to_the_expected_score(run: Run) -> None:
    status = run()

    assert status == 0, run.printed
    assert "The server's score is the expected one." in run.printed
    assert run.platform.submitted
    assert run.platform.open_connections == 0


def test_the_interrupted_request_held_the_unsent_answers(run: Run) -> None:
    run()

    (call,) = run.platform.lost
    assert call.path == "/api/sync-exam-answers/7"
    assert "merged 1 own answers, gave way in 1" in run.printed


def test_without_a_terminal_there_are_plain_lines_only(run: Run) -> None:
    run()

    assert "\033" not in run.printed
    assert "\r" not in run.printed


def test_every_question_has_its_line(run: Run) -> None:
    run()

    table = run.printed.partition("  no.  type")[2].splitlines()[1:37]
    assert [line.split()[0] for line in table] == [str(number) for number in range(1, 37)]
    assert table[1].split()[-2:] == ["right", "1.00"]


def test_another_score_is_reported_and_fails(run: Run) -> None:
    run.platform.bonus = 3  # a hundredth of a mark

    assert run() == 1
    assert "DIFFERENT: score" in run.printed


def test_a_server_that_takes_stale_revisions_fails(run: Run) -> None:
    run.platform.ignores_revisions = True

    assert run() == 1
    assert "FAILED: a stale revision was accepted" in run.printed


def test_an_answer_lost_on_its_way_back_changes_nothing(run: Run) -> None:
    run.platform.loses_answers_to = "sync-exam-answers"

    assert run() == 0, run.printed


def test_a_lost_answer_to_a_creation_is_not_tried_again(run: Run) -> None:
    run.platform.loses_answers_to = "/admin/exams"

    assert run() == 1
    assert run.platform.seen.count("POST /admin/exams") == 1


def test_the_exam_goes_when_asked(run: Run) -> None:
    run("--clean-up")

    assert run.platform.seen[-1] == "POST /admin/exams/delete/7"


@pytest.mark.parametrize("url", ["", "127.0.0.1:3000", "ftp://127.0.0.1"])
def test_an_invalid_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="not an http"):
        HttpTransport(url)


@pytest.mark.parametrize(
    "failure",
    [ConnectionLostError("refused"), Reply(501, {}, b"<html>"), Reply(404, {}, b"{}"), Reply(200, {}, b"<html>")],
)
def test_without_the_stack_it_says_to_start_it(run: Run, failure: Reply | ConnectionLostError) -> None:
    run.platform.failing = [failure] * 10

    assert run() == 1
    assert "`make run`" in run.printed
    assert "`make demo PORT=...`" in run.printed
