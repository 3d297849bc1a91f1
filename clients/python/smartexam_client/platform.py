"""The platform's API for a student's program."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

from smartexam_client.answers import Answer
from smartexam_client.connection import ApiError, Connection
from smartexam_client.journal import FileJournal
from smartexam_client.models import Attempts, Exam, ExamDetail, HistoryEntry, Response, Result, User, shaped
from smartexam_client.sheet import AnswerSheet, Conflict, prefer_theirs
from smartexam_client.transport import HttpTransport, Transport

Document = dict[str, Any]


class ResultPendingError(Exception):
    """The result is not visible yet; `available_at` is ISO-8601, None while that depends on an admin."""

    def __init__(self, message: str, available_at: str | None) -> None:
        self.available_at = available_at
        super().__init__(message)


class ExamPlatform:
    """One student on one device. Every method raises ApiError and ConnectionLostError."""

    def __init__(self, base_url: str, transport: Transport | None = None) -> None:
        """`base_url` is http(s)://host[:port], else ValueError; `transport` replaces HTTP."""
        self._transport = transport or HttpTransport(base_url)
        self.connection = Connection(self._transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._transport.close()

    def sign_in(self, username: str, password: str) -> User:
        """Signs in by username or address; the tokens are kept and renewed."""
        return shaped(User, self.connection.sign_in(username, password))

    def exams(self, *, status: str | None = None, category_id: int | None = None) -> Iterator[Exam]:
        """Exams, the latest date first; pages are fetched as they are needed."""
        for document in self._pages("/api/exams", "exams", status=status, category_id=category_id):
            yield shaped(Exam, document)

    def exam(self, exam_id: int) -> tuple[ExamDetail, Attempts]:
        """An exam, and the student's attempts at it."""
        document = self.connection.get(f"/api/exams/{exam_id}")
        return shaped(ExamDetail, document["exam"]), shaped(Attempts, document["attempts"])

    def sit(
        self,
        exam_id: int,
        *,
        keep_in: Path | None = None,
        resolve: Callable[[Conflict], Answer | None] = prefer_theirs,
    ) -> AnswerSheet:
        """Starts an attempt or resumes the running one; call the sheet's `open` for the paper.

        `keep_in` is a folder for answers that the server has not confirmed, one file per student and exam.
        """
        self.connection.post(f"/start-exam/{exam_id}")
        journal = FileJournal(keep_in / f"user-{self.connection.user_id}-exam-{exam_id}.json") if keep_in else None
        return AnswerSheet(self.connection, exam_id, journal, resolve)

    def result(self, exam_id: int, result_id: int | None = None) -> Result:
        """The latest result of an exam, or the one with this id; ResultPendingError until it is visible."""
        return shaped(Result, self._gated("result", exam_id, result_id)["result"])

    def responses(self, exam_id: int, result_id: int | None = None) -> list[Response]:
        """The same result question by question, in the paper's order; ResultPendingError until it is visible."""
        return [shaped(Response, each) for each in self._gated("response", exam_id, result_id)["responses"]]

    def results(self) -> Iterator[HistoryEntry]:
        """All results, newest first; pages are fetched as they are needed."""
        for document in self._pages("/api/results", "results"):
            yield shaped(HistoryEntry, document)

    def _gated(self, kind: str, exam_id: int, result_id: int | None) -> Document:
        path = f"/{kind}/{exam_id}" if result_id is None else f"/{kind}/{exam_id}/{result_id}"
        try:
            return self.connection.get(path)
        except ApiError as error:
            if not error.document.get("result_pending"):
                raise
            raise ResultPendingError(str(error.document["message"]), error.document.get("available_at")) from error

    def _pages(self, path: str, name: str, **query: str | int | None) -> Iterator[Document]:
        cursor: str | None = None
        while True:
            asked = {key: value for key, value in {**query, "cursor": cursor}.items() if value is not None}
            page = self.connection.get(f"{path}?{urlencode(asked)}" if asked else path)
            yield from page[name]
            cursor = page["next_cursor"]
            if cursor is None:
                return
