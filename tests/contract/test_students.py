"""Students, batches, rosters and jobs, over HTTP."""

import itertools
import re
import time
from typing import Any

import pytest

from tests.contract.client import STUDENTS, Client
from tests.contract.test_administration import eventually

pytestmark = pytest.mark.contract

_numbers = itertools.count(int(time.time()))


def import_roster(admin: Client, content: str, **fields: str) -> Any:
    return admin.upload("/admin/students/import-csv", "csv_file", "roster.csv", content.encode(), **fields)


def mails_to(anonymous: Client, address: str) -> list[Any]:
    found: list[Any] = anonymous.get("/_local/outbox", query={"to": address}).body["mails"]
    return found


def test_the_demo_students_have_roll_numbers_and_batches(anonymous: Client, admin: Client) -> None:
    signed_in = anonymous.post("/api/auth/login", {"username": "2026-001", "password": STUDENTS[0][1]})
    assert signed_in.body["data"]["user"]["username"] == STUDENTS[0][0]
    counts = {batch["name"]: batch["student_count"] for batch in admin.get("/admin/api/batches").body["batches"]}
    assert (counts["Morning"], counts["Evening"]) == (2, 1)


def test_a_student_of_a_roster_gets_in_and_out(anonymous: Client, admin: Client) -> None:
    tag = f"r{next(_numbers)}"
    content = f"Name;E-Mail;Roll No;Batch\r\nRavi {tag};{tag}@example.org;{tag.upper()};Batch {tag}\r\n"

    answer = import_roster(admin, content)
    assert (answer.status, answer.body["created"], answer.body["errors"]) == (200, 1, [])
    again = import_roster(admin, content)
    assert (again.body["created"], again.body["updated"], again.body["unchanged"]) == (0, 0, 1)

    (mail,) = eventually(lambda: mails_to(anonymous, f"{tag}@example.org"), bool)
    link = re.search(r"set-password\?token=([\w-]+)", str(mail))
    assert link is not None
    body = {"token": link[1], "password": "violet-Otter-47"}
    assert anonymous.post("/api/set-password", body).status == 200
    student = anonymous.signed_in(tag, "violet-Otter-47")

    (row,) = admin.get("/admin/api/users/search", query={"q": tag}).body["users"]
    assert row["roll_no"] == tag.upper()
    (batch,) = admin.get("/admin/api/batches", query={"q": tag}).body["batches"]
    members = admin.get(f"/admin/api/batches/{batch['id']}/students").body["students"]
    assert [member["user_id"] for member in members] == [row["id"]]
    exported = admin.get("/admin/students/export-csv", query={"batch_id": batch["id"]})
    assert import_roster(admin, exported.body).body["unchanged"] == 1

    assert admin.post("/admin/users/deactivate", {"user_ids": [row["id"]]}).body["changed"] == 1
    refused = anonymous.post("/api/auth/login", {"username": tag, "password": "violet-Otter-47"})
    assert (refused.status, refused.body["code"]) == (403, "account_deactivated")
    eventually(lambda: student.post("/_ping").status, lambda status: status == 401)
    assert admin.post(f"/admin/batches/delete/{batch['id']}").status == 200


def test_a_long_roster_is_a_job(admin: Client) -> None:
    tag = f"j{next(_numbers)}"
    rows = "".join(f"Student {tag}x{n},{tag}.{n}@example.org,{tag}-{n},\n" for n in range(510))

    answer = import_roster(admin, f"name,email,roll_no,batch\n{rows}", invite="0")

    assert answer.status == 202
    ended = eventually(
        lambda: admin.get(answer.body["status_url"]).body["job"],
        lambda job: job["status"] in {"done", "failed"},
        seconds=90,
    )
    assert (ended["status"], ended["result"]["created"], ended["result"]["errors"]) == ("done", 510, [])
    assert ended["id"] in [job["id"] for job in admin.get("/admin/api/jobs").body["jobs"]]
