"""What goes with an account and with an exam: one registry over all slices.

A step removes one kind of thing in bounded pieces. It can be stopped anywhere, repeated, and run twice at once: it
looks for what is there and removes it, and removes last what it finds the rest by. Whatever else comes to belong to an
account or an exam becomes a step of its slice and a line here.
"""

from collections.abc import Callable, Iterator

from smartexam.accounts.store import erasing as accounts
from smartexam.catalog.store import erasing as catalog
from smartexam.limits.store import erasing as limits
from smartexam.results.store import tallies
from smartexam.sitting.store import erasing as sitting
from smartexam.talk.store import sockets, study
from smartexam.talk.store.discussions import erasing as discussions
from smartexam.talk.store.messaging import erasing as messaging

# Removes pieces of what belongs to the account or exam of that id; yields after each.
Step = Callable[[int], Iterator[None]]


def _in_pieces(erase_piece: Callable[[int], bool]) -> Step:
    """The step that repeats `erase_piece` until it returns that nothing is left."""

    def step(subject_id: int) -> Iterator[None]:
        while erase_piece(subject_id):
            yield

    return step


# What others refer to is removed before what it is found by. The stream takes results out of the statistics too, but
# only out of those that are kept up to date.
ACCOUNT_STEPS: tuple[Step, ...] = (
    _in_pieces(accounts.erase_access_requests),
    _in_pieces(messaging.erase_user),
    _in_pieces(accounts.erase_identity),
    _in_pieces(accounts.erase_credentials),
    _in_pieces(sockets.erase_tickets),
    _in_pieces(limits.erase_user),
    _in_pieces(sitting.erase_user),
    _in_pieces(tallies.erase_user),
    _in_pieces(discussions.erase_user),
    _in_pieces(study.forget_turns),
)

# Running attempts first: until their sittings are gone, students work on for nothing. Discussions after the questions:
# as long as there is a question, it can be commented on.
EXAM_STEPS: tuple[Step, ...] = (
    sitting.erase_sittings,
    sitting.erase_results,
    catalog.erase_questions,
    catalog.erase_papers,
    discussions.erase_exam,
)


def erase_account(user_id: int, may_go_on: Callable[[], bool]) -> bool:
    """Remove what belonged to an account that is gone; see `erase_exam`."""
    return _erase(ACCOUNT_STEPS, user_id, may_go_on)


def erase_exam(exam_id: int, may_go_on: Callable[[], bool]) -> bool:
    """Remove what belonged to an exam whose card is gone.

    Args:
        exam_id: the exam.
        may_go_on: whether there is room for another piece; asked after each.

    Returns:
        Whether nothing is left.

    Raises:
        Unavailable: the database cannot be reached; what was removed stays removed.
    """
    return _erase(EXAM_STEPS, exam_id, may_go_on)


def _erase(steps: tuple[Step, ...], subject_id: int, may_go_on: Callable[[], bool]) -> bool:
    for step in steps:
        for _ in step(subject_id):
            if not may_go_on():
                return False
    return True
