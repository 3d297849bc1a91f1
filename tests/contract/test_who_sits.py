"""§11 of the contract: who sits, and when."""

import itertools
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.contract.client import ADMIN, STUDENTS, Answer, Client, is_error

pytestmark = pytest.mark.contract

INDIA = timedelta(hours=5, minutes=30)
NewExam = Callable[..., int]
_numbers = itertools.count(int(time.time()))


def refused(answer: Answer, status: int, code: str | None = None) -> bool:
    return is_error(answer) and answer.status == status and (code is None or answer.body.get("code") == code)


def local(moment: datetime) -> str:
    return (moment + INDIA).strftime("%Y-%m-%dT%H:%M")


def begun(**fields: Any) -> dict[str, Any]:
    """Fields of an exam that opened an hour ago."""
    day, start_time = local(datetime.now(UTC) - timedelta(hours=1)).split("T")
    return {"date": day, "start_time": start_time, "status": "upcoming", **fields}


def after(minutes: float) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture(scope="module")
def ids(admin: Client) -> list[int]:
    """The ids of the demo students."""
    found = [admin.get("/admin/api/users/search", query={"q": name}).body["users"] for name, _ in STUDENTS]
    return [next(user["id"] for user in found[at] if user["username"] == name) for at, (name, _) in enumerate(STUDENTS)]


@pytest.fixture
def batch(admin: Client, ids: list[int]) -> int:
    """A batch of the first student."""
    made = admin.post("/admin/batches/create", {"name": f"Contract {next(_numbers)}"}).body["batch"]["id"]
    assert admin.post(f"/admin/batches/{made}/students/add", {"user_ids": [ids[0]]}).body["added"] == 1
    batch_id: int = made
    return batch_id


@pytest.fixture
def rostered(admin: Client) -> int:
    """A student of a roster, without a password."""
    tag = f"w{next(_numbers)}"
    content = f"name,email\nWho {tag},{tag}@example.org\n".encode()
    made = admin.upload("/admin/students/import-csv", "csv_file", "r.csv", content, invite="0")
    assert made.body["created"] == 1, made
    user_id: int = admin.get("/admin/api/users/search", query={"q": tag}).body["users"][0]["id"]
    return user_id


class TestRollNumbers:
    @pytest.mark.parametrize("roll_no", ["{}/A_-", "0{}"])
    def test_stay_as_they_were_typed_and_are_searched_in_any_case(
        self, roll_no: str, rostered: int, admin: Client
    ) -> None:
        given = roll_no.format(next(_numbers))
        changed = admin.post(f"/admin/students/update/{rostered}", {"roll_no": given})
        assert changed.body["student"]["roll_no"] == given
        (row,) = admin.get("/admin/api/users/search", query={"q": given.lower()}).body["users"]
        assert (row["id"], row["roll_no"]) == (rostered, given)

    @pytest.mark.parametrize("roll_no", ["x" * 33, "a b", "é", "a.b", "x@y.z", 5, ["1"], {}])
    def test_of_other_forms_are_400(self, roll_no: Any, rostered: int, admin: Client) -> None:
        assert refused(admin.post(f"/admin/students/update/{rostered}", {"roll_no": roll_no}), 400, "invalid_fields")

    @pytest.mark.parametrize("roll_no", ["2026-001", STUDENTS[0][0].upper()])
    def test_are_nobody_elses_number_or_username(self, roll_no: str, rostered: int, admin: Client) -> None:
        assert refused(admin.post(f"/admin/students/update/{rostered}", {"roll_no": roll_no}), 409, "roll_no_taken")

    @pytest.mark.parametrize(
        "names", [("Support", ""), ("\uff21\uff44\uff4din", ""), ("Ad", "min"), ("\u202eRavi", "K"), ("\u2800", "")]
    )
    def test_names_of_offices_and_invisible_ones_are_400(
        self, names: tuple[str, str], rostered: int, admin: Client
    ) -> None:
        first, last = names
        changed = admin.post(f"/admin/students/update/{rostered}", {"first_name": first, "last_name": last})
        assert refused(changed, 400, "invalid_fields")


class TestBatches:
    @pytest.mark.parametrize("name", ["", "  ", "\u2800", "\u202e", None, 5, "x" * 101, ["a"]])
    def test_a_name_that_shows_nothing_or_is_none_is_400(self, name: Any, admin: Client) -> None:
        assert refused(admin.post("/admin/batches/create", {"name": name}), 400, "invalid_fields")

    def test_a_name_is_taken_whatever_its_case(self, admin: Client) -> None:
        name = f"Taken {next(_numbers)}"
        made = admin.post("/admin/batches/create", {"name": name}).body["batch"]
        assert (made.keys(), made["student_count"]) == ({"id", "name", "student_count", "created_at"}, 0)
        assert refused(admin.post("/admin/batches/create", {"name": f" {name.lower()} "}), 409, "name_taken")
        assert admin.post(f"/admin/batches/update/{made['id']}", {"name": name.upper()}).status == 200

    @pytest.mark.parametrize("user_ids", [[], list(range(1, 102)), ["1"], [0], [1.5], [None], None, 5, [9**41]])
    def test_members_are_1_to_100_ids(self, user_ids: Any, batch: int, admin: Client) -> None:
        for change in ("add", "remove"):
            answer = admin.post(f"/admin/batches/{batch}/students/{change}", {"user_ids": user_ids})
            assert refused(answer, 400, "invalid_fields")

    def test_what_cannot_be_added_is_named(self, batch: int, ids: list[int], admin: Client) -> None:
        answer = admin.post(f"/admin/batches/{batch}/students/add", {"user_ids": [ids[0], ids[1], 999_999]})
        assert (answer.body["added"], [each["user_id"] for each in answer.body["errors"]]) == (1, [999_999])
        members = admin.get(f"/admin/api/batches/{batch}/students").body["students"]
        assert all(member.keys() >= {"user_id", "username", "full_name", "email", "roll_no"} for member in members)
        assert {member["user_id"] for member in members} == set(ids[:2])

    def test_a_student_is_in_at_most_twenty_however_many_are_added_at_once(self, rostered: int, admin: Client) -> None:
        made = [
            admin.post("/admin/batches/create", {"name": f"Many {next(_numbers)}"}).body["batch"] for _ in range(21)
        ]

        def add(batch: dict[str, Any]) -> int:
            answer = admin.post(f"/admin/batches/{batch['id']}/students/add", {"user_ids": [rostered]})
            added: int = answer.body["added"]
            return added

        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(add, made)) == 20

    def test_one_in_use_cannot_be_deleted_until_its_exam_is_completed(
        self, batch: int, new_exam: NewExam, admin: Client
    ) -> None:
        exam = new_exam(audience="batches", batch_ids=[batch])
        assert refused(admin.post(f"/admin/batches/delete/{batch}"), 409, "batch_in_use")
        assert admin.post(f"/admin/exams/edit/{exam}", {"status": "completed"}).status == 200
        assert admin.post(f"/admin/batches/delete/{batch}").status == 200
        assert refused(admin.post(f"/admin/batches/delete/{batch}"), 404)


class TestExamFields:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            *(("closes_at", value) for value in ("2026-01-05T09:00", "2026-01-05T08:59", "x", 5, "2026-13-01T00:00")),
            *(("audience", value) for value in ("all", 5)),
            *(("batch_ids", value) for value in ([999_999], list(range(1, 52)), ["x"], [0], [9**41])),
            *(("access_code", value) for value in ("abc", "x" * 65, 1234, "    ")),
            *(("counted_attempt", value) for value in ("worst", 1)),
            *(("result_mode", value) for value in ("after_close", "later")),
            *(("name", value) for value in ("", "\u2800", None)),
        ],
    )
    def test_what_an_exam_cannot_have_is_400_and_named(self, field: str, value: Any, admin: Client) -> None:
        exam = {"name": "Refused", "date": "2026-01-05", "start_time": "09:00", "duration": 60, "audience": "batches"}
        answer = admin.post("/admin/exams", {**exam, field: value})
        assert refused(answer, 400, "invalid_fields")
        assert field in {fault["field"] for fault in answer.body["errors"]}

    def test_everything_wrong_is_named_at_once(self, admin: Client) -> None:
        wrong = {"name": "x" * 201, "closes_at": "2026-01-01T09:00", "batch_ids": [999_999], "category_id": 999_999}
        exam = {"date": "2026-01-05", "start_time": "09:00", "duration": 60, **wrong}
        answer = admin.post("/admin/exams", exam)
        assert refused(answer, 400, "invalid_fields")
        assert {fault["field"] for fault in answer.body["errors"]} == wrong.keys()

    @pytest.mark.parametrize(
        "closes_at",
        ["2026-01-05T09:01", "2026-01-05T03:31:00Z", "2026-01-05T09:01:00+05:30", "2026-01-05T03:31:00.000Z"],
    )
    def test_times_are_local_or_have_an_offset(self, closes_at: str, new_exam: NewExam, student: Client) -> None:
        exam = student.get(f"/api/exams/{new_exam(closes_at=closes_at)}").body["exam"]
        assert (exam["closes_at"], exam["opens_at"]) == ("2026-01-05T03:31:00.000Z", "2026-01-05T03:30:00.000Z")
        assert (exam["status"], exam["timezone"]) == ("completed", "Asia/Kolkata")

    def test_the_deadline_is_the_closing_if_that_is_earlier(self, new_exam: NewExam, student: Client) -> None:
        exam = new_exam(**begun(duration=180, closes_at=after(10)))
        assert student.post(f"/start-exam/{exam}").status == 200
        assert 500 < student.get(f"/exam/{exam}").body["remaining_seconds"] <= 600

    def test_nobody_starts_after_the_closing(self, new_exam: NewExam, student: Client, admin: Client) -> None:
        exam = new_exam(**begun(closes_at=after(-1)))
        assert refused(student.post(f"/start-exam/{exam}"), 400, "exam_ended")
        for status in ("upcoming", "ongoing", "completed"):
            listed = student.get("/api/exams", query={"status": status, "limit": 100}).body["exams"]
            assert (exam in {each["id"] for each in listed}) == (status == "completed")
        detail = admin.get(f"/admin/api/exams/{exam}").body["exam"]
        assert (detail["status"], detail["state"]) == ("upcoming", "completed")

    def test_results_after_the_closing_wait_for_the_latest_granted_one(
        self, new_exam: NewExam, ids: list[int], student: Client, admin: Client, clock: Callable[[float], Any]
    ) -> None:
        exam = new_exam(**begun(duration=5, result_mode="after_close", closes_at=after(10)))
        student.post(f"/start-exam/{exam}")
        assert student.post(f"/submit-exam/{exam}").body["visible"] is False
        granted = admin.post(f"/admin/exams/{exam}/overrides", {"user_id": ids[1], "closes_at": after(20)})
        assert granted.status == 200
        for minutes, status in ((0, 403), (15, 403), (21, 200)):
            clock(minutes * 60)
            assert student.get(f"/result/{exam}").status == status, minutes


class TestAudience:
    def test_others_learn_nothing_and_whoever_leaves_goes_on(
        self, batch: int, ids: list[int], new_exam: NewExam, student: Client, other_student: Client, admin: Client
    ) -> None:
        exam = new_exam(audience="batches", batch_ids=[batch])
        routes = (("GET", f"/api/exams/{exam}"), ("GET", f"/preload-exam/{exam}"), ("POST", f"/start-exam/{exam}"))
        for method, path in routes:
            assert refused(other_student.send(method, path), 403, "not_enrolled"), path
        listed = [client.get("/api/exams", query={"limit": 100}).body["exams"] for client in (student, other_student)]
        assert [exam in {each["id"] for each in found} for found in listed] == [True, False]

        assert student.post(f"/start-exam/{exam}").status == 200
        admin.post(f"/admin/batches/{batch}/students/remove", {"user_ids": [ids[0]]})
        assert student.post(f"/start-exam/{exam}").body["resumed"] is True
        assert student.post(f"/api/sync-exam-answers/{exam}", {"answers": {}}).status == 200
        assert student.post(f"/submit-exam/{exam}").status == 200
        assert student.get(f"/response/{exam}").status == 200
        for method, path in routes:
            assert refused(student.send(method, path), 403, "not_enrolled"), path


class TestAccessCodes:
    def test_are_asked_for_once_and_never_shown(self, new_exam: NewExam, student: Client, admin: Client) -> None:
        exam = new_exam(access_code="s3cret-Code")
        assert student.get(f"/api/exams/{exam}").body["exam"]["needs_access_code"] is True
        assert "s3cret-Code" not in str(admin.get(f"/admin/api/exams/{exam}").body)
        for body in (None, {}, {"access_code": ""}, {"access_code": None}):
            assert refused(student.post(f"/start-exam/{exam}", body), 403, "access_code_required")
        assert refused(student.post(f"/start-exam/{exam}", {"access_code": "S3CRET-CODE"}), 403, "access_code_wrong")
        assert refused(student.post(f"/start-exam/{exam}", {"access_code": 5}), 400, "invalid_fields")
        assert student.post(f"/start-exam/{exam}", {"access_code": "s3cret-Code"}).status == 200
        assert student.post(f"/start-exam/{exam}").body["resumed"] is True

    def test_five_wrong_ones_are_the_most_also_in_parallel(self, new_exam: NewExam, student: Client) -> None:
        exam = new_exam(access_code="s3cret-Code")
        with ThreadPoolExecutor(4) as pool:
            answers = list(
                pool.map(lambda number: student.post(f"/start-exam/{exam}", {"access_code": f"no-{number}"}), range(8))
            )
        assert sorted(answer.status for answer in answers) == [403] * 5 + [429] * 3
        right = student.post(f"/start-exam/{exam}", {"access_code": "s3cret-Code"})
        assert refused(right, 429)
        assert 0 < int(right.headers["retry-after"]) <= 600


class TestOverrides:
    @pytest.mark.parametrize(
        "grants",
        [
            {},
            {"extra_minutes": None},
            {"extra_minutes": -1},
            {"extra_minutes": "5"},
            {"extra_minutes": 9**41},
            {"extra_percent": -0.5},
            {"extra_percent": "50"},
            {"max_attempts": -1},
            {"opens_at": "soon"},
            {"extra_minutes": 5, "batch_id": 1},
            {"extra_minutes": 5, "user_id": None},
            {"extra_minutes": 5, "user_id": "1"},
        ],
    )
    def test_what_grants_nothing_or_to_nobody_is_400(
        self, grants: dict[str, Any], ids: list[int], new_exam: NewExam, admin: Client
    ) -> None:
        answer = admin.post(f"/admin/exams/{new_exam()}/overrides", {"user_id": ids[0], **grants})
        assert refused(answer, 400, "invalid_fields")

    def test_hold_for_running_attempts_field_by_field(
        self, batch: int, ids: list[int], new_exam: NewExam, student: Client, admin: Client
    ) -> None:
        exam = new_exam(duration=60)
        student.post(f"/start-exam/{exam}")
        other = admin.post("/admin/batches/create", {"name": f"More {next(_numbers)}"}).body["batch"]["id"]
        admin.post(f"/admin/batches/{other}/students/add", {"user_ids": [ids[0]]})
        steps: list[tuple[dict[str, Any], int]] = [
            ({"batch_id": batch, "extra_minutes": 10}, 70),
            ({"batch_id": other, "extra_minutes": 20}, 80),  # the most generous of the batches'
            ({"user_id": ids[0], "extra_minutes": 5}, 65),  # the student's own wins
            ({"user_id": ids[0], "extra_percent": 50}, 110),  # minutes are the batches' again
        ]
        for grants, minutes in steps:
            assert admin.post(f"/admin/exams/{exam}/overrides", grants).body["override"].items() >= grants.items()
            left = student.post(f"/api/sync-exam-answers/{exam}", {"answers": {}}).body["remaining_seconds"]
            assert minutes * 60 - 30 < left <= minutes * 60, grants
        listed = admin.get(f"/admin/exams/{exam}/overrides").body["overrides"]
        assert len(listed) == 3
        for override in listed:
            assert admin.post(f"/admin/exams/{exam}/overrides/delete/{override['id']}").status == 200
        assert student.get(f"/exam/{exam}").body["remaining_seconds"] <= 3600

    def test_attempts_and_opening_are_the_students_own(
        self, ids: list[int], new_exam: NewExam, student: Client, other_student: Client, admin: Client
    ) -> None:
        exam = new_exam(date="2099-01-01", status="upcoming", max_attempts=1)
        grants = {"user_id": ids[0], "opens_at": "2026-01-05T09:00", "max_attempts": 0}
        assert admin.post(f"/admin/exams/{exam}/overrides", grants).status == 200
        details = [client.get(f"/api/exams/{exam}").body for client in (student, other_student)]
        assert [detail["exam"]["status"] for detail in details] == ["ongoing", "upcoming"]
        assert [detail["attempts"]["attempts_remaining"] for detail in details] == [-1, 1]
        for _ in range(2):
            assert student.post(f"/start-exam/{exam}").status == 200
            assert student.post(f"/submit-exam/{exam}").status == 200
        assert refused(other_student.post(f"/start-exam/{exam}"), 400, "exam_not_started")


class TestAddedTime:
    @pytest.mark.parametrize(
        "body",
        [
            {"minutes": 5},
            {"all": True},
            {"minutes": 0, "all": True},
            {"minutes": 601, "all": True},
            {"minutes": 1.5, "all": True},
            {"minutes": "5", "all": True},
            {"minutes": 5, "all": False},
            {"minutes": 5, "user_ids": []},
            {"minutes": 5, "user_ids": ["x"]},
            {"minutes": 5, "user_ids": [1], "all": True},
        ],
    )
    def test_needs_minutes_and_whose(self, body: dict[str, Any], new_exam: NewExam, admin: Client) -> None:
        assert refused(admin.post(f"/admin/exams/{new_exam()}/add-time", body), 400, "invalid_fields")

    def test_is_for_running_attempts_and_goes_beyond_the_closing(
        self, ids: list[int], new_exam: NewExam, student: Client, admin: Client
    ) -> None:
        exam = new_exam(**begun(duration=60, closes_at=after(10)))
        student.post(f"/start-exam/{exam}")
        answer = admin.post(
            f"/admin/exams/{exam}/add-time", {"minutes": 30, "user_ids": ids[:2], "reason": "Fire alarm"}
        )
        assert (answer.body["changed"], [each["user_id"] for each in answer.body["errors"]]) == (1, [ids[1]])
        assert 2300 < student.get(f"/exam/{exam}").body["remaining_seconds"] <= 2400


class TestRosters:
    def test_bad_rows_are_named_and_cost_no_other(self, admin: Client) -> None:
        tag = f"t{next(_numbers)}"
        rows = [
            "Roll_No,NAME,E-mail",
            f"{tag}/1,Ada,{tag}a@example.org",
            f",Nobody {tag},",
            f",Twice,{tag}a@example.org",
            f"{tag}/1,Bob,{tag}b@example.org",
            f",Chi,{tag}c@example.org",
            f",Admin,{tag}d@example.org",
            f",Own,{ADMIN[0]}",
        ]
        for created, unchanged in ((2, 0), (0, 2)):
            content = "\n".join(rows).encode()
            answer = admin.upload("/admin/students/import-csv", "csv_file", "r.csv", content, invite="0").body
            assert (answer["created"], answer["updated"], answer["unchanged"]) == (created, 0, unchanged)
            assert answer["skipped"] == len(answer["errors"]) == 5
            assert [error.partition(":")[0] for error in answer["errors"]] == [f"Row {row}" for row in (3, 4, 5, 7, 8)]

    @pytest.mark.parametrize("batch_id", ["abc", "0", "-1", "1.5", "9" * 41])
    def test_a_batch_is_named_by_its_id(self, batch_id: str, admin: Client) -> None:
        answer = admin.upload(
            "/admin/students/import-csv", "csv_file", "r.csv", b"name,email\nX,x@example.org\n", batch_id=batch_id
        )
        assert refused(answer, 400, "invalid_fields")
        (fault,) = answer.body["errors"]
        assert (fault["field"], "number" in fault["message"]) == ("batch_id", True)
