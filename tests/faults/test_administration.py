"""Administration while AWS fails: each change is made and logged once, or not at all."""

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PIL import Image

from admin_ai.app import lambda_handler as ai
from admin_attempts.app import lambda_handler as attempts
from admin_categories.app import lambda_handler as categories
from admin_exams.app import lambda_handler as exams
from admin_images.app import lambda_handler as images
from admin_questions.app import lambda_handler as questions
from admin_requests.app import lambda_handler as requests
from admin_users.app import lambda_handler as users
from smartexam import storage
from smartexam.data import access_requests
from smartexam.data.catalog.categories import Category, create_category
from smartexam.data.catalog.exams import Exam
from smartexam.data.identity import User, user_key
from smartexam.exam.csv_codec import write_questions
from smartexam.ids import next_id
from tests.factories.admins import Admin
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import Answer
from tests.factories.exams import MCQ, MSQ, NUMERIC, create_exam, question_ids
from tests.factories.users import create_user
from tests.faults.background import settle
from tests.faults.consistency import Stored, of
from tests.faults.drill import Drill, Flow

BUCKET = "images-faults"
QUESTION = {
    "question_text": "Which is a vector?",
    "option_a": "Mass",
    "option_b": "Velocity",
    "correct_answer": "B",
    "question_type": "MCQ",
}
EXAM = {"name": "Mock", "date": "2026-02-01", "start_time": "09:00", "duration": 60}


class Office:
    """An administrator at every desk."""

    def __init__(self, clock: FrozenClock) -> None:
        self._admin = Admin(users, clock)
        self.user = self._admin.user

    def post(self, handler: Callable[..., Any], path: str, body: Any = None, **request: Any) -> Answer:
        self._admin._handler = handler
        return self._admin.post(path, body, **request)

    def upload(self, handler: Callable[..., Any], path: str, files: dict[str, Any], **fields: str) -> Answer:
        self._admin._handler = handler
        return self._admin.upload(path, files, **fields)


@pytest.fixture
def office(drill: Drill, clock: FrozenClock) -> Office:
    return Office(clock)


@pytest.fixture
def exam(drill: Drill) -> Exam:
    return create_exam()


@pytest.fixture
def student(drill: Drill) -> User:
    return create_user()


@pytest.fixture
def bucket(drill: Drill, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, bytes]]:
    """The files in the bucket of images."""
    monkeypatch.setenv("IMAGES_BUCKET", BUCKET)
    monkeypatch.setenv("IMAGES_BASE_URL", "https://images.example.test")
    storage._client.cache_clear()
    yield drill.cloud.objects
    storage._client.cache_clear()


def picture() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (4, 3)).save(written, "PNG")
    return written.getvalue()


def ok(answer: Answer) -> bool:
    return answer.status == 200 and answer.body["success"] is True


def code(*codes: str) -> Callable[[Answer], bool]:
    return lambda answer: answer.body.get("code") in codes


def entries(stored: Stored, action: str) -> int:
    """How often something is in the log of changes."""
    return sum(row["action"] == action for row in of(stored["identity"], "AUDIT").values())


def test_change_a_role(drill: Drill, office: Office, student: User) -> None:
    body = {"user_id": student.id, "new_role": "user,admin"}

    def audit(stored: Stored, answer: Answer) -> None:
        assert stored["identity"][user_key(student.id), "PROFILE"]["role"] == "user,admin"
        assert entries(stored, "user.role") == len(of(stored["ephemeral"], "REVOCATIONS")) == 1

    drill.run(Flow(call=lambda: office.post(users, "/admin/users/update-role", body), done=ok, audit=audit))


def test_change_roles(drill: Drill, office: Office, student: User) -> None:
    people = [student, *(create_user() for _ in range(4))]
    updates = [{"user_id": each.id, "new_role": "admin"} for each in people]

    def audit(stored: Stored, answer: Answer) -> None:
        roles = [stored["identity"][user_key(each.id), "PROFILE"]["role"] for each in people]
        assert roles == ["admin"] * 5
        assert entries(stored, "user.role") == 5

    def call() -> Answer:
        answer = office.post(users, "/admin/users/bulk-update-roles", {"updates": updates})
        if answer.status == 200 and answer.body["errors"]:
            # Who is told that some could not be changed asks for them again.
            assert all("temporarily unavailable" in error["message"] for error in answer.body["errors"])
            return Answer(503, {"status": "error", "success": False, "message": "some"}, {"retry-after": "1"}, (), {})
        return answer

    drill.run(Flow(call=call, done=ok, audit=audit, seconds=29))


@pytest.mark.parametrize("decision", ["approve", "deny"])
def test_decide_a_request(drill: Drill, office: Office, student: User, decision: str) -> None:
    request_id = access_requests.submit(student, "admin", "I teach", MORNING)
    body = {"approved_access": "user,admin"} if decision == "approve" else {"reason": "No"}

    def audit(stored: Stored, answer: Answer) -> None:
        role = stored["identity"][user_key(student.id), "PROFILE"]["role"]
        assert role == ("user,admin" if decision == "approve" else "user")
        assert entries(stored, f"access_request.{decision}") == 1
        status = stored["identity"][f"REQUEST#{request_id}", "REQUEST"]["status"]
        assert status == ("completed" if decision == "approve" else "denied")

    drill.run(
        Flow(
            call=lambda: office.post(requests, f"/admin/requests/{decision}/{request_id}", body),
            done=ok,
            # A request is decided once; who was not told finds it decided.
            done_before=code("request_not_pending"),
            audit=audit,
        )
    )


def test_create_an_exam(drill: Drill, office: Office) -> None:
    create_category(Category(next_id("category"), "Physics", None))

    def audit(stored: Stored, answer: Answer) -> None:
        cards = of(stored["catalog"], "CARD#")
        # Without a name of its own a request that is made twice makes two; each is whole, and logged.
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
        # Each call toggles: one that is made twice, for an answer that got lost, takes the first back, and says so.
        released = stored["catalog"][f"CARD#{exam.id}#0", "CARD"]["is_released"]
        assert released == answer.body["released"] == entries(stored, "exam.update") % 2

    drill.run(Flow(call=lambda: office.post(exams, f"/admin/exams/{exam.id}/release-results"), done=ok, audit=audit))


def test_delete_an_exam(drill: Drill, office: Office, exam: Exam, student: User, clock: FrozenClock) -> None:
    from smartexam.data import table  # noqa: PLC0415
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
            call=lambda: office.post(exams, f"/admin/exams/delete/{exam.id}"),
            done=ok,
            done_before=code("exam_not_found"),
            settle=lambda: settle(drill.cloud, clock),
            audit=audit,
            seconds=29,
        )
    )


def test_add_a_question(drill: Drill, office: Office, exam: Exam) -> None:
    body = {**QUESTION, "exam_id": exam.id}

    def audit(stored: Stored, answer: Answer) -> None:
        count = stored["catalog"][f"CARD#{exam.id}#0", "CARD"]["question_count"]
        assert count in {4, 5}
        assert entries(stored, "question.create") == count - 3

    drill.run(Flow(call=lambda: office.post(questions, "/admin/questions/add-ajax", body), done=ok, audit=audit))


@pytest.mark.parametrize("moves", [False, True])
def test_edit_a_question(drill: Drill, office: Office, exam: Exam, moves: bool) -> None:
    question_id = question_ids(exam.id)[0]
    other = create_exam([])
    body = {"option_a": "Weight", **({"exam_id": other.id} if moves else {})}

    def audit(stored: Stored, answer: Answer) -> None:
        assert entries(stored, "question.update") == 1
        assert stored["catalog"][f"CARD#{other.id}#0", "CARD"]["question_count"] == moves

    drill.run(
        Flow(
            call=lambda: office.post(questions, f"/admin/questions/edit-ajax/{question_id}", body), done=ok, audit=audit
        )
    )


def test_delete_a_question(drill: Drill, office: Office, exam: Exam) -> None:
    question_id = question_ids(exam.id)[0]

    def audit(stored: Stored, answer: Answer) -> None:
        assert stored["catalog"][f"CARD#{exam.id}#0", "CARD"]["question_count"] == 2
        assert entries(stored, "question.delete") == 1

    drill.run(
        Flow(
            call=lambda: office.post(questions, f"/admin/questions/delete/{question_id}"),
            done=ok,
            done_before=code("question_not_found"),
            audit=audit,
        )
    )


def test_delete_questions_of_two_exams(drill: Drill, office: Office, exam: Exam) -> None:
    other = create_exam()
    doomed = [*question_ids(exam.id), *question_ids(other.id)]

    def audit(stored: Stored, answer: Answer) -> None:
        assert not of(stored["catalog"], "QUESTION#")
        assert entries(stored, "questions.delete") == 2

    drill.run(
        Flow(
            call=lambda: office.post(questions, "/admin/questions/delete-multiple", {"ids": doomed}),
            done=lambda answer: ok(answer) and answer.body["deleted"] == 6,
            done_before=ok,
            audit=audit,
            seconds=29,
        )
    )


def test_set_marks_of_all(drill: Drill, office: Office, exam: Exam) -> None:
    body = {"exam_id": exam.id, "question_type": "MCQ", "positive_marks": 5}

    def audit(stored: Stored, answer: Answer) -> None:
        assert stored["catalog"][f"CARD#{exam.id}#0", "CARD"]["own_marks"] == 9 * 300
        assert entries(stored, "questions.update") == 1

    drill.run(
        Flow(
            call=lambda: office.post(questions, "/admin/questions/bulk-update", body), done=ok, audit=audit, seconds=29
        )
    )


def test_add_a_batch(drill: Drill, office: Office, exam: Exam) -> None:
    """More than a transaction holds."""
    body = {"exam_id": exam.id, "questions": [QUESTION] * 60}

    def audit(stored: Stored, answer: Answer) -> None:
        card = stored["catalog"][f"CARD#{exam.id}#0", "CARD"]
        assert card["question_count"] in {63, 123}
        assert entries(stored, "questions.create") == (card["question_count"] - 3) / 60

    drill.run(
        Flow(call=lambda: office.post(questions, "/admin/questions/batch-add", body), done=ok, audit=audit, seconds=29)
    )


def test_import_into_two_exams(drill: Drill, office: Office, exam: Exam) -> None:
    other = create_exam([])
    content = b"".join(write_questions([(exam.id, MCQ), (other.id, MSQ), (other.id, NUMERIC)]))

    def audit(stored: Stored, answer: Answer) -> None:
        counts = [stored["catalog"][f"CARD#{each.id}#0", "CARD"]["question_count"] for each in (exam, other)]
        times = counts[1] // 2
        # All of the file or nothing of it, however often it was imported.
        assert times in {1, 2}
        assert counts == [3 + times, 2 * times]
        assert entries(stored, "questions.import") == times

    drill.run(
        Flow(
            call=lambda: office.upload(questions, "/admin/questions/import-csv", {"csv_file": ("q.csv", content)}),
            done=lambda answer: ok(answer) and answer.body["inserted"] == 3,
            audit=audit,
            seconds=29,
        )
    )


def test_save_generated_questions(drill: Drill, office: Office, exam: Exam) -> None:
    body = {"questions": [{**QUESTION, "exam_id": exam.id}] * 2}

    def audit(stored: Stored, answer: Answer) -> None:
        assert stored["catalog"][f"CARD#{exam.id}#0", "CARD"]["question_count"] in {5, 7}

    drill.run(Flow(call=lambda: office.post(ai, "/admin/ai-command-centre/save", body), done=ok, audit=audit))


def test_modify_attempts(drill: Drill, office: Office, student: User) -> None:
    exam = create_exam(max_attempts=2)
    body = {"student_id": student.id, "exam_id": exam.id, "action": "increase", "amount": 1}

    def audit(stored: Stored, answer: Answer) -> None:
        # As many as are logged: asked twice, it grants twice.
        allowance = stored["attempts"][user_key(student.id), f"SITTING#{exam.id}"]["allowance"]
        assert allowance == entries(stored, "attempts.increase")
        assert allowance in {1, 2}

    drill.run(Flow(call=lambda: office.post(attempts, "/admin/attempts/modify", body), done=ok, audit=audit))


def test_reset_attempts_of_several(drill: Drill, office: Office, student: User) -> None:
    exam = create_exam(max_attempts=2)
    people = [student, *(create_user() for _ in range(3))]
    for each in people:
        office.post(
            attempts,
            "/admin/attempts/modify",
            {"student_id": each.id, "exam_id": exam.id, "action": "increase", "amount": 1},
        )
    items = [{"student_id": each.id, "exam_id": exam.id} for each in people]
    body = {"items": items, "action": "decrease", "amount": 1}

    def call() -> Answer:
        answer = office.post(attempts, "/admin/attempts/bulk-modify", body)
        if answer.status == 200 and answer.body["errors"]:
            assert all("temporarily unavailable" in error["message"] for error in answer.body["errors"])
            return Answer(503, {"status": "error", "success": False, "message": "some"}, {"retry-after": "1"}, (), {})
        return answer

    def audit(stored: Stored, answer: Answer) -> None:
        taken = 0
        for each in people:
            taken += 1 - stored["attempts"][user_key(each.id), f"SITTING#{exam.id}"]["allowance"]
        assert taken == entries(stored, "attempts.decrease")

    drill.run(Flow(call=call, done=ok, audit=audit, seconds=29))


def test_create_a_category(drill: Drill, office: Office, bucket: dict[str, bytes]) -> None:
    def audit(stored: Stored, answer: Answer) -> None:
        ((_, row),) = of(stored["catalog"], "CATEGORY#").items()
        assert f"{BUCKET}/{row['image_path']}" in drill.cloud.objects
        assert entries(stored, "category.create") == 1

    drill.run(
        Flow(
            call=lambda: office.upload(
                categories, "/admin/categories/create", {"image": ("a.png", picture())}, name="Physics"
            ),
            done=ok,
            done_before=code("category_exists"),
            audit=audit,
            seconds=29,
        )
    )


def test_update_a_category(drill: Drill, office: Office, bucket: dict[str, bytes]) -> None:
    path = f"images/{'a' * 32}.png"
    create_category(Category(next_id("category"), "Physics", path))
    bucket[f"{BUCKET}/{path}"] = picture()

    def audit(stored: Stored, answer: Answer) -> None:
        row = stored["catalog"]["CATEGORY#1", "CATEGORY"]
        assert row["name"] == "Chemistry"
        assert f"{BUCKET}/{row['image_path']}" in drill.cloud.objects

    drill.run(
        Flow(
            call=lambda: office.upload(
                categories, "/admin/categories/update/1", {"image": ("a.png", picture())}, name="Chemistry"
            ),
            done=ok,
            audit=audit,
            seconds=29,
        )
    )


def test_delete_a_category(drill: Drill, office: Office, bucket: dict[str, bytes]) -> None:
    create_category(Category(next_id("category"), "Physics", f"images/{'a' * 32}.png"))

    def audit(stored: Stored, answer: Answer) -> None:
        assert not of(stored["catalog"], "CATEGOR")
        assert entries(stored, "category.delete") == 1

    drill.run(
        Flow(
            call=lambda: office.post(categories, "/admin/categories/delete/1"),
            done=ok,
            done_before=code("category_not_found"),
            audit=audit,
            seconds=29,
        )
    )


def test_add_an_image(drill: Drill, office: Office, bucket: dict[str, bytes]) -> None:
    def audit(stored: Stored, answer: Answer) -> None:
        path = answer.body["image_path"]
        assert f"{BUCKET}/{path}" in drill.cloud.objects
        assert [row["target"] for row in of(stored["identity"], "AUDIT").values()].count(f"image:{path}") == 1

    drill.run(
        Flow(
            call=lambda: office.upload(images, "/admin/images", {"image": ("a.png", picture())}),
            done=ok,
            audit=audit,
            seconds=29,
        )
    )


def test_take_an_uploaded_image(drill: Drill, office: Office, bucket: dict[str, bytes]) -> None:
    upload_id = "b" * 32
    bucket[f"{BUCKET}/uploads/{upload_id}"] = picture()

    def audit(stored: Stored, answer: Answer) -> None:
        if answer.status == 200:
            assert f"{BUCKET}/{answer.body['image_path']}" in drill.cloud.objects

    drill.run(
        Flow(
            call=lambda: office.post(images, "/admin/images", {"upload_id": upload_id}),
            done=ok,
            done_before=code("upload_not_found"),
            audit=audit,
            seconds=29,
        )
    )
