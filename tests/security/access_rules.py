"""What each route may answer to whom about whose resources: the rows of the access matrix.

The contract says who may call a route (`tests/contract/routes.csv`). These rows say how to call it, and the result if
the resource is one's own, somebody else's, or does not exist.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.factories.forms import multipart
from tests.security.belongings import Belongings
from tests.security.gateway import anonymous

Parts = Callable[[Belongings], Any]
Status = int | Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Row:
    """One route.

    Attributes:
        path: names the belongings that it is called with: `/exam/{running}`.
        body: the JSON body, made of belongings.
        more: further arguments of the request; see `http_event`.
        own: the status for one's own resources, or if none is named.
        foreign: for somebody else's, by identity if it differs ("*" for the others); None if no owned resource is
            named.
        missing: for what does not exist; None if no resource is named.
        may_write: prefixes of keys that a refused call may still write.
        access: who may call it, for a route that is not in the contract.
    """

    method: str
    path: str
    body: Parts | None = None
    more: Mapping[str, Any] = field(default_factory=dict)
    own: Status = 200
    foreign: Status | None = None
    missing: Status | None = None
    may_write: str | tuple[str, ...] = ()
    access: str | None = None

    @property
    def name(self) -> str:
        """`GET /exam/{}`."""
        return anonymous(self.method, self.path)

    def request(self, things: Belongings) -> tuple[str, str, dict[str, Any]]:
        """Method, path and further arguments of a call that names these resources."""
        values = {name: getattr(things, name) for name in Belongings.__slots__}
        body = {} if self.body is None else {"body": self.body(things)}
        return self.method, self.path.format(**values), {**body, **self.more}

    def expected(self, identity: str, whose: str) -> int | None:
        """The status for an identity that may call the route; None if there is no such case."""
        status: Status | None = getattr(self, whose)
        return status if status is None or isinstance(status, int) else status.get(identity, status["*"])


def _fixed(content: Any) -> Parts:
    return lambda _: content


_ADMINS_MAY = {"*": 403, "admin": 200, "dual": 200}
_NOT_WHILE_SITTING = {"*": 403, "admin": 200}
_CSV = b"exam_id,question_text,option_a,option_b,correct_answer\r\n,What?,1,2,A\r\n"
_QUESTION = {"question_text": "What?", "option_a": "1", "option_b": "2", "correct_answer": "A"}
_EXAM = {"name": "New", "date": "2026-01-06", "start_time": "09:00", "duration": 60}
_COPY = {"name": "Copy", "date": "2026-02-06", "start_time": "09:00"}
_PASSAGE = {"text": "A train leaves a station."}
_PURE = {"mode": "pure", "exam_id": "1", "mcq_count": "1", "topic": "Motion"}
_SIGN_IN = "EPHEMERAL_TABLE:USER#"
_PASSWORD = "violet-Otter-47"
_NEW_PASSWORD = "another-Heron-81"


def _password_of(it: Belongings) -> dict[str, str]:
    return {"username": it.username, "password": _PASSWORD}


def _requester(it: Belongings) -> dict[str, str]:
    return {"username": it.username, "email": it.email}


SIGNING_IN = (
    Row("POST", "/api/auth/login", _password_of, missing=401, may_write=_SIGN_IN),
    Row("POST", "/api/auth/google", _fixed({"id_token": "a.b.c"}), own=401),
    Row("GET", "/api/auth/google/client", access="public"),
    Row("POST", "/login/google", _fixed({"id_token": "a.b.c", "nonce": "of-the-page"}), own=401, access="public"),
    Row("POST", "/api/auth/refresh", lambda it: {"refresh_token": it.refresh_token}, missing=401),
    Row("POST", "/api/auth/logout", lambda it: {"refresh_token": it.refresh_token}, missing=200),
    Row("GET", "/api/auth/me"),
    Row("POST", "/api/auth/mfa", _fixed({"mfa_token": "a", "code": "000000"}), own=401, access="public"),
    Row("POST", "/login", _password_of, missing=401, may_write=_SIGN_IN),
    Row("POST", "/admin/login", _fixed({"username": "admin", "password": _PASSWORD})),
    Row("POST", "/logout"),
)
ACCOUNT = (
    Row("POST", "/create_account", _fixed({"email": "new@example.org", "first_name": "New", "last_name": "Comer"})),
    Row("POST", "/api/set-password", lambda it: {"token": it.link, "password": _NEW_PASSWORD}, missing=400),
    Row("POST", "/api/request-password-reset", lambda it: {"email": it.email}, missing=200),
    Row("POST", "/api/validate-user-for-request", _requester, missing=404),
    Row(
        "POST",
        "/api/submit-access-request",
        lambda it: {
            **_requester(it),
            "current_access": it.role,
            "requested_access": "user,admin" if it.role != "user,admin" else "user",
            "user_reason": "I teach.",
        },
        own={"*": 200, "dual": 400},
        missing=404,
    ),
    Row("DELETE", "/api/account/access-request", own=404, access="auth"),
    Row("PUT", "/api/account/profile", _fixed({"first_name": "New", "last_name": "Name"}), access="auth"),
    Row(
        "POST",
        "/api/account/change-password",
        _fixed({"current_password": _PASSWORD, "new_password": _NEW_PASSWORD}),
        access="auth",
    ),
    Row("GET", "/api/account/sessions", access="auth"),
    Row("GET", "/api/account/export", own=202, access="auth"),
    Row("DELETE", "/api/account/sessions/{user_id}", own=404, access="auth"),
    Row("POST", "/api/account/sessions/end-others", access="auth"),
    Row("POST", "/api/account/mfa/setup", access="auth"),
    Row("POST", "/api/account/mfa/confirm", _fixed({"code": "000000"}), own=409, access="auth"),
    Row("POST", "/api/account/mfa/disable", _fixed({"password": _PASSWORD, "code": "000000"}), own=409, access="auth"),
    Row("POST", "/api/delete-account", _fixed({"confirm": "DELETE"})),
    Row("POST", "/_ping", own=204),
)
SITTING = (
    Row("GET", "/api/exams"),
    Row("GET", "/api/exams/{running}", foreign=200, missing=404),
    Row("GET", "/api/categories"),
    Row("GET", "/preload-exam/{running}", foreign=200, missing=404),
    Row("POST", "/start-exam/{spare}", foreign=200, missing=404),
    Row("GET", "/exam/{running}", foreign=400, missing=404),
    Row("POST", "/exam/{running}/next-section", own=400, foreign=400, missing=404, access="user"),
    Row(
        "POST",
        "/api/sync-exam-answers/{running}",
        lambda it: {"answers": {str(it.running_question): "12.5"}},
        foreign=400,
        missing=404,
    ),
    Row("POST", "/submit-exam/{running}", more={"headers": {"accept": "text/html"}}, own=302, foreign=400, missing=404),
    Row("GET", "/api/exam-attempts-status/{running}", foreign=200, missing=404),
    Row("GET", "/result/{sat}", foreign=404, missing=404),
    Row("GET", "/result/{sat}/{result}", foreign=404, missing=404),
    Row("GET", "/response/{sat}", foreign=404, missing=404),
    Row("GET", "/response/{sat}/{result}", foreign=404, missing=404),
    Row("GET", "/response-pdf/{sat}", foreign=404, missing=404),
    Row("GET", "/result-pending/{pending}", foreign=404, missing=404),
    Row("GET", "/result/{pending}", own=403, foreign=404),
    Row("GET", "/response/{pending}", own=403, foreign=404),
    Row("GET", "/response-pdf/{pending}", own=403, foreign=404),
    Row("GET", "/api/results"),
    Row("GET", "/api/analytics"),
    Row("GET", "/api/assistant-init"),
    Row("POST", "/api/study-chat", _fixed({"message": "What is g?"}), own=409),
    Row("POST", "/api/clear-chat-history"),
)
CHAT = (
    Row("GET", "/api/chat/search", more={"query": {"q": "fri"}}),
    Row(
        "POST",
        "/api/chat/request",
        lambda it: {"recipient_id": it.friend},
        own=409,
        foreign=200,
        missing=404,
        may_write="EPHEMERAL_TABLE:USER#",
    ),
    Row("GET", "/api/chat/requests/inbox"),
    Row("PUT", "/api/chat/request/{request}", _fixed({"action": "accept"}), foreign=403, missing=404),
    Row("GET", "/api/chat/conversations"),
    Row("GET", "/api/chat/messages/{conversation}", foreign=403, missing=403),
    Row("POST", "/api/chat/messages/{conversation}", _fixed({"message": "hello"}), foreign=403, missing=403),
    Row("PUT", "/api/chat/messages/{message}/edit", _fixed({"message": "changed"}), foreign=404, missing=404),
    Row("DELETE", "/api/chat/messages/{message}", foreign=404, missing=404),
    Row("PUT", "/api/chat/messages/{heard}/edit", _fixed({"message": "changed"}), own=403, foreign=404),
    Row("DELETE", "/api/chat/messages/{heard}", own=403, foreign=404),
    Row("POST", "/api/chat/conversations/{conversation}/read", foreign=403, missing=403),
    Row("GET", "/api/chat/unread_count"),
    Row("GET", "/api/chat/online_status", more={"query": {"ids": "1,2"}}),
    Row(
        "POST",
        "/api/chat/group",
        lambda it: {"name": "New", "member_ids": [it.friend]},
        foreign=403,
        missing=403,
    ),
    Row(
        "POST", "/api/chat/group/{group}/members", lambda it: {"user_id": it.friend}, own=409, foreign=403, missing=403
    ),
    Row("DELETE", "/api/chat/group/{group}/members/{friend}", foreign=403, missing=403),
    Row("DELETE", "/api/chat/group/{group}/exit", foreign=403, missing=403),
    Row("DELETE", "/api/chat/group/{group}", foreign=403, missing=403),
    Row("DELETE", "/api/chat/conversations/{conversation}/clear", foreign=403, missing=403),
    Row("DELETE", "/api/chat/friend/{friend}", foreign=404, missing=404),
    # Anybody may block and report anybody: what the other person owns does not change.
    Row(
        "POST",
        "/api/chat/block/{friend}",
        foreign=200,
        missing=404,
        may_write=("MESSAGING_TABLE:USER#", "EPHEMERAL_TABLE:USER#"),
    ),
    Row("DELETE", "/api/chat/block/{friend}", foreign=200, missing=200, may_write="MESSAGING_TABLE:USER#"),
    Row("GET", "/api/chat/blocked"),
    Row(
        "POST",
        "/api/chat/report",
        lambda it: {"user_id": it.friend, "reason": "Insults"},
        foreign=200,
        missing=404,
        may_write=("IDENTITY_TABLE:AUDIT", "EPHEMERAL_TABLE:USER#"),
    ),
    Row("POST", "/api/chat/ws-ticket"),
)
DISCUSSIONS = (
    Row("GET", "/api/discussion/{question}", foreign=200, missing=404),
    Row("POST", "/api/discussion/{question}", _fixed({"message": "a word"}), foreign=200, missing=404),
    Row("GET", "/api/discussion/{running_question}", own=_NOT_WHILE_SITTING, foreign=200),
    Row("POST", "/api/discussion/{running_question}", _fixed({"message": "a word"}), own=_NOT_WHILE_SITTING),
    Row("PUT", "/api/discussion/edit/{comment}", _fixed({"message": "changed"}), foreign=_ADMINS_MAY, missing=404),
    Row("DELETE", "/api/discussion/delete/{comment}", foreign=_ADMINS_MAY, missing=404),
    Row("POST", "/api/discussion/counts/bulk", lambda it: {"question_ids": [it.question]}, foreign=200, missing=200),
    Row("PUT", "/api/discussion/admin/pin/{comment}", missing=404),
    Row("PUT", "/api/discussion/admin/best/{comment}", missing=404),
)
ADMIN_CATALOG = (
    Row("GET", "/admin/exams"),
    Row("POST", "/admin/exams", _fixed(_EXAM)),
    Row("POST", "/admin/exams/edit/{spare}", _fixed({"name": "Other"}), missing=404),
    Row("POST", "/admin/exams/delete/{spare}", missing=404),
    Row("POST", "/admin/exams/{pending}/release-results", missing=404),
    Row("GET", "/admin/api/exams/{spare}", missing=404, access="admin"),
    Row("POST", "/admin/exams/{spare}/clone", _fixed(_COPY), missing=404, access="admin"),
    Row("GET", "/admin/api/exam-presets", access="admin"),
    Row("GET", "/admin/api/exams/{spare}/passages", missing=404, access="admin"),
    Row(
        "POST",
        "/admin/exams/{spare}/passages",
        _fixed({"text": "A train leaves a station."}),
        missing=404,
        access="admin",
    ),
    Row("POST", "/admin/passages/delete/{spare_passage}", missing=404, access="admin"),
    Row("GET", "/admin/questions"),
    Row("GET", "/admin/questions/get/{spare_question}", missing=404),
    Row("POST", "/admin/questions/add-ajax", lambda it: {"exam_id": it.spare, **_QUESTION}, missing=404),
    Row("POST", "/admin/questions/edit-ajax/{spare_question}", _fixed({"question_text": "Other?"}), missing=404),
    Row("POST", "/admin/questions/delete/{spare_question}", missing=404),
    Row("POST", "/admin/questions/delete-multiple", lambda it: {"ids": [it.spare_question]}, missing=200),
    Row(
        "POST",
        "/admin/questions/batch-add",
        lambda it: {"exam_id": it.spare, "questions": [_QUESTION]},
        missing=404,
    ),
    Row(
        "POST",
        "/admin/questions/bulk-update",
        lambda it: {"exam_id": it.spare, "question_type": "MCQ", "positive_marks": 2},
        missing=404,
    ),
    Row("GET", "/admin/questions/export-csv/{spare}", missing=404),
    Row("GET", "/admin/questions/export/{spare}", missing=404),
    Row("POST", "/admin/questions/import-csv", more=multipart({"exam_id": "1"}, {"csv_file": ("q.csv", _CSV)})),
    Row("POST", "/admin/images", _fixed({"content_type": "image/png"})),
    Row("GET", "/admin/api/categories"),
    Row("POST", "/admin/categories/create", _fixed({"name": "New"})),
    Row("POST", "/admin/categories/update/{category}", _fixed({"name": "Other"}), missing=404),
    Row("POST", "/admin/categories/delete/{category}", missing=404),
)
ADMIN_PEOPLE = (
    Row("GET", "/admin/api/users/search", more={"query": {"q": "user"}}),
    Row("GET", "/admin/api/users/stats"),
    Row("POST", "/admin/users/deactivate", lambda it: {"user_ids": [it.friend]}),
    Row("POST", "/admin/users/reactivate", lambda it: {"user_ids": [it.friend]}),
    Row("POST", "/admin/users/update-role", lambda it: {"user_id": it.friend, "new_role": "admin"}, missing=404),
    Row(
        "POST",
        "/admin/users/bulk-update-roles",
        lambda it: {"updates": [{"user_id": it.friend, "new_role": "admin"}]},
        missing=200,
    ),
    Row("GET", "/admin/api/users-analytics/stats"),
    Row("GET", "/admin/api/users-analytics/data"),
    Row("GET", "/admin/users-analytics/results"),
    Row("GET", "/admin/users-analytics/download-result/{result}", missing=404, own={"*": 200, "admin": 404}),
    Row("GET", "/admin/api/attempts/search"),
    Row(
        "POST",
        "/admin/attempts/modify",
        lambda it: {"student_id": it.user_id, "exam_id": it.sat, "action": "reset"},
        missing=404,
    ),
    Row(
        "POST",
        "/admin/attempts/bulk-modify",
        lambda it: {"items": [{"student_id": it.user_id, "exam_id": it.sat}], "action": "reset"},
        missing=200,
    ),
    Row("GET", "/admin/exams/{spare}/overrides", missing=404),
    Row("POST", "/admin/exams/{spare}/overrides", lambda it: {"user_id": it.friend, "extra_minutes": 5}, missing=404),
    Row("POST", "/admin/exams/{spare}/overrides/delete/{spare}", own=404, missing=404),
    Row("POST", "/admin/exams/{spare}/add-time", _fixed({"minutes": 5, "all": True}), missing=404),
    Row("GET", "/admin/api/requests/list"),
    Row("GET", "/admin/api/requests/stats"),
    Row("POST", "/admin/requests/approve/{access_request}", _fixed({"approved_access": "admin"}), missing=404),
    Row("POST", "/admin/requests/deny/{access_request}", _fixed({"reason": "No."}), missing=404),
    Row("GET", "/admin/api/audit", access="admin"),
    Row("GET", "/admin/api/analytics/rebuild", access="admin"),
    Row("POST", "/admin/api/analytics/rebuild", access="admin", own=202),
)
_ROSTER = b"name,email\r\nNew Comer,new.comer@example.org\r\n"
ADMIN_STUDENTS = (
    Row("GET", "/admin/api/batches"),
    Row("POST", "/admin/batches/create", _fixed({"name": "New"})),
    Row("POST", "/admin/batches/update/{batch}", _fixed({"name": "Other"}), missing=404),
    Row("POST", "/admin/batches/delete/{batch}", missing=404),
    Row("GET", "/admin/api/batches/{batch}/students", missing=404),
    Row("POST", "/admin/batches/{batch}/students/add", lambda it: {"user_ids": [it.friend]}, missing=404),
    Row("POST", "/admin/batches/{batch}/students/remove", lambda it: {"user_ids": [it.friend]}, missing=404),
    Row("POST", "/admin/students/update/{friend}", _fixed({"roll_no": "007"}), missing=404),
    Row("POST", "/admin/students/import-csv", more=multipart({}, {"csv_file": ("roster.csv", _ROSTER)})),
    Row("GET", "/admin/students/export-csv"),
)
JOBS = (
    Row("GET", "/admin/api/jobs"),
    Row("GET", "/admin/api/jobs/{job}", missing=404),
    Row("GET", "/api/jobs/{job}", foreign=404, missing=404),
)
ADMIN_GENERATION = (
    Row("POST", "/admin/ai-command-centre/generate", more={"form": _PURE}),
    Row(
        "POST",
        "/admin/ai-command-centre/upload-url",
        lambda it: {"mode": "extract", "exam_id": it.spare, "filename": "paper.pdf", "size": 1000},
        missing=404,
    ),
    Row("GET", "/admin/ai-command-centre/jobs/{job}", missing=404),
    Row(
        "POST",
        "/admin/ai-command-centre/save",
        lambda it: {"questions": [{"exam_id": it.spare, **_QUESTION}]},
        missing=404,
    ),
    Row("POST", "/admin/ai-command-centre/export-csv", lambda it: {"questions": [{"exam_id": 1, **_QUESTION}]}),
)
REFERENCE = (
    Row("GET", "/", own=302),
    Row("GET", "/api-docs"),
    Row("GET", "/asyncapi.json", access="public"),
    Row("GET", "/openapi.json"),
)

ROWS = (
    *SIGNING_IN,
    *ACCOUNT,
    *SITTING,
    *CHAT,
    *DISCUSSIONS,
    *ADMIN_CATALOG,
    *ADMIN_PEOPLE,
    *ADMIN_STUDENTS,
    *JOBS,
    *ADMIN_GENERATION,
    *REFERENCE,
)


def state_changing() -> Iterator[Row]:
    """Routes that can change something."""
    return (row for row in ROWS if row.method != "GET")
