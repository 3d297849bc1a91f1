"""Reads while AWS fails: the answer is right and complete, or the client is told to retry."""

from collections.abc import Callable
from typing import Any

import pytest

from admin_ai.app import lambda_handler as admin_ai
from admin_attempts.app import lambda_handler as admin_attempts
from admin_audit.app import lambda_handler as admin_audit
from admin_categories.app import lambda_handler as admin_categories
from admin_exams.app import lambda_handler as admin_exams
from admin_questions.app import lambda_handler as admin_questions
from admin_requests.app import lambda_handler as admin_requests
from admin_users.app import lambda_handler as admin_users
from exams.app import lambda_handler as exams
from result_pdf.app import lambda_handler as result_pdf
from results.app import lambda_handler as results
from smartexam.accounts.store import access_requests
from smartexam.catalog.store.categories import Category, create_category
from smartexam.jobs.store import jobs
from smartexam.platform.ids import next_id
from smartexam.results.store import tallies
from smartexam.results.store.tallies import Touched
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import Answer, send
from tests.factories.exams import create_exam, question_ids
from tests.factories.users import access_token, create_user
from tests.faults.consistency import Stored
from tests.faults.drill import Drill, Flow

Handler = Callable[..., Any]

STUDENTS = [
    (exams, "/api/exams"),
    (exams, "/api/exams/{exam}"),
    (exams, "/api/categories"),
    (exams, "/preload-exam/{exam}"),
    (exams, "/exam/{running}"),
    (exams, "/api/exam-attempts-status/{exam}"),
    (results, "/api/results"),
    (results, "/result/{exam}"),
    (results, "/response/{exam}"),
    (results, "/api/analytics"),
    (result_pdf, "/response-pdf/{exam}"),
]
ADMINS = [
    (admin_users, "/admin/api/users/search"),
    (admin_users, "/admin/api/users/search?q=as"),
    (admin_users, "/admin/api/users/stats"),
    (admin_requests, "/admin/api/requests/list?status=pending"),
    (admin_requests, "/admin/api/requests/stats"),
    (admin_attempts, "/admin/api/attempts/search"),
    (admin_exams, "/admin/exams"),
    (admin_questions, "/admin/questions"),
    (admin_questions, "/admin/questions/get/{question}"),
    (admin_questions, "/admin/questions/export-csv/{exam}"),
    (admin_categories, "/admin/api/categories"),
    (admin_audit, "/admin/api/audit"),
    (admin_ai, "/admin/ai-command-centre/jobs/1"),
]


@pytest.mark.parametrize(
    ("handler", "path"), STUDENTS + ADMINS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_read(drill: Drill, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch, handler: Handler, path: str) -> None:
    monkeypatch.setenv("UPLOADS_BUCKET", "uploads-faults")
    monkeypatch.setattr("result_sheets.pdf.render", lambda _: b"%PDF-1.7")  # rendering takes 0.1 s
    create_category(Category(next_id("category"), "Physics", None))
    student, admin = create_user(), create_user(role="admin")
    exam, running = create_exam(max_attempts=2, category_id=1), create_exam()
    token = access_token(student, clock.now())
    for each, last in ((exam, "submit"), (running, "start")):
        send(exams, "POST", f"/start-exam/{each.id}", token=token)
        send(exams, "POST", f"/{last}-exam/{each.id}", token=token)
    tallies.refresh(student.id, Touched(sittings=frozenset({exam.id, running.id})))
    access_requests.submit(student, "admin", "I teach", MORNING)
    jobs.create(1, "question_generation", {"mode": "extract", "exam_id": exam.id}, created_by=admin.id, now=clock.now())
    jobs.claim(1, "a claim", clock.now())
    jobs.finish(1, "a claim", b'{"questions":[],"warnings":[]}', message="none", now=clock.now())
    where, _, query = path.format(exam=exam.id, running=running.id, question=question_ids(exam.id)[0]).partition("?")

    def call() -> Answer:
        reader = admin if path.startswith("/admin") else student
        return send(handler, "GET", where, token=access_token(reader, clock.now()), query=query)

    shown = call()

    def audit(stored: Stored, answer: Answer) -> None:
        if not isinstance(shown.body, dict):
            assert len(answer.body) == len(shown.body)
            return
        varies = {"server_time", "remaining_seconds"}  # depend on the clock, which moves while the client waits
        for body in (answer.body, shown.body):
            assert {*body} == {*shown.body}
        assert all(answer.body[name] == shown.body[name] for name in {*shown.body} - varies)

    drill.run(Flow(call=call, done=lambda answer: answer.status == 200, audit=audit))
