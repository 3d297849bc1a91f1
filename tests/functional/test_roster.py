"""Rosters: the outcome of each row, within a request and as a job, and that an export imports unchanged."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from admin_students.app import api, lambda_handler
from auth import app as auth_app
from job_worker import roster as worker_roster
from job_worker.app import lambda_handler as worker
from jobs import app as jobs_app
from smartexam.accounts import roster_import
from smartexam.accounts.store import batches, enrolments, identity
from smartexam.accounts.user import User
from smartexam.jobs.store import jobs
from smartexam.platform import audit, storage
from tests.factories.admins import Admin
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer, FakeContext, send, sqs_event
from tests.factories.post import PostOffice
from tests.factories.sheets import xlsx
from tests.factories.users import PASSWORD, create_user

BUCKET = "uploads-test"
HEADER = "Name,E-Mail,Roll No,Batch\n"


@pytest.fixture
def admin(
    tables: dict[str, str], frozen_settings: FrozenClock, post: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Admin]:
    for each in (api, jobs_app.api, auth_app.api):
        monkeypatch.setattr(each, "clock", frozen_settings)
    monkeypatch.setenv("UPLOADS_BUCKET", BUCKET)
    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket=BUCKET)
    storage._client.cache_clear()
    yield Admin(lambda_handler, frozen_settings)
    storage._client.cache_clear()


def upload(admin: Admin, content: str | bytes, **fields: str) -> Answer:
    raw = content if isinstance(content, bytes) else content.encode()
    return admin.upload("/admin/students/import-csv", {"csv_file": ("roster.csv", raw)}, **fields)


def counts(answer: Answer) -> tuple[int, int, int, int]:
    assert answer.status == 200, answer.body
    return tuple(answer.body[name] for name in ("created", "updated", "unchanged", "skipped"))


def student(email: str) -> User:
    user_id = identity.find_user_id(email)
    assert user_id is not None
    user = identity.get_user(user_id)
    assert user is not None
    return user


def batch_names(email: str) -> list[str]:
    found = batches.get_many(enrolments.batch_ids_of(student(email).id))
    return sorted(batch.name for batch in found.values())


def number_of(batch: str) -> int:
    (batch_id,) = batches.find([batch]).values()
    return batches.get(batch_id).student_count


def search(admin: Admin, text: str) -> list[str]:
    from admin_users.app import lambda_handler as users  # noqa: PLC0415

    token = Admin(users, admin._clock)
    return [row["email"] for row in token.get("/admin/api/users/search", query={"q": text}).body["users"]]


class TestRows:
    def test_how_the_file_was_read_is_told(self, admin: Admin) -> None:
        answer = upload(admin, "sep=;\nNAME;E Mail\nZoë Müller;zoe@example.org\n".encode("cp1252"))

        assert counts(answer) == (1, 0, 0, 0)
        assert "Windows-1252" in answer.body["notes"][0]
        assert "notes" not in upload(admin, "name,email\nZoë Müller,zoe@example.org\n").body

    def test_students_are_made_with_names_numbers_and_batches(self, admin: Admin, post: PostOffice) -> None:
        answer = upload(admin, HEADER + "Ravi K Rao,Ravi@Example.org,007,Morning; Evening\nMeera,meera@example.org,,\n")

        assert (counts(answer), answer.body["errors"]) == ((2, 0, 0, 0), [])
        ravi = student("ravi@example.org")
        assert (ravi.username, ravi.full_name, ravi.roll_no, ravi.role) == (
            "ravi.krao",
            "Ravi K Rao",
            "007",
            "user",
        )
        assert (ravi.password_hash, ravi.rostered_at) == (None, admin._clock.now())
        assert batch_names("ravi@example.org") == ["Evening", "Morning"]
        assert (number_of("morning"), student("meera@example.org").full_name) == (1, "Meera")
        assert search(admin, "007") == ["ravi@example.org"]
        assert identity.statistics().user_role == 2
        assert [sent.body["email"] for sent in post.taken("invitation")] == ["ravi@example.org", "meera@example.org"]

    def test_the_same_file_again_changes_nothing(self, admin: Admin, post: PostOffice) -> None:
        content = HEADER + "Ravi,ravi@example.org,1,A\nMeera,meera@example.org,,B\n"
        upload(admin, content)
        list(post.taken("invitation"))

        assert counts(upload(admin, content)) == (0, 0, 2, 0)
        assert list(post.taken("invitation")) == []

    def test_an_empty_cell_keeps_what_is_there_and_others_change_it(self, admin: Admin) -> None:
        upload(admin, HEADER + "Ravi,ravi@example.org,1,A\n")

        assert counts(upload(admin, "email;name;roll no\nRAVI@example.org;Ravi Kumar;\n")) == (0, 1, 0, 0)
        assert counts(upload(admin, "email;name;roll no\nravi@example.org;Ravi Kumar;x-2\n")) == (0, 1, 0, 0)

        ravi = student("ravi@example.org")
        assert (ravi.full_name, ravi.roll_no) == ("Ravi Kumar", "x-2")
        assert (search(admin, "kumar"), search(admin, "x-2"), search(admin, "1")) == ([ravi.email], [ravi.email], [])
        assert batch_names("ravi@example.org") == ["A"]
        assert identity.find_user_id("1") is None
        assert identity.find_user_id("X-2") == ravi.id

        answer = upload(admin, "email,name,roll no\nravi@example.org,,x-3\nnew@example.org,,\n")
        assert counts(answer) == (0, 1, 0, 1)
        assert answer.body["errors"] == ["Row 3: the name is missing, and nobody has this address yet"]
        assert (student("ravi@example.org").full_name, student("ravi@example.org").roll_no) == ("Ravi Kumar", "x-3")

    def test_a_batch_for_all_joins_those_of_the_rows(self, admin: Admin) -> None:
        batch = admin.post("/admin/batches/create", {"name": "All"}).body["batch"]["id"]

        upload(admin, HEADER + "Ravi,ravi@example.org,,A\nMeera,meera@example.org,,all\n", batch_id=str(batch))

        assert (batch_names("ravi@example.org"), batch_names("meera@example.org")) == (["A", "All"], ["All"])
        assert (number_of("All"), number_of("A")) == (2, 1)
        assert upload(admin, HEADER, batch_id="999").body["code"] == "batch_not_found"

    def test_rows_that_can_be_no_students_are_named_and_the_others_taken(self, admin: Admin) -> None:
        create_user(email="head@example.org", role="admin", first_name="Head")
        create_user(email="other@example.org", username="taken.name")
        upload(admin, HEADER + "Zara,zara@example.org,77,\n")

        answer = upload(
            admin,
            HEADER
            + "Ravi,ravi@example.org,1,A\n"  # row 2
            + ",nameless@example.org,,\n"
            + "No Address,,,\n"
            + "Bad Address,bad,,\n"
            + "Bad Number,number@example.org,a b,\n"
            + "Again,RAVI@example.org,2,\n"
            + "Same Number,same@example.org,1,\n"
            + "The Head,head@example.org,3,A\n"
            + "Somebody,some@example.org,77,\n"  # row 10
            + "Too,many,cells,in,it\n"
            + 'Unclosed,"x\n',
        )

        assert counts(answer) == (1, 0, 0, 10)
        assert [error.partition(":")[0] for error in answer.body["errors"]] == [f"Row {line}" for line in range(3, 13)]
        head = student("head@example.org")
        assert (head.first_name, head.role, head.roll_no, enrolments.batch_ids_of(head.id)) == (
            "Head",
            "admin",
            None,
            (),
        )
        assert (number_of("A"), identity.find_user_id("some@example.org")) == (1, None)

    def test_roll_numbers_and_usernames_are_one_set_of_names(self, admin: Admin) -> None:
        create_user(username="zara", email="zara@example.org")
        upload(admin, HEADER + "Ravi,ravi@example.org,meera,\n")

        assert upload(admin, HEADER + "X,x@example.org,ZARA,\n").body["errors"] == [
            "Row 2: the roll number ZARA is somebody's username"
        ]
        upload(admin, HEADER + "Meera,meera@example.org,,\n")
        assert student("meera@example.org").username == "meera2"

    def test_roll_numbers_change_hands_within_a_file(self, admin: Admin) -> None:
        upload(admin, HEADER + "A,a@example.org,1,\nB,b@example.org,2,\nC,c@example.org,3,\n")

        answer = upload(
            admin, HEADER + "A,a@example.org,2,\nB,b@example.org,3,\nC,c@example.org,1,\nD,d@example.org,4,\n"
        )

        assert counts(answer) == (1, 3, 0, 0)
        assert [student(f"{name}@example.org").roll_no for name in "abcd"] == ["2", "3", "1", "4"]
        assert [identity.find_user_id(str(roll)) for roll in range(1, 5)] == [
            student(f"{name}@example.org").id for name in "cabd"
        ]

    def test_a_roll_number_stays_with_a_student_whose_own_row_is_refused(self, admin: Admin) -> None:
        upload(admin, HEADER + "A,a@example.org,1,\nX,x@example.org,9,\n")

        answer = upload(admin, HEADER + "A,a@example.org,9,\nB,b@example.org,1,\n")

        assert counts(answer) == (0, 0, 0, 2)
        assert student("a@example.org").roll_no == "1"

    def test_a_student_is_in_at_most_twenty_batches(self, admin: Admin) -> None:
        many = ";".join(f"B{number}" for number in range(20))
        assert counts(upload(admin, HEADER + f"A,a@example.org,,{many}\n")) == (1, 0, 0, 0)

        answer = upload(admin, HEADER + "A,a@example.org,5,B20\n")

        assert answer.body["errors"] == ["Row 2: a student is in at most 20 batches"]
        assert (student("a@example.org").roll_no, number_of("B20")) == (None, 0)

    def test_people_of_one_name_get_names_of_their_own(self, admin: Admin) -> None:
        rows = "".join(f"Asha Rao,rao{number}@example.org,,\n" for number in range(30))

        assert counts(upload(admin, HEADER + rows)) == (30, 0, 0, 0)

        assert len({student(f"rao{number}@example.org").username for number in range(30)}) == 30
        assert student("rao1@example.org").username == "asha.rao2"

    def test_who_signed_up_and_never_got_in_is_invited_once(self, admin: Admin, post: PostOffice) -> None:
        create_user(email="ravi@example.org", password=None, first_name="Ravi", last_name="")
        content = HEADER + "Ravi,ravi@example.org,,\n"

        assert counts(upload(admin, content)) == (0, 1, 0, 0)
        assert counts(upload(admin, content)) == (0, 0, 1, 0)
        assert len(list(post.taken("invitation"))) == 1

    def test_nobody_is_invited_who_is_not_to_be(self, admin: Admin, post: PostOffice) -> None:
        upload(admin, HEADER + "Ravi,ravi@example.org,,\n", invite="0")

        assert list(post.taken("invitation")) == []

    @pytest.mark.parametrize(
        "content",
        [
            HEADER.encode("utf-8-sig") + "Zoë,zoe@example.org,7,A\r\n".encode(),
            (HEADER + "Zoë,zoe@example.org,7,A\n").encode("utf-16"),
            (HEADER + "Zoë,zoe@example.org,7,A\n").encode("cp1252"),
            ("sep=;\n" + HEADER.replace(",", ";") + "Zoë;zoe@example.org;7;A\n").encode(),
            (HEADER + '"Zoë",zoe@example.org,7,"A"\n').replace(",", "\t").replace("\n", "\r").encode(),
            (HEADER + '"Zoë\n",zoe@example.org,7,A\n').encode(),
            xlsx([["Name", "E-Mail", "Roll No", "Batch"], ["Zoë", "zoe@example.org", 7, "A"]]),
        ],
    )
    def test_files_of_all_programs_are_read(self, admin: Admin, content: bytes) -> None:
        assert counts(upload(admin, content)) == (1, 0, 0, 0)
        zoe = student("zoe@example.org")
        assert (zoe.full_name, zoe.roll_no, batch_names("zoe@example.org")) == ("Zoë", "7", ["A"])

    @pytest.mark.parametrize("content", [b"", b"name,roll_no\nRavi,1\n", b"PK\x03\x04", b"\x00\x00\x00\x01"])
    def test_a_file_that_is_not_a_roster_is_refused(self, admin: Admin, content: bytes) -> None:
        assert (upload(admin, content).status, upload(admin, content).body["code"]) == (400, "csv_unreadable")

    def test_an_import_is_in_the_log(self, admin: Admin) -> None:
        upload(admin, HEADER + "Ravi,ravi@example.org,,A\n")

        entries = [(entry.change.action, entry.change.after) for entry in audit.list_entries(limit=9, after=None)[0]]
        counted = {"created": 1, "updated": 0, "unchanged": 0, "skipped": 0, "batch_id": None}
        assert sorted(entries, key=str) == [("batch.create", {"name": "A"}), ("roster.import", counted)]


class TestJobs:
    def rows(self, many: int) -> str:
        return "".join(f"Student Number{n},s{n}@example.org,R{n},B{n % 3}\n" for n in range(many))

    def start(self, admin: Admin, content: str) -> int:
        answer = upload(admin, content)
        assert answer.status == 202, answer.body
        assert answer.body["status_url"] == f"/admin/api/jobs/{answer.body['job_id']}"
        job_id: int = answer.body["job_id"]
        return job_id

    def job(self, admin: Admin, job_id: int) -> Any:
        return Admin(jobs_app.lambda_handler, admin._clock).get(f"/admin/api/jobs/{job_id}").body["job"]

    def work(self, post: PostOffice, name: str = "worker") -> int:
        orders = [sent.body for sent in post.taken("job")]
        for order in orders:
            worker(sqs_event(order), FakeContext(aws_request_id=name, remaining_ms=lambda: 100_000))
        return len(orders)

    def test_more_than_500_rows_are_a_job(self, admin: Admin, post: PostOffice) -> None:
        content = HEADER + self.rows(520) + "Bad,bad,,\n"
        job_id = self.start(admin, content)
        assert self.job(admin, job_id)["status"] == "queued"
        assert self.start(admin, content) == job_id

        assert self.work(post) == 1

        job = self.job(admin, job_id)
        assert (job["status"], job["percent"], job["kind"]) == ("done", 100, "roster_import")
        assert job["result"] == {
            "success": True,
            "created": 520,
            "updated": 0,
            "unchanged": 0,
            "skipped": 1,
            "errors": ["Row 522: 'bad' is not an email address"],
        }
        assert [number_of(f"B{n}") for n in range(3)] == [174, 173, 173]
        assert len(list(post.taken("invitation"))) == 520
        listed = Admin(jobs_app.lambda_handler, admin._clock).get("/admin/api/jobs").body["jobs"]
        assert [each["id"] for each in listed] == [job_id]
        # It is over, so the same file is imported again.
        assert self.start(admin, content) != job_id

    def test_a_worker_that_is_killed_anywhere_leaves_exact_counts(
        self, admin: Admin, post: PostOffice, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        upload(admin, HEADER + "Holder,holder@example.org,R3,\n")
        job_id = self.start(admin, HEADER + self.rows(505))
        order = next(iter(post.taken("job"))).body
        real, calls = roster_import.invite, []

        def killed(addresses: Any) -> None:
            calls.append(addresses)
            if len(calls) in {2, 4}:
                raise KeyboardInterrupt
            real(addresses)

        monkeypatch.setattr(roster_import, "invite", killed)
        for attempt in range(2):
            with pytest.raises(KeyboardInterrupt):
                worker(sqs_event(order), FakeContext(aws_request_id=f"w{attempt}", remaining_ms=lambda: 100_000))
            assert self.job(admin, job_id)["status"] == "running"
            admin._clock.advance(jobs.CLAIM_SECONDS + 1)
            # Reading an abandoned job sends it to the queue again, once.
            self.job(admin, job_id)
            self.job(admin, job_id)
            assert len(list(post.taken("job"))) == 1
        assert worker(sqs_event(order), FakeContext(remaining_ms=lambda: 100_000)) == {"batchItemFailures": []}

        result = self.job(admin, job_id)["result"]
        assert (result["created"], result["skipped"]) == (504, 1)
        assert result["errors"] == ["Row 5: the roll number R3 is another student's"]
        assert sum(number_of(f"B{n}") for n in range(3)) == 504
        assert identity.statistics().user_role == 505
        assert {sent.body["email"] for sent in post.taken("invitation")} >= {
            f"s{n}@example.org" for n in range(505) if n != 3
        }

    def test_a_job_goes_on_in_another_invocation_when_time_is_over(self, admin: Admin, post: PostOffice) -> None:
        job_id = self.start(admin, HEADER + self.rows(505))
        order = next(iter(post.taken("job"))).body
        left = iter([100_000, 20_000] + [0] * 50)

        worker(sqs_event(order), FakeContext(aws_request_id="a", remaining_ms=lambda: next(left)))

        assert self.job(admin, job_id)["message"] == "100 of 505 rows"
        assert self.work(post, "b") == 1
        assert self.job(admin, job_id)["result"]["created"] == 505

    def test_an_unexpected_failure_is_retried_and_then_reported(
        self, admin: Admin, post: PostOffice, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        job_id = self.start(admin, HEADER + self.rows(505))
        monkeypatch.setattr(worker_roster, "_order", lambda _: 1 // 0)

        for attempt in range(3):
            (sent,) = post.taken("job")
            answer = worker(sqs_event(sent.body), FakeContext(aws_request_id=str(attempt), remaining_ms=lambda: 99_000))
            assert answer["batchItemFailures"]

        job = self.job(admin, job_id)
        assert (job["status"], job["code"], job["result"]) == ("failed", "internal_error", None)

    def test_others_do_not_see_a_job(self, admin: Admin, post: PostOffice) -> None:
        job_id = self.start(admin, HEADER + self.rows(505))
        other = Admin(jobs_app.lambda_handler, admin._clock)

        assert other.get(f"/api/jobs/{job_id}").status == 404
        assert other.get("/admin/api/jobs/999").body["code"] == "job_not_found"


class TestExport:
    def export(self, admin: Admin, **query: Any) -> str:
        answer = admin.get("/admin/students/export-csv", query=query)
        assert answer.status == 200, answer.body
        return str(answer.body)

    def test_students_of_a_batch_with_all_their_batches(self, admin: Admin) -> None:
        upload(admin, HEADER + "Ravi,ravi@example.org,007,A;B\nMeera,meera@example.org,,B\n")
        (batch_a,) = batches.find(["A"]).values()

        assert self.export(admin, batch_id=batch_a) == ("name,email,roll_no,batch\r\nRavi,ravi@example.org,007,A;B\r\n")
        assert self.export(admin).count("\r\n") == 3
        assert admin.get("/admin/students/export-csv", query={"batch_id": 99}).status == 404

    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        names=st.lists(
            st.text(st.characters(exclude_categories=("Cc", "Cs", "Co", "Cn")), min_size=1, max_size=15), max_size=3
        ),
        batch=st.text(st.characters(exclude_categories=("Cc", "Cs", "Co", "Cn"), exclude_characters=";"), max_size=8),
        roll=st.from_regex(r"[A-Za-z0-9/_-]{1,8}", fullmatch=True),
    )
    def test_what_is_exported_imports_again_unchanged(
        self, admin: Admin, names: list[str], batch: str, roll: str
    ) -> None:
        for number, name in enumerate(names):
            rows = io.StringIO()
            address = f"{abs(hash((name, number, roll, batch)))}@example.org"
            csv.writer(rows).writerow([name, address, roll if number == 0 else "", batch])
            upload(admin, HEADER + rows.getvalue())

        exported = self.export(admin)
        answer = upload(admin, exported)

        assert counts(answer)[:2] == (0, 0), answer.body
        assert answer.body["errors"] == []
        assert self.export(admin) == exported

    def test_no_cell_is_run_as_a_formula(self, admin: Admin) -> None:
        upload(admin, HEADER + "=cmd|x,ravi@example.org,-7,'=B\n")

        line = self.export(admin).splitlines()[1]

        assert next(csv.reader([line])) == ["'=cmd|x", "ravi@example.org", "'-7", "'=B"]
        assert (student("ravi@example.org").roll_no, batch_names("ravi@example.org")) == ("-7", ["=B"])

    def test_of_very_many_a_job_writes_the_file(
        self, admin: Admin, post: PostOffice, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        upload(admin, HEADER + "Ravi,ravi@example.org,,\n")
        monkeypatch.setattr("admin_students.students.MOST_AT_ONCE", 0)

        job_id = admin.get("/admin/students/export-csv").body["job_id"]
        TestJobs().work(post)

        job = TestJobs().job(admin, job_id)
        assert job["status"] == "done"
        assert "X-Amz-Signature" in job["download_url"]
        key = f"jobs/{job_id}/worker.csv"
        stored = boto3.client("s3", region_name="us-east-1").get_object(Bucket=BUCKET, Key=key)["Body"].read()
        assert stored == b"name,email,roll_no,batch\r\nRavi,ravi@example.org,,\r\n"


class TestSigningIn:
    def test_by_roll_number_whatever_the_case(self, admin: Admin) -> None:
        create_user(email="ravi@example.org", first_name="Ravi", last_name="")
        upload(admin, HEADER + "Ravi,ravi@example.org,2026/AB-7,\n")

        def sign_in(name: str) -> int:
            body = {"username": name, "password": PASSWORD}
            return send(auth_app.lambda_handler, "POST", "/api/auth/login", body=body).status

        assert sign_in("2026/ab-7") == 200
        assert sign_in("2026/AB-7") == 200
        assert sign_in("2026/AB-8") == 401
