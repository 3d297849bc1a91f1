"""Exams for students: list, start or resume, save answers, submit. A lost connection loses no answer."""

from datetime import UTC, datetime

from exams import listing, running, saving, starting, submitting
from exams.audience import require_enrolled
from exams.models import (
    ActiveStatus,
    CategoryList,
    EnteredSection,
    ExamAnswer,
    ExamList,
    ExamQuery,
    IdleStatus,
    NextSectionBody,
    PaperAnswer,
    Preloaded,
    StartBody,
    StartedAttempt,
    Submitted,
    SyncBody,
    Synced,
)
from smartexam.accounts import sessions
from smartexam.accounts.authenticate import missing_factor
from smartexam.api import Access, Api, Reply, Request, redirect
from smartexam.catalog import shown_paper
from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.grants import window
from smartexam.catalog.images import image_url
from smartexam.catalog.store import overrides
from smartexam.catalog.store.listings import Wanted
from smartexam.platform import cursors
from smartexam.platform.times import iso
from smartexam.sitting import sections
from smartexam.sitting.ending import current_sitting
from smartexam.sitting.store.sitting_items import OPEN

# Whoever still has to set up a second factor goes on with the attempt that runs, but begins none.
api = Api("exams", before_enrolling=True)

# Keeps students signed in who submit late or read the result.
_AFTER_DEADLINE_SECONDS = 30 * 60


@api.get("/api/exams", access=Access.USER, query=ExamQuery, answers=ExamList)
def list_exams(request: Request, query: ExamQuery) -> ExamList:
    """List the exams for the caller, the latest date first.

    `status` selects by the state for the caller now: `upcoming` (cannot be started yet), `ongoing` (can), or
    `completed` (cannot any more).

    Raises:
        BadRequest: `invalid_cursor`, if it is not from this list.
    """
    wanted = Wanted(
        query.status, query.category_id, query.q.strip(), cursors.decode("exams", query.cursor), query.limit
    )
    found, place = listing.list_exams(wanted, request.caller.user_id, ExamTime.at(request.now))
    return ExamList(found, cursors.encode("exams", place))


@api.get("/api/exams/<exam_id>", access=Access.USER, answers=ExamAnswer)
def get_exam(request: Request, exam_id: int) -> ExamAnswer:
    """Get an exam and the caller's attempts at it.

    It has the instructions and the rules; the questions are served only after the start, by `GET /exam/{exam_id}`.

    Raises:
        NotFound: `exam_not_found`.
        Forbidden: `not_enrolled`, the caller is not in the exam's audience.
    """
    user_id, time = request.caller.user_id, ExamTime.at(request.now)
    exam, granted, batch_ids = overrides.find(exam_id, user_id)
    require_enrolled(exam, batch_ids)
    rules = window(exam, granted, time.timezone)
    mine = current_sitting(user_id, exam_id, time)
    return ExamAnswer(listing.detail(exam, rules, time), listing.attempt_counts(rules, mine))


@api.get("/api/categories", access=Access.USER, answers=CategoryList)
def list_categories(request: Request) -> CategoryList:
    """List the categories of exams.

    Send an `id` as `category_id` to `GET /api/exams` to list the exams of a category.
    """
    del request
    return CategoryList(listing.list_categories())


@api.get("/preload-exam/<exam_id>", access=Access.USER, answers=Preloaded)
def preload_exam(request: Request, exam_id: int) -> Preloaded:
    """Compile an exam's paper, so that the first start does not wait for it.

    Clients call it shortly before the exam opens. The answer has the number of questions, but no question.

    Raises:
        BadRequest: `pool_too_small` for what is drawn, or `marks_too_fine`.
        NotFound: `exam_not_found`, or `exam_without_questions`.
        Forbidden: `not_enrolled`, the caller is not in the exam's audience.
    """
    return Preloaded(listing.preload(exam_id, request.caller.user_id))


@api.post("/start-exam/<exam_id>", access=Access.USER, takes=StartBody, forms=True, answers=StartedAttempt)
def start_exam(request: Request, exam_id: int, body: StartBody) -> Reply:
    """Start an attempt, or resume the one in progress.

    It can be repeated: any number of calls, also at the same time, leave one attempt in progress, and each is answered
    with it. Fetch the paper with `GET /exam/{exam_id}` afterwards. A start needs the exam's access code if
    `needs_access_code` is true; resuming needs none. A cookie session is extended to half an hour after the deadline.

    Raises:
        BadRequest: `max_attempts_reached`, `exam_not_started`, `exam_ended`, `pool_too_small` for
            what is drawn, or `marks_too_fine`.
        Forbidden: `not_enrolled`; `access_code_required`, or `access_code_wrong`; `mfa_setup_required`.
        NotFound: `exam_not_found`, or `exam_without_questions`.
        RateLimited: `rate_limited`, five access codes were wrong within ten minutes.
    """
    mine, resumed = starting.start(
        request.caller.user_id,
        exam_id,
        ExamTime.at(request.now),
        body.access_code,
        barred=missing_factor(request.caller),
    )
    started = (
        StartedAttempt(f"/exam/{exam_id}", resumed=True, attempt_id=mine.attempt_id)
        if resumed
        else StartedAttempt(
            f"/exam/{exam_id}",
            resumed=False,
            attempt_id=mine.attempt_id,
            attempt_number=mine.attempt_number,
            fresh_start=True,
        )
    )
    return Reply(started, cookies=sessions.keep_until(request, mine.deadline + _AFTER_DEADLINE_SECONDS))


@api.get("/exam/<exam_id>", access=Access.USER, answers=PaperAnswer)
def get_paper(request: Request, exam_id: int) -> PaperAnswer:
    """Get the paper of the attempt in progress, with the answers saved so far.

    Clients call it after the start, and again after a reload to restore their state. Count down from
    `remaining_seconds` with a monotonic clock, because a device's time of day may be wrong. The paper has no correct
    answers and no tolerances.

    Raises:
        BadRequest: `no_attempt` is in progress, or `exam_time_over`.
        NotFound: `exam_not_found`.
    """
    found = running.open_paper(request.caller.user_id, exam_id, ExamTime.at(request.now))
    mine, paper, layout, draft = found.sitting, found.paper, found.layout, found.draft
    return PaperAnswer(
        attempt_id=mine.attempt_id,
        attempt_number=mine.attempt_number,
        exam=shown_paper.client_exam(paper),
        questions=shown_paper.client_questions(paper, layout, image_url),
        sections=sections.states(paper, mine, layout.order, request.now),
        passages=shown_paper.client_passages(paper, layout, image_url),
        answers=draft.answers,
        markedForReview=draft.marked,
        visited=draft.visited,
        seconds=draft.seconds,
        revision=mine.revision,
        remaining_seconds=mine.remaining_seconds(request.now),
        deadline=iso(mine.deadline),
        server_time=iso(request.now),
    )


@api.post("/exam/<exam_id>/next-section", access=Access.USER, takes=NextSectionBody, answers=EnteredSection)
def next_section(request: Request, exam_id: int, body: NextSectionBody) -> EnteredSection:
    """Leave the open timed section for the next one.

    There is no way back, and the section's remaining time is lost. Send the section to leave as `from`, so that
    repeating the call after a lost answer does not leave two.

    Raises:
        BadRequest: `not_that_section`: the open one is the last, or another than `from`; `no_attempt` is in progress;
            `exam_time_over`.
        NotFound: `exam_not_found`.
    """
    mine, paper = running.next_section(request.caller.user_id, exam_id, body.left, ExamTime.at(request.now))
    state = sections.states(paper, mine, (), request.now)[mine.section]
    return EnteredSection(state.id, state.remaining_seconds)


@api.post("/api/sync-exam-answers/<exam_id>", access=Access.USER, takes=SyncBody, answers=Synced)
def sync_answers(request: Request, exam_id: int, body: SyncBody) -> Synced:
    """Save answers and marks for review.

    Send changes with `"partial": true`: only the questions that are named change, and null clears an answer. Without
    `partial` the body is the client's whole state, and answers that it leaves out are cleared. One sync takes up to 500
    answers.

    `rejected` lists what could not be saved and why; everything else is saved. Keep answers on the device until a sync
    confirms them, and repeat it after a lost connection. With the last `revision` seen, a device that another one has
    overtaken gets 409 `stale_revision` with the server's state to merge, instead of overwriting it. In the grace period
    after the deadline, answers can be added and changed, but not removed.

    Raises:
        BadRequest: `nothing_to_save`; `too_many_answers` in one sync; `no_attempt` is in progress.
        NotFound: `exam_not_found`.
        Conflict: `stale_revision`, with the server's `revision`, `answers`, `markedForReview` and `remaining_seconds`;
            `exam_time_over`: the attempt is closed with what was saved before.
    """
    taken = saving.sync(request.caller.user_id, exam_id, body, ExamTime.at(request.now))
    mine = taken.sitting
    return Synced(
        saved=taken.saved,
        rejected=taken.rejected,
        revision=mine.revision,
        remaining_seconds=mine.remaining_seconds(request.now),
        server_time=iso(request.now),
    )


@api.post("/submit-exam/<exam_id>", access=Access.USER, answers=Submitted, also={302: None})
def submit_exam(request: Request, exam_id: int) -> Submitted | Reply:
    """End the attempt and grade the answers saved last.

    Sync unconfirmed answers first; no body is needed. Repeating the call, also from several devices or after time
    closed the attempt, returns the same result. `visible` says whether `GET /result/{exam_id}` shows it already. A
    browser that asks for HTML is redirected there.

    Raises:
        BadRequest: `no_attempt`.
        NotFound: `exam_not_found`.
    """
    exam, completed_at, result_id = submitting.submit(request.caller.user_id, exam_id, ExamTime.at(request.now))
    visible = exam.shows_result(completed_at, request.now)
    location = f"/result/{exam_id}" if visible else f"/result-pending/{exam_id}"
    if request.awaits_page:
        return redirect(location)
    return Submitted(result_id, location, exam.result_mode, visible)


@api.get("/api/exam-attempts-status/<exam_id>", access=Access.USER, answers=ActiveStatus | IdleStatus)
def get_attempts_status(request: Request, exam_id: int) -> ActiveStatus | IdleStatus:
    """Get how many attempts are used, running and left.

    An attempt in progress counts as used. With any number of attempts, `max_attempts` is 0 and `attempts_remaining` -1.

    Raises:
        NotFound: `exam_not_found`.
    """
    user_id, time = request.caller.user_id, ExamTime.at(request.now)
    exam, granted, batch_ids = overrides.find(exam_id, user_id)
    rules = window(exam, granted, time.timezone)
    mine = current_sitting(user_id, exam_id, time)
    counts = listing.attempt_counts(rules, mine)
    if mine is not None and mine.status == OPEN:
        return ActiveStatus(
            attempt_id=mine.attempt_id,
            attempt_number=mine.attempt_number,
            start_time=datetime.fromtimestamp(mine.started_at, UTC).strftime("%Y-%m-%d %H:%M:%S"),
            completed_count=counts.completed_count,
            max_attempts=counts.max_attempts,
            attempts_remaining=counts.attempts_remaining,
        )
    return IdleStatus(
        completed_count=counts.completed_count,
        max_attempts=counts.max_attempts,
        attempts_remaining=counts.attempts_remaining,
        can_start_new=counts.attempts_remaining != 0
        and exam.question_count > 0
        and exam.admits(batch_ids)
        and rules.state(time.now) == "ongoing",
    )


lambda_handler = api.handler
