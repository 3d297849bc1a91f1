"""Everything that is deleted with an account or an exam: one registry over all slices.

A step deletes one kind of item in bounded pieces. It can be stopped anywhere, repeated, and run twice at the same time:
it looks for what exists and deletes it, and deletes last the items by which it finds the others. Every new kind of item
that belongs to an account or an exam needs a step in its slice and a line here, and one in `smartexam.exporting`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from smartexam.accounts.store import erasing as accounts
from smartexam.catalog.store import erasing as catalog
from smartexam.catalog.store import overrides
from smartexam.jobs.store import erasing as jobs
from smartexam.limits.store import erasing as limits
from smartexam.results.store import sheets, tallies
from smartexam.sitting.store import erasing as sitting
from smartexam.talk.store import sockets, study
from smartexam.talk.store.discussions import erasing as discussions
from smartexam.talk.store.messaging import erasing as messaging

# Deletes what belongs to the account or exam with this id, piece by piece; yields after each.
Step = Callable[[int], Iterator[None]]


def _in_pieces(erase_piece: Callable[[int], bool]) -> Step:
    """The step that repeats `erase_piece` until it returns that nothing is left."""

    def step(subject_id: int) -> Iterator[None]:
        while erase_piece(subject_id):
            yield

    return step


# Items are deleted before the items by which they are found. The stream also removes results from the statistics, but
# only from generations that are kept up to date.
# By name; `smartexam.exporting` says for each what the owner gets of it.
ACCOUNT_STEPS: Mapping[str, Step] = {
    "role requests": _in_pieces(accounts.erase_access_requests),
    "chat": _in_pieces(messaging.erase_user),
    "batches": _in_pieces(accounts.erase_enrolment),
    "overrides": _in_pieces(overrides.erase_of_student),
    "jobs": _in_pieces(jobs.erase_user),
    "identity": _in_pieces(accounts.erase_identity),
    "credentials": _in_pieces(accounts.erase_credentials),
    "tickets": _in_pieces(sockets.erase_tickets),
    "limits": _in_pieces(limits.erase_user),
    "sittings": _in_pieces(sitting.erase_user),
    "result PDFs": _in_pieces(sheets.erase_of_student),
    "statistics": _in_pieces(tallies.erase_user),
    "discussions": _in_pieces(discussions.erase_user),
    "assistant": _in_pieces(study.forget_turns),
}

# Running attempts first: students could otherwise go on working on an exam that is gone. Discussions after the
# questions: as long as a question exists, it can get comments.
EXAM_STEPS: tuple[Step, ...] = (
    sitting.erase_sittings,
    sitting.erase_results,
    sheets.erase_of_exam,
    catalog.erase_questions,
    catalog.erase_passages,
    catalog.erase_papers,
    overrides.erase_of_exam,
    discussions.erase_exam,
)


def erase_account(user_id: int, may_go_on: Callable[[], bool]) -> bool:
    """Delete what belonged to a deleted account; see `erase_exam`."""
    return _erase(ACCOUNT_STEPS.values(), user_id, may_go_on)


def erase_exam(exam_id: int, may_go_on: Callable[[], bool]) -> bool:
    """Delete what belonged to a deleted exam; `may_go_on` is asked after each piece.

    Returns:
        Whether nothing is left.

    Raises:
        Unavailable: the database cannot be reached; what was deleted stays deleted.
    """
    return _erase(EXAM_STEPS, exam_id, may_go_on)


def _erase(steps: Iterable[Step], subject_id: int, may_go_on: Callable[[], bool]) -> bool:
    for step in steps:
        for _ in step(subject_id):
            if not may_go_on():
                return False
    return True
