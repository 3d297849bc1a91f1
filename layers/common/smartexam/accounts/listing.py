"""Lists students in the order in which they were created, to export rosters."""

from collections.abc import Callable, Iterator
from typing import Final

from smartexam.accounts.roster import Listed
from smartexam.accounts.store import batches, directory, enrolments, identity
from smartexam.accounts.user import User
from smartexam.platform.principal import portals

# The most students that are listed within a request.
MOST_AT_ONCE: Final = 10_000
_PIECE = 100


def count_students(batch_id: int | None) -> int:
    """The number of students, in a batch or in total.

    Raises:
        NotFound: there is no such batch.
    """
    if batch_id is not None:
        return batches.get(batch_id).student_count
    counts = identity.statistics()
    return counts.user_role + counts.both_roles


def list_roster(batch_id: int | None, report: Callable[[int], None] | None = None) -> Iterator[Listed]:
    """The students of a batch, or all, each with the names of all their batches.

    Args:
        batch_id: the batch; None for all students.
        report: called now and then with how many were listed.
    """
    listed, names, after = 0, dict[int, str](), None
    while True:
        page, after = (
            directory.list_accounts(limit=_PIECE, after=after)
            if batch_id is None
            else enrolments.member_ids(batch_id, limit=_PIECE, after=after)
        )
        users = identity.get_users(page)
        enrolled = enrolments.get_many(users)
        unknown = {each for batch_ids in enrolled.values() for each in batch_ids} - names.keys()
        names |= {each: batch.name for each, batch in batches.get_many(unknown).items()}
        for user_id in page:
            user = users.get(user_id)
            if user is not None and "user" in portals(user.role):
                yield _listed(user, [names[each] for each in enrolled[user_id] if each in names])
        listed += len(page)
        if report is not None:
            report(listed)
        if after is None:
            return


def _listed(user: User, batch_names: list[str]) -> Listed:
    return Listed(user.full_name, user.email, user.roll_no, tuple(batch_names))
