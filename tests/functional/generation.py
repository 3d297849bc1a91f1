"""Helpers for tests of question generation."""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any

import boto3
import pytest

from admin_ai.app import api, lambda_handler
from language_model import client
from smartexam.platform import storage
from smartexam.platform.settings import settings
from tests.factories.clock import FrozenClock
from tests.factories.events import Answer, send
from tests.factories.model_server import ModelServer, Reply, Script, serving
from tests.factories.users import access_token, create_user

BUCKET = "uploads-test"
IMAGES_BUCKET = "images-test"
BASE = "/admin/ai-command-centre"
Serve = Callable[[Script], ModelServer]


class Admin:
    """An admin who calls the function."""

    def __init__(self, clock: FrozenClock) -> None:
        self.clock = clock
        self.user = create_user(role="admin")

    def call(self, method: str, path: str, **request: Any) -> Answer:
        return send(lambda_handler, method, BASE + path, token=access_token(self.user, self.clock.now()), **request)

    def generate(self, pdf: bytes | None = None, **fields: Any) -> Answer:
        body, content_type = multipart(fields, {} if pdf is None else {"pdf_file": ("paper.pdf", pdf)})
        return self.call("POST", "/generate", body=body, headers={"content-type": content_type})

    def job(self, job_id: int) -> Answer:
        return self.call("GET", f"/jobs/{job_id}")


def multipart(fields: Mapping[str, Any], files: Mapping[str, tuple[str, bytes]]) -> tuple[bytes, str]:
    """A multipart body and its content type."""
    out = io.BytesIO()
    for name, value in fields.items():
        out.write(f'--frontier\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    for name, (filename, content) in files.items():
        head = f'--frontier\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        out.write(f"{head}Content-Type: application/pdf\r\n\r\n".encode() + content + b"\r\n")
    out.write(b"--frontier--\r\n")
    return out.getvalue(), "multipart/form-data; boundary=frontier"


@pytest.fixture
def admin(tables: dict[str, str], clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Admin:
    monkeypatch.setattr(api, "clock", clock)
    return Admin(clock)


@pytest.fixture
def bucket(tables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An empty bucket in moto, which the functions know; a client to look into it."""
    monkeypatch.setenv("UPLOADS_BUCKET", BUCKET)
    settings.cache_clear()
    storage._client.cache_clear()
    found = boto3.client("s3", region_name="us-east-1")
    found.create_bucket(Bucket=BUCKET)
    yield found
    for item in found.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        found.delete_object(Bucket=BUCKET, Key=item["Key"])
    found.delete_bucket(Bucket=BUCKET)


@pytest.fixture
def images_bucket(tables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An empty bucket for images in moto; returns a client for it."""
    monkeypatch.setenv("IMAGES_BUCKET", IMAGES_BUCKET)
    monkeypatch.setenv("IMAGES_BASE_URL", "https://images.test")
    settings.cache_clear()
    storage._client.cache_clear()
    found = boto3.client("s3", region_name="us-east-1")
    found.create_bucket(Bucket=IMAGES_BUCKET)
    yield found
    for item in found.list_objects_v2(Bucket=IMAGES_BUCKET).get("Contents", []):
        found.delete_object(Bucket=IMAGES_BUCKET, Key=item["Key"])
    found.delete_bucket(Bucket=IMAGES_BUCKET)


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Start a model server that answers as a script says; the functions have a key to it."""
    with ExitStack() as opened:

        def start(script: Script) -> ModelServer:
            server = ModelServer(script)
            monkeypatch.setenv("GROQ_BASE_URL", opened.enter_context(serving(server)))
            monkeypatch.setenv("GROQ_API_KEY", "a-key")
            settings.cache_clear()
            return server

        yield start
    client._client.cache_clear()


def is_solver(request: Mapping[str, Any]) -> bool:
    """Whether a request is the independent solution."""
    return "You solve" in request["messages"][0]["content"]


def written(*items: Mapping[str, Any]) -> str:
    """The model's answer with these questions."""
    return json.dumps({"questions": list(items)})


def solved(*answers: Any) -> str:
    """The model's answer of an independent solution."""
    return json.dumps({"answers": [{"id": number, "answer": answer} for number, answer in enumerate(answers, 1)]})


def mcq(text: str, answer: str = "B", **fields: Any) -> dict[str, Any]:
    """An MCQ as the model writes it."""
    options = {"option_a": "1", "option_b": "2", "option_c": "3", "option_d": "4"}
    return {"question_type": "MCQ", "question_text": text, **options, "correct_answer": answer, **fields}


__all__ = ["Admin", "Reply", "admin", "bucket", "images_bucket", "serve"]
