"""The client's automatic syncs."""

import threading

import pytest

from smartexam_client import AnswerSheet, ApiError, AutoSync, Call, ConnectionLostError, Synced
from tests.unit.examples.in_memory_platform import reply


class Sheet(AnswerSheet):
    """A sheet of which only syncing matters."""

    def __init__(self) -> None:
        self.syncs = 0
        self.waiting = False
        self.trouble: Exception | None = None

    @property
    def has_changes(self) -> bool:
        return self.waiting

    def sync(self) -> Synced:
        self.syncs += 1
        if self.trouble:
            raise self.trouble
        self.waiting = False
        return Synced(1, 60)


class Watch:
    """A clock that tests set."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def refused(code: str) -> ApiError:
    return ApiError(Call("POST", "/api/sync-exam-answers/7"), reply(409, {"message": "No", "code": code}))


@pytest.fixture(name="sheet")
def _sheet() -> Sheet:
    return Sheet()


@pytest.fixture(name="watch")
def _watch() -> Watch:
    return Watch()


def test_sends_changes_and_else_keeps_quiet(sheet: Sheet, watch: Watch) -> None:
    auto = AutoSync(sheet, clock=watch)
    auto.step()
    assert sheet.syncs == 0

    sheet.waiting = True
    auto.step()
    assert sheet.syncs == 1


def test_asks_after_the_clock_now_and_then(sheet: Sheet, watch: Watch) -> None:
    auto = AutoSync(sheet, interval=120, clock=watch)
    watch.now = 121
    auto.step()
    auto.step()

    assert sheet.syncs == 1


def test_waits_longer_while_there_is_no_network_and_then_recovers(sheet: Sheet, watch: Watch) -> None:
    auto = AutoSync(sheet, settle=2, clock=watch)
    sheet.waiting, sheet.trouble = True, ConnectionLostError("offline")
    auto.step()
    online = [auto.online]

    sheet.trouble = None
    auto.step()
    assert sheet.syncs == 1, "it did not wait"
    watch.now = 4
    auto.step()
    assert [*online, auto.online] == [False, True]
    assert not sheet.waiting


def test_reports_a_refusal_and_retries(sheet: Sheet, watch: Watch) -> None:
    auto = AutoSync(sheet, settle=2, clock=watch)
    sheet.waiting, sheet.trouble = True, refused("stale_revision")
    auto.step()
    assert (auto.problem, auto.time_over) == (sheet.trouble, False)

    sheet.trouble, watch.now = None, 4
    auto.step()
    assert (auto.problem, auto.time_over) == (None, False)


def test_ends_with_the_exam(sheet: Sheet) -> None:
    sheet.waiting, sheet.trouble = True, refused("exam_time_over")
    with AutoSync(sheet, settle=0.001) as auto:
        auto._thread.join(10)
        assert not auto._thread.is_alive()

    assert auto.time_over


def test_a_thread_sends_what_another_answers(sheet: Sheet) -> None:
    sent = threading.Event()
    with AutoSync(sheet, settle=0.001, on_sync=lambda _: sent.set()):
        sheet.waiting = True
        assert sent.wait(10)
