"""Administrators' changes of exams while AWS fails: all of a change is made and logged, or nothing."""

from admin_exams.app import lambda_handler as exams
from smartexam.accounts.user import User
from smartexam.catalog.exam import Exam
from smartexam.catalog.store.categories import Category, create_category
from smartexam.platform.ids import next_id
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer
from tests.factories.exams import create_exam
from tests.faults.admin.office import Office
from tests.faults.background import settle
from tests.faults.consistency import Stored, of
from tests.faults.drill import Drill, Flow
from tests.faults.expected import code, entries, ok

EXAM = {"name": "Mock", "date": "2026-02-01", "start_time": "09:00", "duration": 60}


def test_create_an_exam(drill: Drill, office: Office) -> None:
    create_category(Category(next_id("category"), "Physics", None))

    def audit(stored: Stored, answer: Answer) -> None:
        cards = of(stored["catalog"], "CARD#")
        # A repeated request without a client-side id creates two exams; each is complete and logged.
        assert entries(stored, "exam.create") == len(cards) / 4
        assert (f"CARD#{answer.body['exam_id']}#0", "CARD") in cards

    drill.run(Flow(call=lambda: office.post(exams, "/admin/exams", {**EXAM, "category_id": 1}), done=ok, audit=audit))


def test_edit_an_exam(drill: Drill, office: Office, exam: Exam) -> None:
    create_category(Category(next_id("category"), "Physics", None))
    body = {"name": "Renamed", "category_id": 1, "status": "completed"}

    def audit(stored: Stored, answer: Answer) -> None:
        card = stored["catalog"][f"CARD#{exam.id}#0", "CARD"]
        assert (card["name"], card["category_id"], card["status"]) == ("Renamed", 1, "completed")
        assert entries(stored, "exam.update") == 1

    drill.run(Flow(call=lambda: office.post(exams, f"/admin/exams/edit/{exam.id}", body), done=ok, audit=audit))


def test_release_results(drill: Drill, office: Office, exam: Exam) -> None:
    def audit(stored: Stored, answer: Answer) -> None:
        # Each call toggles, so a call repeated after a lost answer undoes the first, and says so.
        released = stored["catalog"][f"CARD#{exam.id}#0", "CARD"]["is_released"]
        assert released == answer.body["released"] == entries(stored, "exam.update") % 2

    drill.run(Flow(call=lambda: office.post(exams, f"/admin/exams/{exam.id}/release-results"), done=ok, audit=audit))


def test_delete_an_exam(drill: Drill, office: Office, exam: Exam, student: User, clock: FrozenClock) -> None:
    from smartexam.platform.dynamodb import table  # noqa: PLC0415
    from tests.factories.results import sitting_item, store_result  # noqa: PLC0415

    store_result(student.id, exam, 50)
    item = sitting_item(student.id, exam, completed=1)
    item.attempts_started = 1
    table.batch_put([item])
    other = create_exam()

    def audit(stored: Stored, answer: Answer) -> None:
        assert entries(stored, "exam.delete") == 1
        assert not stored["attempts"]
        keys = {key for key in stored["catalog"] if not key[0].startswith(("LIST#", "STATISTICS"))}
        assert all(f"#{exam.id}" not in pk or f"#{other.id}" in pk or pk.startswith("QUESTION#") for pk, _ in keys)
        assert len(of(stored["catalog"], "QUESTION#")) == 3

    drill.run(
        Flow(
            whole="once settled",
            call=lambda: office.post(exams, f"/admin/exams/delete/{exam.id}"),
            done=ok,
            done_before=code("exam_not_found"),
            settle=lambda: settle(drill.cloud, clock),
            audit=audit,
            seconds=29,
        )
    )
