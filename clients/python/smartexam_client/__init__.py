"""A client of the exam platform that loses no answer: see `README.md` beside this package."""

from smartexam_client.answers import Answer
from smartexam_client.autosync import AutoSync
from smartexam_client.connection import ApiError, Connection
from smartexam_client.journal import FileJournal, Journal
from smartexam_client.models import (
    Attempts,
    Exam,
    ExamDetail,
    HistoryEntry,
    Paper,
    Question,
    Response,
    Result,
    Submission,
    User,
)
from smartexam_client.platform import ExamPlatform, ResultPendingError
from smartexam_client.sheet import AnswerSheet, Conflict, Synced
from smartexam_client.transport import Call, ConnectionLostError, HttpTransport, Reply, Transport

__all__ = [
    "Answer",
    "AnswerSheet",
    "ApiError",
    "Attempts",
    "AutoSync",
    "Call",
    "Conflict",
    "Connection",
    "ConnectionLostError",
    "Exam",
    "ExamDetail",
    "ExamPlatform",
    "FileJournal",
    "HistoryEntry",
    "HttpTransport",
    "Journal",
    "Paper",
    "Question",
    "Reply",
    "Response",
    "Result",
    "ResultPendingError",
    "Submission",
    "Synced",
    "Transport",
    "User",
]
