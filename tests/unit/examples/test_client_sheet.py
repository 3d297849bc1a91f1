"""The client's answer sheet: no answer is lost, and no newer one is overwritten."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from smartexam.catalog.questions import Question, check
from smartexam_client import AnswerSheet, ApiError, Call, Conflict, Connection, ConnectionLostError, FileJournal, Reply
from tests.unit.examples.in_memory_platform import EXAM_ID, FIRST_QUESTION_ID, Platform

MCQ, MSQ, NUMERIC = range(FIRST_QUESTION_ID, FIRST_QUESTION_ID + 3)
OPTIONS = {"option_a": "1", "option_b": "2", "option_c": "3"}
QUESTIONS: tuple[dict[str, Any], ...] = (
    {"question_text": "MCQ", **OPTIONS, "correct_answer": "B", "question_type": "MCQ"},
    {"question_text": "MSQ", **OPTIONS, "correct_answer": "A,C", "question_type": "MSQ"},
    {"question_text": "N", "correct_answer": "1.41", "question_type": "NUMERIC"},
)


class Network:
    """The network between one device and the platform."""

    def __init__(self, platform: Platform) -> None:
        self._way = platform.connect()
        self.offline = False
        self.loses_confirmations = False
        self.meanwhile: Callable[[], object] = lambda: None  # called during a sync

    def exchange(self, call: Call) -> Reply:
        if self.offline:
            raise ConnectionLostError("offline")
        if "sync" in call.path:
            self.meanwhile()
        reply = self._way.exchange(call)
        if self.loses_confirmations and "sync" in call.path:
            raise ConnectionLostError("no answer")
        return reply

    def close(self) -> None:
        self._way.close()


class Pupil:
    """A student whose devices share one platform."""

    def __init__(self, folder: Path) -> None:
        questions = [question for row in QUESTIONS if isinstance(question := check(row), Question)]
        self.platform = Platform(questions=questions)
        self.journal = FileJournal(folder / "answers" / "exam.json")
        self.networks: list[Network] = []

    def device(self, **options: Any) -> AnswerSheet:
        network = Network(self.platform)
        self.networks.append(network)
        connection = Connection(network, lambda _: None)
        connection.sign_in("student1", "secret")
        sheet = AnswerSheet(connection, EXAM_ID, **options)
        sheet.open()
        return sheet


@pytest.fixture(name="pupil")
def _pupil(tmp_path: Path) -> Pupil:
    return Pupil(tmp_path)


def test_answers_given_offline_arrive_later(pupil: Pupil) -> None:
    sheet = pupil.device()
    pupil.networks[0].offline = True
    sheet.answer(MCQ, "B")
    with pytest.raises(ConnectionLostError):
        sheet.sync()
    assert sheet.unconfirmed == {MCQ: "B"}

    pupil.networks[0].offline = False
    sheet.sync()

    assert sheet.unconfirmed == {}
    assert pupil.platform.given[0] == "B"


def test_answers_survive_a_restart_of_the_device(pupil: Pupil) -> None:
    before = pupil.device(journal=pupil.journal)
    before.answer(MSQ, ["A", "C"])
    before.mark_for_review([MSQ])

    after = pupil.device(journal=pupil.journal)
    after.sync()

    assert after.answers == {MSQ: ["A", "C"]}
    assert pupil.platform.given[1] == "AC"
    assert pupil.platform.marked == [1]


def test_a_restart_does_not_overwrite_what_another_device_wrote_since(pupil: Pupil) -> None:
    before = pupil.device(journal=pupil.journal)
    before.answer(MCQ, "A")
    before.answer(NUMERIC, "2")
    other = pupil.device()
    other.answer(MCQ, "B")
    other.sync()

    after = pupil.device(journal=pupil.journal)

    assert after.answers == {MCQ: "B", NUMERIC: "2"}


@pytest.mark.parametrize("restarts", [False, True])
def test_ones_own_answer_whose_confirmation_was_lost_is_not_anothers(pupil: Pupil, restarts: bool) -> None:
    sheet = pupil.device(journal=pupil.journal)
    pupil.networks[0].loses_confirmations = True
    for answer in ("A", "B"):
        sheet.answer(MCQ, answer)
        with pytest.raises(ConnectionLostError):
            sheet.sync()
    sheet.answer(MCQ, "C")
    pupil.networks[0].loses_confirmations = False
    if restarts:
        sheet = pupil.device(journal=pupil.journal)

    synced = sheet.sync()

    assert synced.yielded == frozenset()
    assert pupil.platform.given[0] == "C"


def test_anothers_answer_after_a_lost_confirmation_is_kept(pupil: Pupil) -> None:
    sheet = pupil.device()
    pupil.networks[0].loses_confirmations = True
    sheet.answer(MCQ, "A")
    with pytest.raises(ConnectionLostError):
        sheet.sync()
    other = pupil.device()
    other.answer(MCQ, "B")
    other.sync()
    pupil.networks[0].loses_confirmations = False
    sheet.answer(MCQ, "C")

    assert sheet.sync().yielded == {MCQ}
    assert sheet.answers == {MCQ: "B"}


def test_what_is_left_of_an_earlier_attempt_is_dropped(pupil: Pupil) -> None:
    pupil.device(journal=pupil.journal).answer(MCQ, "A")
    pupil.platform.attempt_id += 1

    assert pupil.device(journal=pupil.journal).answers == {}


def test_a_broken_journal_is_set_aside(pupil: Pupil, tmp_path: Path) -> None:
    folder = tmp_path / "answers"
    folder.mkdir()
    (folder / "exam.json").write_text("{", encoding="utf-8")

    assert pupil.device(journal=pupil.journal).answers == {}
    assert (folder / "exam.json.broken").read_text(encoding="utf-8") == "{"


def test_the_journal_is_one_document_that_only_its_owner_may_read(pupil: Pupil, tmp_path: Path) -> None:
    pupil.device(journal=pupil.journal).answer(NUMERIC, "1.4")

    file = tmp_path / "answers" / "exam.json"
    assert json.loads(file.read_text(encoding="utf-8"))["unconfirmed"] == {str(NUMERIC): "1.4"}
    assert file.stat().st_mode & 0o077 == 0


def test_the_journal_goes_with_the_attempt(pupil: Pupil) -> None:
    sheet = pupil.device(journal=pupil.journal)
    sheet.answer(MCQ, "B")

    assert sheet.submit().visible
    assert pupil.platform.given[0] == "B"
    assert pupil.journal.load() is None


def test_handing_in_without_a_connection_keeps_everything(pupil: Pupil) -> None:
    sheet = pupil.device(journal=pupil.journal)
    sheet.answer(MCQ, "B")
    pupil.networks[0].offline = True

    with pytest.raises(ConnectionLostError):
        sheet.submit()
    assert sheet.answers == {MCQ: "B"}
    assert not pupil.platform.submitted


def test_too_late_hands_in_what_was_in_time(pupil: Pupil) -> None:
    sheet = pupil.device()
    sheet.answer(MCQ, "B")
    pupil.platform.is_over = True

    sheet.submit()

    assert pupil.platform.submitted
    assert 0 not in pupil.platform.given


def test_the_other_device_yields_if_resolve_says_so(pupil: Pupil) -> None:
    met: list[Conflict] = []

    def prefer_mine(conflict: Conflict) -> Any:
        met.append(conflict)
        return conflict.mine

    first, second = pupil.device(resolve=prefer_mine), pupil.device()
    second.answer(MCQ, "A")
    second.sync()
    first.answer(MCQ, "B")
    synced = first.sync()

    assert met == [Conflict(MCQ, None, "B", "A")]
    assert synced.kept == {MCQ}
    assert pupil.platform.given[0] == "B"


def test_marks_for_review_of_two_devices_come_together(pupil: Pupil) -> None:
    first, second = pupil.device(), pupil.device()
    first.mark_for_review([MCQ, MSQ])
    first.sync()
    second.open()
    second.mark_for_review([MCQ, MSQ, NUMERIC])
    first.mark_for_review([MSQ])
    first.sync()
    second.sync()

    assert pupil.platform.marked == [1, 2]


def test_what_is_changed_during_a_sync_goes_with_the_next(pupil: Pupil) -> None:
    sheet = pupil.device()
    sheet.answer(MCQ, "A")
    pupil.networks[0].meanwhile = lambda: sheet.answer(MCQ, "B")
    sheet.sync()
    assert sheet.unconfirmed == {MCQ: "B"}

    sheet.sync()

    assert pupil.platform.given[0] == "B"


def test_a_device_that_is_overtaken_all_the_time_gives_up_and_keeps_its_answers(pupil: Pupil) -> None:
    first, second = pupil.device(), pupil.device()
    first.answer(MCQ, "A")
    pupil.networks[0].meanwhile = second.sync

    with pytest.raises(ApiError, match="409"):
        first.sync()
    assert first.answers == {MCQ: "A"}


@pytest.mark.parametrize(
    ("question_id", "answer"),
    [
        (MCQ, "D"),
        (MCQ, ["A"]),
        (MCQ, "AB"),
        (MSQ, "A"),
        (MSQ, ["D"]),
        (NUMERIC, "two"),
        (NUMERIC, "1" * 33),
        (999, "A"),
    ],
)
def test_what_the_server_would_refuse_is_refused_here(pupil: Pupil, question_id: int, answer: Any) -> None:
    sheet = pupil.device()

    with pytest.raises(ValueError, match=r"takes|not in this paper"):
        sheet.answer(question_id, answer)
    assert not sheet.has_changes


@pytest.mark.parametrize(("question_id", "answer"), [(MCQ, "b"), (MSQ, []), (NUMERIC, " -.5e3 "), (NUMERIC, None)])
def test_what_the_server_takes_is_taken_here(pupil: Pupil, question_id: int, answer: Any) -> None:
    sheet = pupil.device()
    sheet.answer(question_id, answer)

    assert sheet.sync().revision == 1


def test_a_rejected_answer_is_reported_and_does_not_block_others(pupil: Pupil, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = pupil.device()
    sheet.answer(NUMERIC, "1.41")
    sheet.sync()
    monkeypatch.setattr("smartexam_client.sheet.check_answer", lambda *_: None)  # an older client's rules
    sheet.answer(MCQ, "B")
    sheet.answer(NUMERIC, "3,5")

    synced = sheet.sync()

    assert synced.rejected.keys() == {str(NUMERIC)}
    assert "comma" in synced.rejected[str(NUMERIC)]
    assert sheet.answers == {MCQ: "B", NUMERIC: "1.41"}
    assert not sheet.has_changes


def test_more_answers_than_a_sync_takes_are_sent_in_several(tmp_path: Path) -> None:
    pupil = Pupil(tmp_path)
    pupil.platform.questions *= 401
    sheet = pupil.device()
    ids = range(FIRST_QUESTION_ID, FIRST_QUESTION_ID + 1203, 3)
    for question_id in ids:
        sheet.answer(question_id, "B")
        sheet.answer(question_id + 1, ["A"])
    other = pupil.device()
    other.answer(NUMERIC, "7")
    other.sync()

    synced = sheet.sync()

    assert synced.merged
    assert synced.rejected == {}
    assert not sheet.has_changes
    assert len(pupil.device().answers) == 803
