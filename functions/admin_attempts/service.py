"""Lists and changes students' attempts."""

from typing import Any

from admin_attempts.models import Action, AttemptsRow, Place, RefusedModification
from smartexam.accounts.roster import is_roll_no
from smartexam.accounts.store import identity
from smartexam.accounts.user import User
from smartexam.catalog.exam import Exam
from smartexam.catalog.store import exams
from smartexam.platform.dynamodb import table
from smartexam.platform.errors import AppError, BadRequest, NotFound, Unavailable
from smartexam.platform.http.bodies import convert_json
from smartexam.platform.keys import user_key
from smartexam.results.store import tallies
from smartexam.results.store.sitting_search import state
from smartexam.results.store.tallies import Touched
from smartexam.sitting.store import attempt_grants
from smartexam.sitting.store.sitting_items import IDLE, SittingItem, sitting_key

PAGE_SIZE = 50
_INFINITE = "∞"
# More would in effect make the exam unlimited.
_MOST_GRANTED = 1000


def rows(places: list[tuple[int, int]]) -> list[AttemptsRow]:
    """Rows for sittings by (user id, exam id), without those whose student or exam was deleted."""
    if not places:
        return []
    users = identity.get_users({user_id for user_id, _ in places})
    known = exams.get_exams(sorted({exam_id for _, exam_id in places}))
    stored = table.batch_get((SittingItem, user_key(user_id), sitting_key(exam_id)) for user_id, exam_id in places)
    listed = []
    for user_id, exam_id in places:
        user, exam = users.get(user_id), known.get(exam_id)
        sitting = stored.get((user_key(user_id), sitting_key(exam_id)))
        if user is not None and exam is not None and sitting is not None:
            used = sitting.completed + (sitting.status != IDLE)
            listed.append(_row(user, exam, used, sitting.allowance))
    return listed


def searched_name(text: str) -> str:
    """The username to search for: that of the student whose roll number the text is, otherwise the text itself."""
    wanted = identity.normalised(text)
    user_id = identity.find_user_id(wanted) if is_roll_no(wanted) else None
    user = None if user_id is None else identity.get_user(user_id)
    return text if user is None or identity.normalised(user.roll_no or "") != wanted else user.username


def modify(place: Place, action: Action, amount: int, admin_id: int, now: float) -> None:
    """Change a student's attempts at an exam.

    Raises:
        NotFound: no such student or exam.
        BadRequest: the exam has no limit, fewer would be allowed than are used, or too many would be granted.
    """
    exam = exams.get_exam(place.exam_id)
    if exam is None:
        raise NotFound("Exam not found", code="exam_not_found")
    if identity.get_user(place.student_id) is None:
        raise NotFound("Student not found", code="student_not_found")
    if action != "reset" and not exam.max_attempts:
        raise BadRequest("This exam has no limit of attempts", code="unlimited_attempts")

    def change(completed: int, used: int, granted: int) -> tuple[int, int]:
        if action == "reset":
            return 0, granted
        after = granted + (amount if action == "increase" else -amount)
        if action == "decrease" and exam.max_attempts + after < used:
            raise BadRequest(f"{used} attempts are used already", code="attempts_used")
        if after > _MOST_GRANTED:
            raise BadRequest(f"At most {_MOST_GRANTED} further attempts can be granted", code="too_many_attempts")
        return completed, after

    attempt_grants.change_grant(
        place.student_id, place.exam_id, change, action=f"attempts.{action}", admin_id=admin_id, now=now
    )
    try:
        # The stream would update the list moments later, but the administrator expects to see the change at once.
        tallies.refresh(place.student_id, Touched(sittings=frozenset({place.exam_id})))
    except Unavailable:
        return


def modify_all(
    items: list[Any], action: Action, amount: int, admin_id: int, now: float
) -> tuple[int, list[RefusedModification]]:
    """Make the same change for several students, each independently.

    Returns:
        How many were changed, and the errors of the others. If the database cannot be reached, the rest is not tried.

    Raises:
        Unavailable: the database cannot be reached; nothing was changed.
    """
    refused: list[RefusedModification] = []
    trouble: Unavailable | None = None
    for index, item in enumerate(items):
        try:
            if trouble is not None:
                raise trouble
            modify(convert_json(item, Place), action, amount, admin_id, now)
        except AppError as error:
            if isinstance(error, Unavailable):
                trouble = error
                if len(refused) == index:
                    raise
            refused.append(
                RefusedModification(index, _number(item, "student_id"), _number(item, "exam_id"), error.message)
            )
    return len(items) - len(refused), refused


def _row(user: User, exam: Exam, used: int, granted: int) -> AttemptsRow:
    allowed = exam.max_attempts + granted
    return AttemptsRow(
        student_id=user.id,
        username=user.username,
        roll_no=user.roll_no,
        exam_id=exam.id,
        exam_name=exam.name,
        max_attempts=allowed if exam.max_attempts else _INFINITE,
        attempts_used=used,
        remaining=max(0, allowed - used) if exam.max_attempts else _INFINITE,
        status=state(exam.max_attempts, used - granted),
    )


def _number(item: Any, name: str) -> int | None:
    value = item.get(name) if isinstance(item, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None
