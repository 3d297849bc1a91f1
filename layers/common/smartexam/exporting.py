"""Everything that is stored of an account, for its owner: one registry over all slices.

For each step that erases an account (`smartexam.erasing.ACCOUNT_STEPS`) this says what its owner gets of it, or why
nothing; a test compares the two. Nobody else's data is in it, and no credential. Of results the owner gets what is
visible now.

While the owner sits an exam, what is closed to them then is left out: the results of that exam, every question of the
running paper, and all that they could have written down to look at now (messages, comments, the assistant's answers).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from smartexam.accounts.store import access_requests, batches, enrolments, refresh_tokens, sessions
from smartexam.accounts.user import User
from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.marks import display
from smartexam.catalog.store import exams, overrides
from smartexam.jobs.store import jobs
from smartexam.platform.errors import NotFound
from smartexam.platform.times import iso
from smartexam.results.report import report
from smartexam.sitting.in_progress import contains, sittings_in_progress
from smartexam.sitting.store import attempts, results
from smartexam.sitting.store.results import HistoryEntry
from smartexam.sitting.store.sitting_items import Sitting
from smartexam.talk.store import sockets, study
from smartexam.talk.store.discussions import reading
from smartexam.talk.store.messaging import blocks, connections, messages

_PAGE = 100

Row = Mapping[str, Any]


class Owner(msgspec.Struct, frozen=True):
    """Whose data it is, at which time, and what they sit then."""

    user: User
    time: ExamTime
    sitting: list[Sitting]


Rows = Callable[[Owner], Iterable[Row]]


class File(msgspec.Struct, frozen=True):
    """A file of an export, a JSON list.

    Attributes:
        rows: reads its rows.
        is_open: whether it is there while its owner sits an exam too.
    """

    name: str
    rows: Rows
    is_open: bool = True


def of_account(user: User, now: float) -> tuple[list[File], list[str], Owner]:
    """The files of an account's export, and the owner to read them for.

    In between are the names of the files that are left out because the owner sits an exam.
    """
    time = ExamTime.at(now)
    owner = Owner(user, time, sittings_in_progress(user.id, time))
    files = [file for each in EXPORTED.values() if not isinstance(each, str) for file in each]
    left_out = [file.name for file in files if owner.sitting and not file.is_open]
    return [file for file in files if file.name not in left_out], left_out, owner


def _account(owner: Owner) -> Iterator[Row]:
    user = owner.user
    yield {
        "id": user.id,
        "username": user.username,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "roll_no": user.roll_no,
        "role": user.role,
        "created_at": iso(user.created_at),
        "has_password": user.password_hash is not None,
        "google_account": user.google_sub,
        "has_second_factor": user.mfa_secret is not None,
        "added_by_a_roster_at": _iso(user.rostered_at),
    }


def _batches(owner: Owner) -> Iterator[Row]:
    for batch in batches.get_many(enrolments.batch_ids_of(owner.user.id)).values():
        yield {"id": batch.id, "name": batch.name}


def _role_requests(owner: Owner) -> Iterator[Row]:
    for each in access_requests.of_user(owner.user.id):
        yield {
            "id": each.id,
            "current_access": each.current_access,
            "requested_access": each.requested_access,
            "user_reason": each.user_reason,
            "status": each.status,
            "requested_at": iso(each.requested_at),
            "approved_access": each.approved_access,
            "denial_reason": each.denial_reason,
            "processed_at": _iso(each.processed_at),
        }


def _sessions(owner: Owner) -> Iterator[Row]:
    user_id, now = owner.user.id, owner.time.now
    for kind, found in (("web", sessions.of_user(user_id, now)), ("token", refresh_tokens.of_user(user_id, now))):
        for each in found:
            times = {"created_at": iso(each.created_at), "last_seen_at": iso(each.seen_at)}
            yield {"kind": kind, **times, "user_agent": each.user_agent}


def _connections_to_the_chat(owner: Owner) -> Iterator[Row]:
    for each in sockets.of_users([owner.user.id]).get(owner.user.id, ()):
        yield {"connected_at": iso(each.connected_at), "last_heard_at": iso(each.heard_at)}


def _overrides(owner: Owner) -> Iterator[Row]:
    for each in overrides.own_of_student(owner.user.id):
        yield {
            "exam_id": each.exam_id,
            "extra_minutes": each.extra_minutes,
            "extra_percent": each.extra_percent,
            "opens_at": _iso(each.opens_at),
            "closes_at": _iso(each.closes_at),
            "max_attempts": each.max_attempts,
            "reason": each.reason,
            "created_at": iso(each.created_at),
        }


def _sittings(owner: Owner) -> Iterator[Row]:
    for each in attempts.sittings_of(owner.user.id):
        yield {
            "exam_id": each.exam_id,
            "attempts_begun": each.attempt_number,
            "attempts_completed": each.completed,
            "last_attempt_started_at": iso(each.started_at),
            "is_in_progress": each.is_in_progress(owner.time),
        }


def _results(owner: Owner) -> Iterator[Row]:
    after: str | None = None
    while True:
        entries, after = results.list_history(owner.user.id, limit=_PAGE, after=after)
        known = exams.get_exams(sorted({entry.exam_id for entry in entries})) if entries else {}
        sat = {sitting.exam_id for sitting in owner.sitting}
        for entry in entries:
            exam = known.get(entry.exam_id)
            is_visible = (
                exam is not None and entry.exam_id not in sat and exam.shows_result(entry.completed_at, owner.time.now)
            )
            yield {**_attempt(entry), **(_result(owner, entry) if is_visible else {"is_visible": False})}
        if after is None:
            return


def _attempt(entry: HistoryEntry) -> Row:
    return {
        "id": entry.id,
        "exam_id": entry.exam_id,
        "exam_name": entry.exam_name,
        "attempt_number": entry.attempt_number,
        "started_at": iso(entry.started_at),
        "completed_at": iso(entry.completed_at),
    }


def _result(owner: Owner, entry: HistoryEntry) -> Row:
    score = entry.score
    counted = {
        "is_visible": True,
        "score": display(score.marks),
        "max_score": display(score.max_marks),
        "percentage": score.percentage,
        "grade": score.grade,
        "correct_answers": score.correct,
        "incorrect_answers": score.incorrect,
        "unanswered_questions": score.unanswered,
    }
    result = results.get_result(owner.user.id, entry.exam_id, entry.id)
    if result is None:
        return counted
    try:
        responses = report(result).responses
    except NotFound:  # the exam was deleted meanwhile
        return counted
    shown = [each for each in responses if not any(contains(sitting, each.question_id) for sitting in owner.sitting)]
    return {**counted, "responses": shown}


def _contacts(owner: Owner) -> Iterator[Row]:
    for each in connections.all_peers(owner.user.id):
        is_asker = each.requester_id == owner.user.id
        times = {"created_at": iso(each.created_at)}
        yield {"user_id": each.other_id, "status": each.status, "asked_by_me": is_asker, **times}


def _blocked(owner: Owner) -> Iterator[Row]:
    for other_id in sorted(blocks.of_user(owner.user.id).blocked):
        yield {"user_id": other_id}


def _messages(owner: Owner) -> Iterator[Row]:
    for each in messages.sent_by(owner.user.id):
        sent = {"id": each.id, "conv_id": each.conversation_id, "created_at": iso(each.sent_at)}
        yield {**sent, "message": each.text, "is_edited": each.is_edited}


def _comments(owner: Owner) -> Iterator[Row]:
    for question_id, each in reading.comments_of(owner.user.id):
        posted = {"id": each.id, "question_id": question_id, "created_at": iso(each.created_at)}
        yield {**posted, "message": each.message, "is_edited": each.is_edited}


def _assistant(owner: Owner) -> Iterator[Row]:
    for each in study.all_turns(owner.user.id, owner.time.now):
        yield {"question": each.question, "answer": each.answer, "asked_at": iso(each.asked_at)}


def _jobs(owner: Owner) -> Iterator[Row]:
    for job in jobs.of_owner(owner.user.id, owner.time.now):
        yield {"id": job.id, "kind": job.kind, "status": job.status, "created_at": iso(job.created_at)}


def _iso(moment: float | None) -> str | None:
    return None if moment is None else datetime.fromtimestamp(moment, UTC).isoformat().replace("+00:00", "Z")


# By the name of the step that erases it: its files, or why there is none.
EXPORTED: Mapping[str, tuple[File, ...] | str] = {
    "role requests": (File("role_requests", _role_requests),),
    "chat": (
        File("contacts", _contacts),
        File("blocked", _blocked),
        File("messages", _messages, is_open=False),
        File("chat_connections", _connections_to_the_chat),
    ),
    "batches": (File("batches", _batches),),
    "overrides": (File("overrides", _overrides),),
    "jobs": (File("jobs", _jobs),),
    "identity": (File("account", _account),),
    "credentials": (File("sessions", _sessions),),
    "tickets": "tickets are credentials, valid for a minute",
    "limits": "counts of uses, and answers to requests that are stored elsewhere",
    "sittings": (File("exams", _sittings), File("results", _results)),
    "result PDFs": "made from the results",
    "statistics": "computed from the results",
    "discussions": (File("comments", _comments, is_open=False),),
    "assistant": (File("assistant", _assistant, is_open=False),),
}
