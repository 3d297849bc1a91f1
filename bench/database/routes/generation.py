"""Generating questions, without a model: those of a paper as it is."""

from typing import Any

from bench.database.world import World
from smartexam.jobs.store import jobs
from smartexam.platform.ids import next_id
from tests.factories.exams import create_exam
from tests.factories.forms import multipart
from tests.factories.papers import mock_paper

_BASE = "/admin/ai-command-centre"


def measure(world: World) -> None:
    """Extract at once and by upload, save, export."""
    exam = create_exam([])

    def call(method: str, path: str, body: Any = None, **request: Any) -> Any:
        return lambda: world.call("admin_ai", world.admin, method, _BASE + path, body, **request)

    form = multipart({"mode": "extract", "exam_id": str(exam.id)}, {"pdf_file": ("paper.pdf", mock_paper())})
    made = world.measure(f"POST {_BASE}/generate", call("POST", "/generate", **form), "extract")
    upload = {"mode": "extract", "exam_id": exam.id, "filename": "paper.pdf", "size": 1000}
    place = world.measure(f"POST {_BASE}/upload-url", call("POST", "/upload-url", upload))
    job = f"/jobs/{place.body['job_id']}"
    world.measure(f"GET {_BASE}/jobs/{{job_id}}", call("GET", job))
    questions = [question for question in made.body["questions"] if question["correct_answer"]]
    world.measure(f"POST {_BASE}/export-csv", call("POST", "/export-csv", {"questions": questions}))
    world.measure(f"POST {_BASE}/save", call("POST", "/save", {"questions": questions}), "four")
    _jobs(world)


def _jobs(world: World) -> None:
    number = next_id("job")
    jobs.create(number, "roster_export", {}, created_by=world.student.id, now=world.now(), is_private=True)
    ours = next_id("job")
    jobs.create(ours, "roster_export", {}, created_by=world.admin.id, now=world.now())
    for who, route in (
        (world.admin, "/admin/api/jobs"),
        (world.admin, "/admin/api/jobs/{job_id}"),
        (world.student, "/api/jobs/{job_id}"),
    ):
        path = route.format(job_id=ours if who is world.admin else number)
        handled = lambda who=who, path=path: world.call("jobs", who, "GET", path)  # noqa: E731 - as the others
        world.measure(f"GET {route}", handled)
