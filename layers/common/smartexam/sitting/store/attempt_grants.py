"""What administrators change about a student's attempts: how many count, and how many are allowed."""

from collections.abc import Callable

from pynamodb.expressions.condition import Condition

from smartexam.platform import audit
from smartexam.platform.audit import Change
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import IntAttribute, Update
from smartexam.platform.keys import user_key
from smartexam.sitting.store import attempts
from smartexam.sitting.store.attempts import IDLE, SittingItem, exam_shard, sitting_key


def change_grant(
    user_id: int,
    exam_id: int,
    change: Callable[[int, int, int], tuple[int, int]],
    *,
    action: str,
    admin_id: int,
    now: float,
) -> None:
    """Change how many attempts of a student count and how many are granted, and log it, in one transaction.

    Args:
        user_id: the student.
        exam_id: the exam.
        change: given the attempts completed that count, those used (the running one among them) and those granted
            beyond the exam's, how many completed ones are to count and how many are to be granted. It is asked again
            if the sitting changes meanwhile, and may raise what is wrong.
        action: for the log.
        admin_id: who does it.
        now: epoch seconds.

    Raises:
        Unavailable: the sitting kept changing.
    """

    def attempt() -> None:
        sitting = attempts.get_sitting(user_id, exam_id)
        completed = 0 if sitting is None else sitting.completed
        allowance = 0 if sitting is None else sitting.allowance
        running = sitting is not None and sitting.is_running
        counted, granted = change(completed, completed + running, allowance)
        if (counted, granted) == (completed, allowance):
            return
        unchanged: Condition = SittingItem.pk.does_not_exist()
        if sitting is not None:
            unchanged = _equals(SittingItem.completed, completed) & _equals(SittingItem.allowance, allowance)
            # An attempt that starts meanwhile would count as used.
            idle = SittingItem.status.does_not_exist() | (SittingItem.status == IDLE)
            unchanged &= (SittingItem.status != IDLE) if running else idle
        actions = [
            SittingItem.completed.set(counted),
            SittingItem.allowance.set(granted),
            SittingItem.spent.set(counted - granted),
            # So that the exam's deletion finds a sitting that was never started.
            SittingItem.exam_shard.set(exam_shard(exam_id, user_id)),
            SittingItem.exam_sk.set(f"SITTING#{user_id}"),
        ]
        if sitting is None:
            actions.append(SittingItem.status.set(IDLE))
        states = [{"used": used, "granted": given} for used, given in ((completed, allowance), (counted, granted))]
        logged = audit.entry(Change(admin_id, action, f"user:{user_id}/exam:{exam_id}", *states), now)
        table.transact([Update(SittingItem, user_key(user_id), sitting_key(exam_id), actions, unchanged), logged])

    table.retried(attempt)


def _equals(attribute: IntAttribute, value: int) -> Condition:
    condition: Condition = attribute == value
    # Counters that were never counted are not stored.
    return condition if value else condition | attribute.does_not_exist()
