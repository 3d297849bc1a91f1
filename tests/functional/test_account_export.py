"""All that is stored of an account, for its owner."""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from account import app as account
from account_eraser.app import lambda_handler as eraser
from discussions import app as discussions
from exams import app as exams
from job_worker.app import lambda_handler as worker
from jobs import app as jobs_app
from smartexam import erasing, exporting
from smartexam.accounts.store import access_requests, sessions
from smartexam.accounts.user import User
from smartexam.jobs.store import jobs
from smartexam.platform import storage
from smartexam.talk.store import study
from smartexam.talk.store.messaging import blocks, connections, groups, sending
from tests.dynamodb.database import MemoryDatabase
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer, FakeContext, send, sqs_event
from tests.factories.exams import MCQ, create_exam, question_ids
from tests.factories.post import PostOffice
from tests.factories.users import access_token, create_user

BUCKET = "uploads-test"
NEVER = ("password_hash", "argon2", "mfa", "theirs", "in private", "Ben Brown", "@example.com")


@pytest.fixture(autouse=True)
def _environment(
    tables: dict[str, str], frozen_settings: FrozenClock, post: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    for app in (account, discussions, exams, jobs_app):
        monkeypatch.setattr(app.api, "clock", frozen_settings)
    monkeypatch.setenv("UPLOADS_BUCKET", BUCKET)
    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket=BUCKET)
    storage._client.cache_clear()
    yield
    storage._client.cache_clear()


@pytest.fixture
def asha() -> User:
    return create_user(username="asha", first_name="Asha", last_name="Rao", email="asha@example.org")


@pytest.fixture
def ben() -> User:
    return create_user(username="ben", first_name="Ben", last_name="Brown", email="ben@example.com")


class Owner:
    """Somebody who uses their account."""

    def __init__(self, user: User, clock: FrozenClock, post: PostOffice) -> None:
        self.user, self.clock, self.post = user, clock, post

    def call(self, app: Any, method: str, path: str, body: Any = None) -> Answer:
        return send(app.lambda_handler, method, path, body=body, token=access_token(self.user, self.clock.now()))

    def ask(self) -> Answer:
        return self.call(account, "GET", "/api/account/export")

    def work(self) -> None:
        for message in self.post.taken("job"):
            assert worker(sqs_event(message.body), FakeContext()) == {"batchItemFailures": []}

    def job(self, job_id: int) -> dict[str, Any]:
        answer = self.call(jobs_app, "GET", f"/api/jobs/{job_id}")
        assert answer.status == 200, answer.body
        job: dict[str, Any] = answer.body["job"]
        return job

    def exported(self) -> dict[str, Any]:
        """The files of a fresh export, by name."""
        answer = self.ask()
        assert answer.status == 202, answer.body
        self.work()
        job = self.job(answer.body["job_id"])
        assert (job["status"], job["kind"]) == ("done", "account_export")
        assert job["download_url"]
        stored = jobs.get(job["id"], self.clock.now())
        assert stored is not None
        assert stored.file is not None
        content = boto3.client("s3", region_name="us-east-1").get_object(Bucket=BUCKET, Key=stored.file.key)
        with zipfile.ZipFile(io.BytesIO(content["Body"].read())) as archive:
            return {name.removesuffix(".json"): json.loads(archive.read(name)) for name in archive.namelist()}

    def sit(self, exam_id: int, answers: dict[str, str]) -> None:
        assert self.call(exams, "POST", f"/start-exam/{exam_id}").status == 200
        self.call(exams, "POST", f"/api/sync-exam-answers/{exam_id}", {"answers": answers})
        assert self.call(exams, "POST", f"/submit-exam/{exam_id}").status == 200


@pytest.fixture
def owner(asha: User, frozen_settings: FrozenClock, post: PostOffice) -> Owner:
    return Owner(asha, frozen_settings, post)


def live(owner: Owner, ben: User) -> int:
    """Leave something everywhere; returns an exam that was sat."""
    now, asha = owner.clock.now(), owner.user
    peer = connections.ask(asha.principal(), ben.id, ben.full_name, now)
    accepted = connections.accept(ben.principal(), peer.connection_id, now)
    assert accepted.conversation_id is not None
    groups.create(77, "Left", (asha.id, asha.full_name), {ben.id: ben.full_name}, now)
    for number, (place, sender, text) in enumerate(
        [
            (accepted.conversation_id, asha, "mine"),
            (accepted.conversation_id, ben, "in private"),
            (77, asha, "mine in a group"),
        ]
    ):
        sending.send(sending.Draft(place, sender.id, sender.full_name, text), now + 2 * number)
    groups.leave(77, asha.id)
    blocks.block(asha.id, 4711)
    blocks.block(ben.id, asha.id)
    access_requests.submit(asha, "admin", "I teach", now)
    sessions.start_session(asha, now, "A browser")
    study.remember(asha.id, study.Turn("What is g?", "9.81", now))
    exam = create_exam([MCQ, MCQ], max_attempts=0)
    first = question_ids(exam.id)[0]
    owner.sit(exam.id, {str(first): "A"})
    assert owner.call(discussions, "POST", f"/api/discussion/{first}", {"message": "Why?"}).status == 200
    return exam.id


def test_has_everything_of_its_owner_and_nothing_of_others(owner: Owner, ben: User) -> None:
    exam_id = live(owner, ben)

    files = owner.exported()

    assert {name for name, rows in files.items() if not rows} == {"batches", "overrides", "chat_connections"}
    (about,) = files["account"]
    assert (about["username"], about["email"], about["has_password"]) == ("asha", "asha@example.org", True)
    assert [each["message"] for each in files["messages"]] == ["mine", "mine in a group"]
    assert [each["user_id"] for each in files["blocked"]] == [4711]
    assert [each["message"] for each in files["comments"]] == ["Why?"]
    assert files["assistant"][0]["answer"] == "9.81"
    assert files["sessions"][0]["user_agent"] == "A browser"
    assert files["role_requests"][0]["user_reason"] == "I teach"
    (result,) = files["results"]
    assert (result["exam_id"], result["is_visible"], len(result["responses"])) == (exam_id, True, 2)
    assert result["responses"][0]["given_answer"] == "A"
    assert files["about"]["closed_while_sitting"] == []
    text = json.dumps(files)
    assert not [word for word in NEVER if word in text.replace("has_second_factor", "")]


def test_a_result_that_is_not_visible_yet_is_only_named(owner: Owner) -> None:
    exam = create_exam([MCQ], result_mode="manual")
    owner.sit(exam.id, {str(question_ids(exam.id)[0]): "A"})

    (result,) = owner.exported()["results"]

    assert result["is_visible"] is False
    assert not {"score", "responses", "percentage"} & result.keys()


class TestWhileSitting:
    def test_what_is_closed_then_is_left_out(self, owner: Owner, ben: User, frozen_settings: FrozenClock) -> None:
        exam_id = live(owner, ben)
        owner.call(exams, "POST", f"/start-exam/{exam_id}")
        frozen_settings.advance(1)

        files = owner.exported()

        assert sorted(files["about"]["closed_while_sitting"]) == ["assistant", "comments", "messages"]
        assert not {"assistant", "comments", "messages"} & files.keys()
        assert [row["is_visible"] for row in files["results"]] == [False]
        assert "correct_answer" not in json.dumps(files)

    def test_an_export_from_before_is_closed_until_it_is_over(
        self, owner: Owner, ben: User, frozen_settings: FrozenClock
    ) -> None:
        exam_id = live(owner, ben)
        job_id = owner.ask().body["job_id"]
        owner.work()
        assert "download_url" in owner.job(job_id)
        frozen_settings.advance(1)

        owner.call(exams, "POST", f"/start-exam/{exam_id}")
        assert "download_url" not in owner.job(job_id)

        owner.call(exams, "POST", f"/submit-exam/{exam_id}")
        assert "download_url" in owner.job(job_id)


class TestAsking:
    def test_one_at_a_time(self, owner: Owner) -> None:
        first, second = owner.ask(), owner.ask()
        assert first.body["job_id"] == second.body["job_id"]
        assert first.body["status_url"] == f"/api/jobs/{first.body['job_id']}"
        owner.work()
        assert owner.ask().body["job_id"] != first.body["job_id"]

    def test_everybody_gets_their_own(self, owner: Owner, ben: User) -> None:
        other = Owner(ben, owner.clock, owner.post)
        mine, theirs = owner.ask().body["job_id"], other.ask().body["job_id"]
        assert mine != theirs
        assert owner.call(jobs_app, "GET", f"/api/jobs/{theirs}").status == 404

    def test_ten_a_day(self, owner: Owner, frozen_settings: FrozenClock) -> None:
        assert [owner.ask().status for _ in range(11)] == [202] * 10 + [429]
        frozen_settings.advance(24 * 3600)
        assert owner.ask().status == 202

    def test_of_an_account_that_was_deleted_meanwhile_there_is_none(self, owner: Owner) -> None:
        job_id = owner.ask().body["job_id"]
        assert owner.call(account, "POST", "/api/delete-account", {"confirm": "DELETE"}).status == 200
        owner.work()
        job = jobs.get(job_id, owner.clock.now())
        assert job is not None
        assert (job.status, job.code) == ("failed", "account_gone")


def _files() -> set[str]:
    listed = boto3.client("s3", region_name="us-east-1").list_objects_v2(Bucket=BUCKET)
    return {file["Key"] for file in listed.get("Contents", ())}


def test_it_is_erased_with_the_account(owner: Owner, ben: User, database: MemoryDatabase) -> None:
    for left_by_another_test in _files():
        boto3.client("s3", region_name="us-east-1").delete_object(Bucket=BUCKET, Key=left_by_another_test)
    live(owner, ben)
    owner.exported()
    assert len(_files()) == 1

    owner.call(account, "POST", "/api/delete-account", {"confirm": "DELETE"})
    for _ in range(2):
        for message in list(owner.post.taken("account_eraser")):
            assert eraser(sqs_event(message.body), FakeContext()) == {"batchItemFailures": []}

    assert _files() == set()
    assert not [key for key in database.table("ephemeral") if "JOB#" in str(key)]


def test_everything_that_is_erased_with_an_account_is_exported_or_has_a_reason_not_to_be() -> None:
    assert exporting.EXPORTED.keys() == erasing.ACCOUNT_STEPS.keys()
    names = [file.name for files in exporting.EXPORTED.values() if not isinstance(files, str) for file in files]
    assert len(names) == len(set(names))


def test_another_site_cannot_ask_with_the_cookie(owner: Owner) -> None:
    cookie = f"__Host-session={sessions.start_session(owner.user, owner.clock.now())}"

    def ask(**headers: str) -> int:
        return send(account.lambda_handler, "GET", "/api/account/export", cookies=[cookie], headers=headers).status

    assert ask(**{"sec-fetch-site": "cross-site"}) == 403
    assert ask(origin="https://elsewhere.example.com") == 403
    assert ask(**{"sec-fetch-site": "same-origin"}) == 202
