"""Loads the demo data: `python -m local.demo BASE_URL`, with the environment of the functions.

Accounts are written directly, because no route creates an administrator. All other data is created through the API, as
an administrator would.
"""

import json
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from local import demo_papers
from local.demo_questions import SCIENCE, WEEKLY, Question


@dataclass(frozen=True, slots=True)
class Account:
    """A demo account."""

    username: str
    password: str
    role: str
    first_name: str
    last_name: str
    roll_no: str | None = None
    batch: str | None = None

    @property
    def email(self) -> str:
        """An address that cannot receive mail."""
        return f"{self.username}@example.com"


_STUDENT_PASSWORD = "Student@2025demo"  # noqa: S105 - printed for everybody to see, and good on this machine only

ACCOUNTS = (
    Account("admin", "Admin@2025demo", "admin", "Asha", "Rao"),
    Account("student1", _STUDENT_PASSWORD, "user", "Ravi", "Kumar", "2026-001", "Morning"),
    Account("student2", _STUDENT_PASSWORD, "user", "Meera", "Nair", "2026-002", "Morning"),
    Account("student3", _STUDENT_PASSWORD, "user", "Imran", "Sheikh", "2026-003", "Evening"),
)

CATEGORY = "Entrance exams"

EXAMS: tuple[tuple[dict[str, Any], list[Question]], ...] = (
    (
        {
            "name": "Science mock test",
            "date": "2025-01-15",
            "start_time": "09:00",
            "duration": 60,
            "status": "ongoing",
            "instructions": "Twelve questions in 60 minutes. Questions with several correct options count only if all "
            "of them, and no others, are chosen. Numbers may be given with decimals.",
            "positive_marks": "4",
            "negative_marks": "1",
            "max_attempts": 0,
            "result_mode": "instant",
        },
        SCIENCE,
    ),
    (
        {
            "name": "Weekly quiz",
            # Listed after the other exam, so that the first exam in the list shows a result at once.
            "date": "2025-01-14",
            "start_time": "09:00",
            "duration": 15,
            "status": "ongoing",
            "instructions": "Six questions in 15 minutes, two attempts. Results come 30 minutes after submission.",
            "positive_marks": "2",
            "negative_marks": "0.5",
            "max_attempts": 2,
            "result_mode": "delayed",
            "result_delay": 30,
        },
        WEEKLY,
    ),
)


class DemoDataError(Exception):
    """The API refused the demo data."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


def load_accounts() -> dict[str, int]:
    """Write the accounts with their passwords; returns their ids by username."""
    # Imported here because printing the credentials must work without the layer's settings.
    from smartexam.accounts.passwords import hash_password  # noqa: PLC0415
    from smartexam.accounts.store.identity import create_user  # noqa: PLC0415
    from smartexam.platform.ids import next_id  # noqa: PLC0415

    user_ids = {}
    for account in ACCOUNTS:
        user_ids[account.username] = next_id("user")
        create_user(
            user_id=user_ids[account.username],
            username=account.username,
            email=account.email,
            first_name=account.first_name,
            last_name=account.last_name,
            role=account.role,
            password_hash=hash_password(account.password),
            roll_no=account.roll_no,
            now=time.time(),
        )
    return user_ids


@contextmanager
def required_second_factor(user_id: int) -> Iterator[None]:
    """Give an account a second factor in the block, if administrators need one; afterwards it has none."""
    from smartexam.accounts import totp  # noqa: PLC0415 - see `load_accounts`
    from smartexam.accounts.store import identity, second_factors  # noqa: PLC0415
    from smartexam.accounts.user import User  # noqa: PLC0415
    from smartexam.platform.settings import settings  # noqa: PLC0415

    def account() -> User:
        found = identity.get_user(user_id)
        if found is None:
            raise DemoDataError("the administrator is missing")
        return found

    if not settings().requires_admin_mfa:
        yield
        return
    secret = totp.new_secret()
    second_factors.begin_setup(account(), secret)
    second_factors.enable(account(), secret, step=0, recovery_codes=[totp.new_secret()])
    yield
    second_factors.disable(account())


class Administrator:
    """The demo administrator, signed in."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._token: str | None = None
        signed_in = self.post("/api/auth/login", {"username": ACCOUNTS[0].username, "password": ACCOUNTS[0].password})
        self._token = signed_in["data"]["access_token"]

    def post(self, path: str, content: Mapping[str, Any], *, as_form: bool = False) -> Any:
        """A route's answer.

        Raises:
            DemoDataError: anything but success.
        """
        kind = "application/x-www-form-urlencoded" if as_form else "application/json"
        return self._send(path, (urlencode(content) if as_form else json.dumps(content)).encode(), kind)

    def _send(self, path: str, body: bytes, kind: str) -> Any:
        headers = {"content-type": kind, "accept": "application/json"}
        if self._token is not None:
            headers["authorization"] = f"Bearer {self._token}"
        request = Request(f"{self._base_url}{path}", body, headers)  # noqa: S310 - always http, on loopback
        try:
            with urlopen(request, timeout=60) as response:  # noqa: S310 - as above
                return json.load(response)
        except HTTPError as error:
            with error:
                text = error.read().decode("utf-8", "replace")
                raise DemoDataError(f"POST {path}: {error.code} {text}", error.code) from None

    def upload_image(self, content: bytes) -> str:
        """The path of an image that is kept from now on.

        Raises:
            DemoDataError: anything but success.
        """
        boundary = "demo-picture"
        head = f'--{boundary}\r\ncontent-disposition: form-data; name="image"; filename="picture.png"\r\n'
        body = f"{head}content-type: image/png\r\n\r\n".encode() + content + f"\r\n--{boundary}--\r\n".encode()
        kept = self._send("/admin/images", body, f"multipart/form-data; boundary={boundary}")
        path: str = kept["image_path"]
        return path

    def create_category(self, name: str) -> dict[str, int]:
        """The field that puts an exam into a new category; empty if the API has no categories."""
        try:
            return {
                "category_id": self.post("/admin/categories/create", {"name": name}, as_form=True)["category"]["id"]
            }
        except DemoDataError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            return {}


def load_batches(admin: Administrator, user_ids: Mapping[str, int]) -> None:
    """Create the batches with their students.

    Raises:
        DemoDataError: the API refused something.
    """
    for name in dict.fromkeys(account.batch for account in ACCOUNTS if account.batch):
        batch_id = admin.post("/admin/batches/create", {"name": name})["batch"]["id"]
        members = [user_ids[account.username] for account in ACCOUNTS if account.batch == name]
        admin.post(f"/admin/batches/{batch_id}/students/add", {"user_ids": members})


def load_exams(admin: Administrator) -> None:
    """Create the category and the exams with their questions.

    Raises:
        DemoDataError: the API refused something.
    """
    category = admin.create_category(CATEGORY)
    for exam, questions in EXAMS:
        exam_id = admin.post("/admin/exams", {**exam, **category})["exam_id"]
        added = admin.post("/admin/questions/batch-add", {"exam_id": exam_id, "questions": questions})
        if added["added"] != len(questions):
            raise DemoDataError(f"{exam['name']}: {added}")


def load_papers(admin: Administrator) -> None:
    """Create an exam for each family of presets, with pictures, passages and translations.

    Raises:
        DemoDataError: the API refused something.
    """
    paths = {name: admin.upload_image(content) for name, content in demo_papers.pictures().items()}
    for day, paper in enumerate(demo_papers.PAPERS, 1):
        fields = {"date": f"2025-01-{day:02d}", "start_time": "09:00", "status": "ongoing", **paper["exam"]}
        created = admin.post("/admin/exams", fields)
        exam_id, sections = created["exam_id"], created["exam"]["sections"]
        sections = {section["name"]: section["id"] for section in sections}
        passages = [
            admin.post(f"/admin/exams/{exam_id}/passages", _pictured(each, paths))["passage"]["id"]
            for each in paper["passages"]
        ]
        questions = []
        for section, of_section in paper["questions"].items():
            for question in of_section:
                fields = _pictured({**question, "section_id": sections[section]}, paths)
                passage = fields.pop("passage", None)
                questions.append(fields if passage is None else {**fields, "passage_id": passages[passage]})
        added = admin.post("/admin/questions/batch-add", {"exam_id": exam_id, "questions": questions})
        if added["added"] != len(questions):
            raise DemoDataError(f"{paper['exam']['name']}: {added}")


def _pictured(fields: Mapping[str, Any], paths: Mapping[str, str]) -> dict[str, Any]:
    """Fields with the paths of uploaded images where they name pictures."""
    found: dict[str, Any] = {
        name: paths.get(value, value) if isinstance(value, str) else value for name, value in fields.items()
    }
    if "option_images" in found:
        found["option_images"] = {letter: paths[name] for letter, name in found["option_images"].items()}
    return found


def main() -> None:
    """Load everything into the stack with the given address."""
    user_ids = load_accounts()
    try:
        admin = Administrator(sys.argv[1])
        with required_second_factor(user_ids[ACCOUNTS[0].username]):
            load_batches(admin, user_ids)
            load_exams(admin)
            load_papers(admin)
    except DemoDataError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
