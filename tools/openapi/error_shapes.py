"""Shapes of errors: the one that all have, and those with further fields."""

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from tools.openapi.vocabulary import LATER


class Error(Struct, kw_only=True):
    """Every error has at least these fields; clients ignore fields that they do not know."""

    status: Literal["error"] = "error"
    success: bool = False
    message: str
    code: str | UnsetType = UNSET


class FieldFault(Struct):
    """What is wrong with one field of a request.

    Attributes:
        field: Name of the field as it was sent; `questions[2].marks` for a field within a list, "" for the whole body.
        message: What is wrong with it, for people.
    """

    field: str
    message: str


class InvalidFieldsError(Error, kw_only=True):
    """Fields of the request are missing or not of their type; `errors` has all that are known to be wrong.

    Attributes:
        errors: One entry for each field that is wrong.
    """

    code: Literal["invalid_fields"] = "invalid_fields"
    errors: list[FieldFault]


class NotSignedInError(Error, kw_only=True):
    """The request has no credentials, or credentials that are expired, revoked or not the server's.

    Attributes:
        reason: Always `no_session`, for clients that only check whether they are signed in.
    """

    code: Literal["authentication_required", "token_expired_or_invalid"] = "authentication_required"
    reason: Literal["no_session"] = "no_session"


class InvalidCredentialsError(Error, kw_only=True):
    """The name or the password is wrong; which of them is not told.

    Attributes:
        attempts_remaining: Failures that are left before this name is locked at this address for 15 minutes, 0 to 2.
    """

    code: Literal["invalid_credentials"] = "invalid_credentials"
    attempts_remaining: int


class WrongPasswordError(Error, kw_only=True):
    """The caller's own password is wrong; it counts like a failed sign-in.

    Attributes:
        attempts_remaining: Failures that are left before the account is locked at this address for 15 minutes, 0 to 2.
    """

    code: Literal["wrong_password"] = "wrong_password"
    attempts_remaining: int


class SignInLockedError(Error, kw_only=True):
    """Three sign-ins failed: this name is locked at this address.

    Attributes:
        minutes_remaining: Minutes until the lock ends, rounded up, 1 to 15; `Retry-After` has the seconds.
    """

    code: Literal["sign_in_locked"] = "sign_in_locked"
    minutes_remaining: int


class MfaRequiredError(Error, kw_only=True):
    """The password is right, and the account has a second factor: go on with `POST /api/auth/mfa`."""

    code: Literal["mfa_required"] = "mfa_required"
    mfa_token: str


class ResultPendingError(Error, kw_only=True):
    """The result exists and is not visible yet.

    Attributes:
        result_pending: Always true.
    """

    code: Literal["result_pending"] = "result_pending"
    result_pending: bool = True
    available_at: str | None


class StaleRevisionError(Error, kw_only=True):
    """Another device or tab saved after the `revision` that was sent; nothing of this sync was saved.

    The fields are the server's state: merge the local changes into it and sync again with the new `revision`.
    """

    code: Literal["stale_revision"] = "stale_revision"
    revision: int
    answers: dict[str, str | list[str]]
    markedForReview: list[int]  # noqa: N815 - the API's spelling
    remaining_seconds: int


class ImportRefusedError(Error, kw_only=True):
    """An import with `atomic=1` in which rows are wrong: nothing was stored.

    Attributes:
        inserted: Rows that were imported: always 0.
        skipped: Rows that cannot be imported.
        errors: Each wrong row with its number in the file, the header being row 1.
    """

    code: Literal["import_refused"] = "import_refused"
    inserted: int
    skipped: int
    errors: list[str]


class FileTooLargeError(Error, kw_only=True):
    """The file is larger than what is read.

    Attributes:
        max_size: Bytes that a file may have.
    """

    code: Literal["file_too_large"] = "file_too_large"
    max_size: int


class ExamNotFoundError(Error, kw_only=True):
    """There is no such exam, or none that the caller may know of.

    Attributes:
        exam_id: Id of the first exam that does not exist, where a body names several.
    """

    exam_id: int | UnsetType = UNSET


class DailyLimitReachedError(Error, kw_only=True):
    """The questions of this day to the study assistant are used up.

    Attributes:
        limit_reached: Always true.
    """

    code: Literal["daily_limit_reached"] = "daily_limit_reached"
    limit_reached: bool = True


class LanguageInUseError(Error, kw_only=True):
    """A language that questions or passages have texts in would be removed from an exam.

    Attributes:
        questions: How many questions have texts in it.
        passages: How many passages have texts in it.
    """

    code: Literal["language_in_use"] = "language_in_use"
    questions: int
    passages: int


class ServerError(Error, kw_only=True):
    """Something is wrong with the server; nothing of it is told.

    Attributes:
        request_id: Quote it to the operators, who find the request by it.
    """

    request_id: str


_SHAPES: dict[str, type[Error]] = {
    "invalid_fields": InvalidFieldsError,
    "authentication_required": NotSignedInError,
    "token_expired_or_invalid": NotSignedInError,
    "invalid_credentials": InvalidCredentialsError,
    "wrong_password": WrongPasswordError,
    "sign_in_locked": SignInLockedError,
    "mfa_required": MfaRequiredError,
    "result_pending": ResultPendingError,
    "stale_revision": StaleRevisionError,
    "import_refused": ImportRefusedError,
    "language_in_use": LanguageInUseError,
    "file_too_large": FileTooLargeError,
    "exam_not_found": ExamNotFoundError,
    "daily_limit_reached": DailyLimitReachedError,
}
ALL = tuple(dict.fromkeys((Error, ServerError, *_SHAPES.values())))
_EXAMPLES: dict[str, dict[str, Any]] = {
    "invalid_fields": {"errors": [{"field": "name", "message": "This field is required"}]},
    "authentication_required": {"reason": "no_session"},
    "token_expired_or_invalid": {"reason": "no_session"},
    "invalid_credentials": {"attempts_remaining": 2},
    "wrong_password": {"attempts_remaining": 2},
    "sign_in_locked": {"minutes_remaining": 15},
    "mfa_required": {"mfa_token": "42.Zk3xQ9vT5wYbL7cPfD1sHgE9uA3oIq6R"},
    "result_pending": {"result_pending": True, "available_at": LATER},
    "stale_revision": {
        "revision": 13,
        "answers": {"101": "C", "102": ["A", "C"], "103": "42.5"},
        "markedForReview": [104],
        "remaining_seconds": 8130,
    },
    "import_refused": {
        "inserted": 0,
        "skipped": 1,
        "errors": ["Row 5: correct_answer: D is not one of the filled options"],
    },
    "language_in_use": {"questions": 12, "passages": 1},
    "file_too_large": {"max_size": 41943040},
    "exam_not_found": {},
    "daily_limit_reached": {"limit_reached": True},
}


def name_of(code: str) -> str:
    """The name of the shape that errors with a code have."""
    return _SHAPES.get(code, Error).__name__


def fields_of(code: str) -> frozenset[str]:
    """The fields that errors with a code have beside those of all errors."""
    return frozenset(_SHAPES.get(code, Error).__struct_fields__) - frozenset(Error.__struct_fields__)


def example_of(code: str) -> dict[str, Any]:
    """Example values of these fields."""
    return _EXAMPLES.get(code, {})
