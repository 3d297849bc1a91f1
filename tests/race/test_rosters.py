"""Concurrent changes of rosters, batches and roll numbers, on an engine with atomic writes."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from msgspec import structs

from smartexam.accounts import roster_import
from smartexam.accounts.roster import StudentRow
from smartexam.accounts.roster_import import RosterCounts, RosterOrder
from smartexam.accounts.store import accounts, batches, enrolments, identity
from smartexam.accounts.store.batches import Batch
from smartexam.accounts.store.identity import Taken
from smartexam.accounts.store.roster import Done
from smartexam.jobs.store import jobs
from smartexam.platform import audit, ids
from smartexam.platform.errors import NotFound
from tests.factories.clock import MORNING
from tests.factories.users import create_user

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("engine_tables")]


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    barrier = Barrier(len(acts))

    def one(act: Callable[[], Any]) -> Any:
        barrier.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


@pytest.fixture
def batch_id() -> int:
    made = Batch(ids.next_id("batch"), f"Race {ids.next_id('race')}", 0, MORNING)
    batches.create(made, logged([]))
    return made.id


def logged(_: list[int]) -> Any:
    return audit.entry(audit.Change(1, "race", "race", None, None), MORNING)


def rows(tag: str, many: int) -> list[StudentRow]:
    return [
        StudentRow(n + 2, "Asha", "Rao", f"{tag}{n}@example.org", f"{tag}{n}", (f"{tag} {n % 2}",)) for n in range(many)
    ]


def import_rows(wanted: list[StudentRow]) -> RosterCounts:
    order = RosterOrder(wanted, [], None, invite=False, admin_id=1)
    importer = roster_import.importer(order, MORNING)
    done: list[Done] = importer.write(wanted, lambda *_: ())
    return RosterCounts().plus(done)


@pytest.mark.parametrize("attempt", range(3))
def test_a_roster_imported_by_several_at_once_makes_each_student_once(attempt: int) -> None:
    tag, many = f"r{ids.next_id('race')}x", 24
    users = identity.statistics().user_role

    found = at_once([lambda: import_rows(rows(tag, many)) for _ in range(4)])

    assert sum(counts.created for counts in found) == many
    assert sum(counts.unchanged for counts in found) == 3 * many
    assert sum(counts.updated + counts.refused for counts in found) == 0
    assert identity.statistics().user_role == users + many
    named = batches.find([f"{tag} 0", f"{tag} 1"])
    for batch in batches.get_many(named.values()).values():
        assert batch.student_count == many // 2
        assert len(enrolments.member_ids(batch.id, limit=100, after=None)[0]) == many // 2
    made = [identity.find_user_id(f"{tag}{n}@example.org") for n in range(many)]
    assert made == [identity.find_user_id(f"{tag}{n}") for n in range(many)]
    assert len({user.username for user in identity.get_users(filter(None, made)).values()}) == many


def test_rosters_that_swap_roll_numbers_both_ways_leave_each_number_with_one() -> None:
    tag = f"s{ids.next_id('race')}x"
    import_rows([StudentRow(n + 2, "A", "", f"{tag}{n}@example.org", f"{tag}{n}", ()) for n in range(4)])
    turned = [StudentRow(n + 2, "A", "", f"{tag}{n}@example.org", f"{tag}{(n + 1) % 4}", ()) for n in range(4)]
    back = [StudentRow(n + 2, "A", "", f"{tag}{n}@example.org", f"{tag}{(n + 3) % 4}", ()) for n in range(4)]

    at_once([lambda: import_rows(turned), lambda: import_rows(back)])

    owners = {f"{tag}{n}": identity.find_user_id(f"{tag}{n}") for n in range(4)}
    users = identity.get_users([owner for owner in owners.values() if owner is not None])
    assert {number: owner for number, owner in owners.items() if owner is not None} == {
        user.roll_no: user.id for user in users.values()
    }


@pytest.mark.parametrize("attempt", range(3))
def test_students_added_and_removed_by_many_at_once_are_counted_exactly(attempt: int, batch_id: int) -> None:
    users = [create_user().id for _ in range(6)]

    changes = at_once(
        [lambda: enrolments.add_students(batch_id, users, logged)[0] for _ in range(4)]
        + [lambda: -enrolments.remove_students(batch_id, users[:3], logged) for _ in range(4)]
    )

    members = set(enrolments.member_ids(batch_id, limit=100, after=None)[0])
    assert sum(changes) == batches.get(batch_id).student_count == len(members)
    assert members == {user_id for user_id in users if batch_id in enrolments.batch_ids_of(user_id)}
    assert set(users[3:]) <= members


def test_a_student_is_put_into_no_more_than_twenty_batches_by_many_at_once() -> None:
    user = create_user()
    made = [Batch(ids.next_id("batch"), f"Twenty {ids.next_id('race')}", 0, MORNING) for _ in range(24)]
    for batch in made:
        batches.create(batch, logged([]))
    for batch in made[:16]:
        enrolments.add_students(batch.id, [user.id], logged)

    def add(batch: Batch) -> int:
        return enrolments.add_students(batch.id, [user.id], logged)[0]

    added = at_once([partial(add, batch) for batch in made[16:]])

    assert sum(added) == 4
    assert len(enrolments.batch_ids_of(user.id)) == enrolments.MOST_BATCHES


def test_a_batch_removed_while_students_are_added_keeps_none(batch_id: int) -> None:
    users = [create_user().id for _ in range(4)]

    def remove() -> None:
        batches.delete(batch_id, lambda _: False, lambda _: logged([]))
        while enrolments.erase_members(batch_id):
            pass

    def add(user_id: int) -> None:
        with suppress(NotFound):
            enrolments.add_students(batch_id, [user_id], logged)

    at_once([remove, *(partial(add, user_id) for user_id in users)])
    while enrolments.erase_members(batch_id):
        pass

    assert [enrolments.batch_ids_of(user_id) for user_id in users] == [(), (), (), ()]
    assert enrolments.member_ids(batch_id, limit=10, after=None)[0] == []


def test_a_roll_number_taken_by_several_at_once_is_one_student_s() -> None:
    users, number = [create_user() for _ in range(6)], f"T{ids.next_id('race')}"

    def take(user_id: int) -> int | None:
        try:
            accounts.change_student(user_id, lambda user: structs.replace(user, roll_no=number), lambda *_: [])
        except Taken:
            return None
        return user_id

    winners = [found for found in at_once([partial(take, user.id) for user in users]) if found is not None]

    assert winners == [identity.find_user_id(number)]
    numbers = Counter(user.roll_no for user in identity.get_users([user.id for user in users]).values())
    assert numbers == {number: 1, None: 5}


def test_of_many_that_ask_for_the_same_job_all_get_one() -> None:
    inputs = f"race {ids.next_id('race')}"

    def ask() -> int:
        job_id = ids.next_id("job")
        return jobs.create(job_id, "x", {}, created_by=1, now=MORNING, inputs=inputs, is_queued=True).id

    assert len(set(at_once([ask] * 8))) == 1
