#!/usr/bin/env python3
"""Sits a whole exam over a bad network, and checks the resulting score.

As an admin: creates an exam and imports `physics_mock.csv`. As a student: starts it, answers while syncing, loses the
connection, continues on a second device, returns to the first one (whose revision is outdated, so it must merge),
reviews, submits. All answers follow a plan, so the exact score is known beforehand; exit status 1 if the server's
differs.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from sitting import verdict
from sitting.device import CuttableHttpTransport, CuttableTransport, Device
from sitting.plan import Planned, maximum, planned_sitting, total
from sitting.question_sheet import read_questions, two_decimals, with_exam_id
from sitting.screen import Screen
from smartexam_client import AnswerSheet, ApiError, Connection, ConnectionLostError
from smartexam_client.answers import same_answer

Document = dict[str, Any]

QUESTIONS = Path(__file__).with_name("physics_mock.csv")
INSTITUTE_TIME = timezone(timedelta(hours=5, minutes=30))
UNSENT = 3  # answers on the first device when its connection breaks
SYNC_AFTER = 4  # changes that are sent at once, even if little time has passed
PAPER_FIELDS = {
    *("id", "question_text", "option_a", "option_b", "option_c", "option_d"),
    *("option_e", "option_f", "option_g", "option_h", "option_image_urls"),
    *("question_type", "image_url", "positive_marks", "negative_marks", "section_id", "passage_id", "texts"),
}


class UnexpectedAnswerError(Exception):
    """The server's answer is not what the API promises."""


@dataclass(frozen=True)
class Surroundings:
    """What a sitting needs from outside; tests replace it."""

    connect: Callable[[], CuttableTransport]
    screen: Screen
    sleep: Callable[[float], None] = time.sleep  # noqa: TID251 - thinking takes a student time, and repeats must wait
    clock: Callable[[], float] = time.monotonic


class Sitting:
    """One run: the admin's exam, the student's two devices, and the plan they follow."""

    def __init__(self, options: argparse.Namespace, around: Surroundings) -> None:
        self._options = options
        self._around = around
        self._screen = around.screen
        self._content = options.questions.read_text(encoding="utf-8")
        self._planned = planned_sitting(read_questions(self._content))
        self._connections = ExitStack()
        self._admin = Connection(self._connected(), around.sleep)
        self._exam_id = 0
        self._ids: dict[int, int] = {}  # question number -> the server's id

    def run(self) -> list[str]:
        """The differences between the server's result and the plan.

        Raises UnexpectedAnswerError, ApiError, ConnectionLostError.
        """
        with self._connections:
            found = self._sit()
            if self._options.clean_up:
                self._admin.post(f"/admin/exams/delete/{self._exam_id}")
        return found

    def _sit(self) -> list[str]:
        half = len(self._planned) // 2
        stop = half + len(self._planned) // 6
        screen = self._screen
        with screen.phase("Admin: an exam and its questions"):
            self._prepare_exam()
        with screen.phase("Student: start"):
            first, attempt_id = self._start()
        with screen.phase("First device: the first half"):
            self._answer(first.sheet, self._planned[: half - UNSENT])
        with screen.phase("First device: the connection is lost"):
            self._lose_connection(first, self._planned[half - UNSENT : half])
        with screen.phase("Second device: resumes"):
            second = self._resume(first.sheet, attempt_id)
            self._answer(second.sheet, self._planned[half - 1 : stop])
        with screen.phase("First device: back, with a stale revision"):
            self._reconnect(first.sheet)
        with screen.phase("First device: the rest, and a review"):
            self._answer(first.sheet, self._planned[stop:])
            self._review(first.sheet)
        with screen.phase("Submit, on both devices"):
            result_id = self._submit(first.sheet, second.sheet)
        with screen.phase("Result"):
            return self._compare(result_id)

    def _connected(self) -> CuttableTransport:
        transport = self._around.connect()
        self._connections.callback(transport.close)
        return transport

    def _student(self) -> Device:
        device = Device(self._connected(), self._around.sleep, self._exam_id)
        device.connection.sign_in(self._options.student, self._options.student_password)
        return device

    def _sign_admin_in(self) -> None:
        try:
            self._admin.sign_in(self._options.admin, self._options.admin_password)
        except (ApiError, ConnectionLostError, KeyError) as error:
            if isinstance(error, ApiError) and "success" in error.document:
                raise
            raise UnexpectedAnswerError(
                f"this API does not answer at {self._options.base_url}. Start it with `make run` in another terminal; "
                "if that serves another port, give it here too: `make demo PORT=...`"
            ) from error

    def _prepare_exam(self) -> None:
        self._sign_admin_in()
        now = datetime.now(INSTITUTE_TIME)
        exam = {
            "name": f"Physics mock, {now:%d %b %Y %H:%M:%S}",
            "date": f"{now:%Y-%m-%d}",
            "start_time": "00:00",
            "duration": 60,
            "status": "ongoing",
            "instructions": "36 questions. Some carry marks of their own.",
            "positive_marks": 4,
            "negative_marks": 1,
            "result_mode": "instant",
        }
        self._exam_id = self._admin.post("/admin/exams", exam, repeatable=False)["exam_id"]
        content = with_exam_id(self._content, self._exam_id).encode()
        report = self._admin.post_file("/admin/questions/import-csv", "csv_file", "questions.csv", content, "text/csv")
        _expect(report["inserted"] == len(self._planned), f"not every row was imported: {report}")
        self._screen.line(f"  exam {self._exam_id}: {exam['name']}, {report['inserted']} questions")

    def _start(self) -> tuple[Device, int]:
        device = self._student()
        api = device.connection
        listed = api.get(f"/api/exams/{self._exam_id}")["exam"]
        _expect(listed["total_questions"] == len(self._planned), f"the exam is announced as {listed}")
        api.get(f"/preload-exam/{self._exam_id}")
        started = api.post(f"/start-exam/{self._exam_id}")
        again = api.post(f"/start-exam/{self._exam_id}")
        _expect(again["attempt_id"] == started["attempt_id"], "a second start opened a second attempt")
        paper = device.sheet.open().document["questions"]
        _expect(all(set(question) <= PAPER_FIELDS for question in paper), "the paper shows more than it should")
        numbers = {_words(each.question.text): each.question.number for each in self._planned}
        self._ids = {numbers[_words(question["question_text"])]: question["id"] for question in paper}
        _expect(len(self._ids) == len(self._planned), "the paper is not the one imported")
        self._screen.line(f"  attempt {started['attempt_id']}, {device.sheet.remaining_seconds // 60} minutes left")
        return device, started["attempt_id"]

    def _answer(self, device: AnswerSheet, planned: Sequence[Planned]) -> None:
        """Answers the questions in order, syncing every few seconds or changes, and at the end."""
        synced_at = self._around.clock()
        for each in planned:
            self._around.sleep(self._options.pace)
            if each.first is not None:
                device.answer(self._id(each), each.first)
            if each.is_reviewed:
                device.mark_for_review({*device.marked, self._id(each)})
            waited = self._around.clock() - synced_at
            if len(device.unconfirmed) >= SYNC_AFTER or waited >= self._options.sync_every or each is planned[-1]:
                device.sync()
                synced_at = self._around.clock()
            left = f"{device.remaining_seconds // 60}:{device.remaining_seconds % 60:02}"
            self._screen.progress(each.question.number, len(self._planned), f"revision {device.revision}, {left} left")

    def _lose_connection(self, device: Device, planned: Sequence[Planned]) -> None:
        """Leaves some answers on the device only; the last is a mistake that the second device corrects."""
        for each in planned[:-1]:
            if each.first is not None:
                device.sheet.answer(self._id(each), each.first)
        device.sheet.answer(self._id(planned[-1]), planned[-1].question.wrong_answer())
        device.lose_connection()
        self._screen.line(f"  {len(device.sheet.unconfirmed)} answers were on their way")

    def _resume(self, first: AnswerSheet, attempt_id: int) -> Device:
        second = self._student()
        status = second.connection.get(f"/api/exam-attempts-status/{self._exam_id}")
        _expect(status.get("attempt_id") == attempt_id, f"the attempt is not in progress any more: {status}")
        second.sheet.open()
        _expect(
            _same_answers(second.sheet.agreed, first.agreed), "the second device does not see what the first one saved"
        )
        self._screen.line(f"  finds {len(second.sheet.agreed)} answers, revision {second.sheet.revision}")
        return second

    def _reconnect(self, first: AnswerSheet) -> None:
        conflict = self._ids[len(self._planned) // 2]
        expected = frozenset(first.unconfirmed) - {conflict}
        synced = first.sync()
        _expect(synced.merged, "a stale revision was accepted: the second device's answers may be lost")
        _expect(synced.kept == expected and synced.yielded == {conflict}, f"merged otherwise than expected: {synced}")
        self._screen.line(
            f"  409 stale_revision; merged {len(synced.kept)} own answers,"
            f" gave way in {len(synced.yielded)}; revision {synced.revision}"
        )

    def _review(self, device: AnswerSheet) -> None:
        reviewed = [each for each in self._planned if each.is_reviewed]
        for each in reviewed:
            device.answer(self._id(each), each.final)
        device.mark_for_review(())
        device.sync()
        device.open()
        final = {self._id(each): each.final for each in self._planned if each.final is not None}
        _expect(_same_answers(device.agreed, final), "the server does not hold the answers that were given")
        _expect(not device.marked, f"still marked for review: {device.marked}")
        self._screen.line(f"  {len(reviewed)} marked questions reviewed, {len(device.agreed)} answers in all")

    def _submit(self, first: AnswerSheet, second: AnswerSheet) -> int:
        answer = first.submit()
        again = second.submit()
        _expect(again.result_id == answer.result_id, "a second submission made a second result")
        _expect(answer.visible is True, f"the result is not visible: {answer}")
        self._screen.line(f"  result {answer.result_id}")
        return answer.result_id

    def _compare(self, result_id: int) -> list[str]:
        api = self._student().connection
        result = api.get(f"/result/{self._exam_id}/{result_id}")["result"]
        responses = api.get(f"/response/{self._exam_id}/{result_id}")["responses"]
        numbers = {question_id: number for number, question_id in self._ids.items()}
        by_number = {numbers[response["question_id"]]: response for response in responses}
        _expect(len(by_number) == len(self._planned), "the result does not list every question")
        rows = verdict.table_rows(self._planned, by_number)
        self._screen.table(verdict.HEADER, rows, verdict.OUTCOME_COLUMN)
        score, max_score = total(self._planned), maximum(self._planned)
        self._screen.line(
            f"  server: {result['score']} of {result['max_score']}, {result['percentage']} %, grade {result['grade']}"
        )
        self._screen.line(f"  own:    {two_decimals(score)} of {two_decimals(max_score)}, exactly {score}")
        return verdict.differences(self._planned, result, by_number)

    def _id(self, planned: Planned) -> int:
        return self._ids[planned.question.number]


def main(argv: Sequence[str] | None = None, around: Surroundings | None = None) -> int:
    """0 if the server's score is the expected one, 1 if not or if the sitting failed."""
    options = _arguments().parse_args(argv)
    if options.fast:
        options.pace = 0.0
    screen = around.screen if around else Screen(sys.stdout)
    try:
        if around is None:
            CuttableHttpTransport(options.base_url)  # a wrong URL is reported before anything starts
            around = Surroundings(lambda: CuttableHttpTransport(options.base_url), screen)
        found = Sitting(options, around).run()
    except KeyError as error:
        screen.line(screen.styled(f"FAILED: an answer lacks {error}", "bad"))
        return 1
    except (ApiError, ConnectionLostError, UnexpectedAnswerError, OSError, ValueError) as error:
        screen.line(screen.styled(f"FAILED: {error}", "bad"))
        return 1
    finally:
        for name, seconds in screen.phases:
            screen.line(f"  {seconds:7.2f} s  {name}")
    for difference in found:
        screen.line(screen.styled(f"DIFFERENT: {difference}", "bad"))
    if not found:
        screen.line(screen.styled("The server's score is the expected one.", "good"))
    return 1 if found else 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("base_url", help="such as http://127.0.0.1:3000")
    parser.add_argument("--admin", default="admin", help="user name of an admin (default: the demo data's)")
    parser.add_argument("--admin-password", default="Admin@2025demo")
    parser.add_argument("--student", default="student1", help="user name of a student (default: the demo data's)")
    parser.add_argument("--student-password", default="Student@2025demo")
    parser.add_argument(
        "--pace", type=float, default=1.0, metavar="SECONDS", help="thought given to a question (default: 1)"
    )
    parser.add_argument("--sync-every", type=float, default=3.0, metavar="SECONDS", help="default: 3")
    parser.add_argument("--fast", action="store_true", help="no pauses: --pace 0")
    parser.add_argument(
        "--questions", type=Path, default=QUESTIONS, metavar="FILE", help="CSV file in the import format"
    )
    parser.add_argument("--clean-up", action="store_true", help="delete the exam and its result afterwards")
    return parser


def _expect(condition: object, otherwise: str) -> None:
    if not condition:
        raise UnexpectedAnswerError(otherwise)


def _words(text: str) -> str:
    """The words of a text, to recognise a question whatever happened to its line ends."""
    return " ".join(text.split())


def _same_answers(one: dict[int, Any], other: dict[int, Any]) -> bool:
    return one.keys() == other.keys() and all(same_answer(one[key], other[key]) for key in one)


if __name__ == "__main__":
    sys.exit(main())
