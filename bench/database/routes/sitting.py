"""Exams and results, as a student uses them."""

from typing import Any

from msgspec.structs import replace

from bench.database.world import World
from result_aggregator.app import lambda_handler as aggregator
from smartexam.catalog.structure import Section, Structure
from smartexam.platform.ids import next_id
from smartexam.platform.keys import user_key
from smartexam.sitting.store.results import result_key
from smartexam.sitting.store.sitting_items import sitting_key
from tests.factories.events import FakeContext
from tests.factories.exams import MCQ, NUMERIC, add_questions, create_exam, question_ids
from tests.factories.streams import stream_event, stream_record


def measure(world: World) -> None:
    """Look around, sit the exam of 75 questions, see the result."""
    student, exam_id = world.student, world.crowd.exams[0]
    _warm(world, exam_id)

    def exams(method: str, path: str, body: Any = None, **request: Any) -> Any:
        return lambda: world.call("exams", student, method, path, body, **request)

    def results(path: str, **request: Any) -> Any:
        return lambda: world.call("results", student, "GET", path, **request)

    first = world.measure("GET /api/exams", exams("GET", "/api/exams"))
    if cursor := first.body["next_cursor"]:
        world.measure("GET /api/exams", exams("GET", "/api/exams", query={"cursor": cursor}), "next page")
    world.measure("GET /api/exams", exams("GET", "/api/exams", query={"status": "ongoing"}), "of a status")
    world.measure("GET /api/exams/{exam_id}", exams("GET", f"/api/exams/{exam_id}"))
    world.measure("GET /api/categories", exams("GET", "/api/categories"))
    world.measure("GET /preload-exam/{exam_id}", exams("GET", f"/preload-exam/{exam_id}"))
    world.measure("POST /start-exam/{exam_id}", exams("POST", f"/start-exam/{exam_id}"))
    _count(world, "a start", sitting_key(exam_id))
    world.measure("POST /start-exam/{exam_id}", exams("POST", f"/start-exam/{exam_id}"), "resumed")
    world.measure("GET /exam/{exam_id}", exams("GET", f"/exam/{exam_id}"))
    status = f"/api/exam-attempts-status/{exam_id}"
    world.measure("GET /api/exam-attempts-status/{exam_id}", exams("GET", status))
    sync = f"/api/sync-exam-answers/{exam_id}"
    body = full_sheet(exam_id)
    world.measure("POST /api/sync-exam-answers/{exam_id}", exams("POST", sync, body), "75 answers")
    change = {"answers": {str(question_ids(exam_id)[0]): "C"}, "partial": True}
    world.measure("POST /api/sync-exam-answers/{exam_id}", exams("POST", sync, change), "one changed")
    world.measure("POST /submit-exam/{exam_id}", exams("POST", f"/submit-exam/{exam_id}"))
    world.measure("POST /submit-exam/{exam_id}", exams("POST", f"/submit-exam/{exam_id}"), "again")
    shown = world.measure("GET /result/{exam_id}", results(f"/result/{exam_id}"))
    result_id = shown.body["result"]["id"]
    world.measure("GET /result/{exam_id}/{result_id}", results(f"/result/{exam_id}/{result_id}"))
    world.measure("GET /response/{exam_id}", results(f"/response/{exam_id}"))
    world.measure("GET /response/{exam_id}/{result_id}", results(f"/response/{exam_id}/{result_id}"))
    _count(world, "a submission", sitting_key(exam_id), result_key(exam_id, result_id))
    download = lambda: world.call(  # noqa: E731 - as the others
        "admin_analytics", world.admin, "GET", f"/admin/users-analytics/download-result/{result_id}"
    )
    world.measure("GET /admin/users-analytics/download-result/{result_id}", download)
    pending = f"/result-pending/{exam_id}"
    world.measure("GET /result-pending/{exam_id}", results(pending))
    first = world.measure("GET /api/results", results("/api/results"))
    if cursor := first.body["next_cursor"]:
        world.measure("GET /api/results", results("/api/results", query={"cursor": cursor}), "next page")
    world.measure("GET /api/analytics", results("/api/analytics"))
    pdf = lambda: world.call("result_pdf", student, "GET", f"/response-pdf/{exam_id}")  # noqa: E731 - as the others
    world.measure("GET /response-pdf/{exam_id}", pdf)
    _sections(world)


def _sections(world: World) -> None:
    """Close the first of two timed sections."""
    structure = Structure(sections=(Section(1, "A", minutes=30), Section(2, "B", minutes=30)))
    exam = create_exam([], structure=structure)
    add_questions(exam.id, [replace(MCQ, section_id=1), replace(NUMERIC, section_id=2)])
    world.call("exams", world.student, "POST", f"/start-exam/{exam.id}")
    onward = lambda: world.call(  # noqa: E731 - as the others
        "exams", world.student, "POST", f"/exam/{exam.id}/next-section", {"from": 1}
    )
    world.measure("POST /exam/{exam_id}/next-section", onward)
    world.call("exams", world.student, "POST", f"/submit-exam/{exam.id}")


def full_sheet(exam_id: int) -> dict[str, Any]:
    """A body that saves an answer to each of the 75 questions, all marked for review."""
    answers: list[Any] = ["B"] * 45 + [["A", "C"]] * 15 + ["-1234.5678"] * 15
    ids = question_ids(exam_id)
    return {"answers": {str(id_): each for id_, each in zip(ids, answers, strict=True)}, "markedForReview": ids}


def _warm(world: World, exam_id: int) -> None:
    """Another student's sitting has left the paper, its key and some ids in this process."""
    for path in (f"/start-exam/{exam_id}", f"/submit-exam/{exam_id}"):
        world.call("exams", world.friend, "POST", path)
    next_id("attempt")


def _count(world: World, what: str, *places: str) -> None:
    """Have the stream's function count what was written."""
    records = [stream_record(user_key(world.student.id), place, "MODIFY") for place in places]
    world.measure("result_aggregator", lambda: aggregator(stream_event(records), FakeContext()), what)
