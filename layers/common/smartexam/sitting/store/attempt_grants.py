"""What administrators change about a student's attempts: how many used ones count, and how many are granted."""

from collections.abc import Callable

from pynamodb.expressions.condition import Condition

from smartexam.platform import audit
from smartexam.platform.audit import Change
from smartexam.platform.dynamodb import table
from smartexam.platform.dynamodb.table import IntAttribute, Update
from smartexam.platform.keys import user_key
from smartexam.sitting.store import attempts
from smartexam.sitting.store.sitting_items import IDLE, SittingItem, exam_shard, sitting_key


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

    `change` maps (completed attempts that count, attempts used including a running one, attempts granted beyond the
    exam's own) to (completed attempts that are to count, attempts to be granted). It is called again if the sitting
    changes meanwhile, and may raise an error to refuse.

    Raises:
        Unavailable: the sitting changed during every attempt.
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
            # An attempt that starts meanwhile counts as used.
            idle = SittingItem.status.does_not_exist() | (SittingItem.status == IDLE)
            unchanged &= (SittingItem.status != IDLE) if running else idle
        actions = [
            SittingItem.completed.set(counted),
            SittingItem.allowance.set(granted),
            SittingItem.spent.set(counted - granted),
            # The deletion of the exam must find this sitting even if it never starts.
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
    # Counters at zero may be missing from the item.
    return condition if value else condition | attribute.does_not_exist()
