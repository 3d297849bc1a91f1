"""Values that must not leak, which occur nowhere else, and where each may be read.

They are searched for in raw bytes: of answers, files, events, log lines, prompts, mails and messages.
"""

import base64
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass

from pypdf import PdfReader

from tests.factories.events import Answer

# Secrets that belong to no account, and that nobody may read.
GENERAL = {
    "a password's hash": "$argon2",
    "a trace": "Traceback (most recent call last)",
    "where the code lies": "/layers/common/",
    "a table's name": "in-the-vault",
    "an AWS account": "123456789012",
}


@dataclass(frozen=True, slots=True)
class Sentinel:
    """One secret value.

    Attributes:
        kind: what it is, for allowances.
        owner: its owner's identity; "" if nobody's.
    """

    kind: str
    value: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Allowance:
    """Where a kind of value may be read.

    Attributes:
        kinds: an expression that its whole kind must match.
        by: "owner", "anybody", or a role that the reader must have.
        where: an expression that the whole name of the route must match.
        reason: why this is right.
    """

    kinds: str
    by: str
    where: str
    reason: str


ALLOWED = (
    Allowance("access token", "anybody", r"POST /api/auth/(login|refresh)", "whoever proves to be its owner gets one"),
    Allowance(
        "key.*|tolerance.*|solution.*|unreleased",
        "admin",
        r"\w+ /admin/(questions|api/audit).*",
        "admins keep questions",
    ),
    Allowance("address", "admin", r"POST /admin/students/update/{}", "it answers with the student"),
    Allowance(
        "address",
        "admin",
        r"GET /admin/(api/(users/search|requests/list|batches/{}/students)|students/export-csv)",
        "admins keep accounts",
    ),
    Allowance("reason", "admin", r"GET /admin/api/requests/list", "admins decide requests for access"),
    Allowance("address", "owner", r"GET /api/auth/me", "it is one's own"),
    Allowance("score", "admin", r"GET /admin/.*users-analytics/.*", "admins see results before their students"),
    Allowance("answer", "admin", r"GET /admin/users-analytics/download-result/{}", "the file holds what was answered"),
    Allowance(
        "key|solution", "admin", r"GET /admin/users-analytics/download-result/{}", "and what would have been right"
    ),
    Allowance("key|answer|solution", "owner", r"GET /response(-pdf)?/{}(/{})?", "the result is visible to who has it"),
    Allowance("draft", "owner", r"(GET /exam|POST /api/sync-exam-answers)/{}", "one's own answers so far"),
    Allowance("message", "owner", r"\w+ /api/chat/(conversations|messages/{}.*)", "a member reads the conversation"),
    Allowance("message", "owner", r"a frame after sendMessage", "a reply quotes what it answers"),
    Allowance("group", "owner", r"GET /api/chat/conversations", "a member sees the group"),
    Allowance("study", "owner", r"GET /api/assistant-init", "one's own questions to the assistant"),
)


def leaks(content: bytes, planted: Iterable[Sentinel], *, reader: str, role: str, where: str) -> list[str]:
    """The secrets in some content that must not be there: "kind of owner", and names of `GENERAL`.

    Args:
        content: the bytes.
        planted: all sentinels.
        reader: the reader's identity; "" for content without one, such as a log.
        role: roles of the reader.
        where: the route, or another name for where it was found.
    """
    found = [f"{kind}" for kind, value in GENERAL.items() if value.encode() in content]
    found += [
        f"{sentinel.kind} of {sentinel.owner}"
        for sentinel in planted
        if sentinel.value.encode() in content and not is_allowed(sentinel, reader=reader, role=role, where=where)
    ]
    return found


def is_allowed(sentinel: Sentinel, *, reader: str, role: str, where: str) -> bool:
    """Whether a reader may find a value at a place."""
    by = {"anybody", *role.split(","), *(["owner"] if sentinel.owner == reader else [])}
    return any(
        allowance.by in by
        and re.fullmatch(allowance.kinds, sentinel.kind) is not None
        and re.fullmatch(allowance.where, where) is not None
        for allowance in ALLOWED
    )


def content_of(answer: Answer) -> bytes:
    """All content of an answer: headers, cookies, body; of a PDF its text as well."""
    raw = answer.raw
    body = str(raw.get("body") or "").encode()
    if raw.get("isBase64Encoded"):
        body = base64.b64decode(body)
    if body.startswith(b"%PDF"):
        pages = PdfReader(io.BytesIO(body)).pages
        body += "\n".join(page.extract_text() for page in pages).encode()
    head = repr((answer.headers, answer.cookies)).encode()
    return head + b"\n" + body
