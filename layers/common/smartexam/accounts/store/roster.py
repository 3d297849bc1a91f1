"""Writes the students of a roster: many rows per transaction, each row completely or not at all.

Rows are handled in order. The accounts, names and enrolments of several rows are read together, changed in memory, and
written as one transaction on condition that they are as they were read. If something changed meanwhile, nothing is
written, and the rows are handled again.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from msgspec import structs

from smartexam.accounts.roster import StudentRow
from smartexam.accounts.store import accounts, batches, directory, enrolments, identity
from smartexam.accounts.store.enrolments import MOST_BATCHES, EnrolmentItem
from smartexam.accounts.store.identity import PROFILE, MarkerItem, UserItem, UserStatisticsItem
from smartexam.accounts.user import User
from smartexam.accounts.usernames import username_base
from smartexam.platform import ids
from smartexam.platform.dynamodb import sharded, table
from smartexam.platform.dynamodb.engine import back_off
from smartexam.platform.dynamodb.table import Delete, Operation, Put, TransactionRefused, Update
from smartexam.platform.errors import Unavailable
from smartexam.platform.keys import user_key
from smartexam.platform.principal import portals

CREATED: Final = "created"
UPDATED: Final = "updated"
UNCHANGED: Final = "unchanged"
REFUSED: Final = "refused"

# How many rows are read together.
WINDOW: Final = 100
# Writes of a transaction that are reserved for the caller.
_RESERVED: Final = 2
_ATTEMPTS = 10
_TOGETHER = 3
_NUMBERED = 20


@dataclass(frozen=True, slots=True)
class Done:
    """The outcome of a row: `created`, `updated`, `unchanged`, or `refused` with a reason.

    Attributes:
        invite: the address of an account that has no password and is in a roster for the first time.
        joined: of an account that existed before, the batches that it was not in.
    """

    line: int
    outcome: str
    reason: str = ""
    invite: str | None = None
    joined: "Joined | None" = None


# Given the outcomes of all rows so far, and how many of them are written now, returns at most two writes for the same
# transaction. The last of these may refuse the whole, which raises `Refusal`.
Alongside = Callable[[Sequence[Done], int], Sequence[Operation]]


class Joined(NamedTuple):
    """A student and the batches that the student joined."""

    user_id: int
    batch_ids: tuple[int, ...]


class Roll(NamedTuple):
    """A roll number for comparison, and the line of its row."""

    number: str
    line: int


class Refusal(Exception):
    """A condition of the writes alongside did not hold."""


@dataclass(slots=True)
class _State:
    """The items of some rows: as read, or changes on top of another state.

    Attributes:
        users: accounts by id.
        enrolments: the batches of accounts.
        owners: the account of an address or a name, by marker key.
        under: the state below this one's changes.
    """

    users: dict[int, User | None] = field(default_factory=dict)
    enrolments: dict[int, tuple[int, ...]] = field(default_factory=dict)
    owners: dict[str, int | None] = field(default_factory=dict)
    under: "_State | None" = None

    def user(self, user_id: int | None) -> User | None:
        """An account."""
        if user_id is None:
            return None
        known = self.users.get(user_id)
        return known if known is not None or self.under is None else self.under.user(user_id)

    def enrolment(self, user_id: int) -> tuple[int, ...]:
        """The batches of an account."""
        known = self.enrolments.get(user_id)
        return known if known is not None else () if self.under is None else self.under.enrolment(user_id)

    def owner(self, key: str) -> int | None:
        """The account of an address or a name."""
        return self.owners[key] if key in self.owners else None if self.under is None else self.under.owner(key)

    def overlaps(self, changes: "_State") -> bool:
        """Whether both have changes of the same items."""
        return not (
            self.users.keys().isdisjoint(changes.users)
            and self.enrolments.keys().isdisjoint(changes.enrolments)
            and self.owners.keys().isdisjoint(changes.owners)
        )

    def add(self, changes: "_State") -> None:
        """Apply changes."""
        self.users |= changes.users
        self.enrolments |= changes.enrolments
        self.owners |= changes.owners


class Importer:
    """Writes the rows of one roster.

    Args:
        rolls: all roll numbers of the roster, by address. A number passes to another student only if its holder gets
            another one further on in the same roster.
        batch_ids: of the batches that rows name, by `comparable_name`.
        everywhere: batches to which every row is added.
        now: epoch seconds.
    """

    def __init__(
        self,
        rolls: Mapping[str, Roll],
        batch_ids: Mapping[str, int],
        everywhere: Collection[int],
        now: float,
    ) -> None:
        self._rolls = rolls
        self._batch_ids = batch_ids
        self._everywhere = frozenset(everywhere)
        self._now = now
        self._ids: Iterator[int] = iter(())
        self._block = 1

    def write(self, rows: Sequence[StudentRow], alongside: Alongside) -> list[Done]:
        """Write some rows, at most `WINDOW`; returns their outcomes.

        Raises:
            Refusal: a condition of the writes alongside did not hold.
            Unavailable: the same students were changed during every attempt.
        """
        done: list[Done] = []
        rest, attempt = list(rows), 0
        self._block = len(rows)
        while rest:
            state = self._read(rest)
            try:
                while rest:
                    # Rows that others keep changing do not delay the others.
                    some = rest if attempt < _TOGETHER else rest[:1]
                    finished = self._write_some(some, state, done, alongside)
                    done += finished
                    rest, attempt = rest[len(finished) :], 0
            except TransactionRefused:
                attempt += 1
                if attempt >= _ATTEMPTS:
                    raise Unavailable from None
                back_off(attempt)
        return done

    def _write_some(
        self, rows: Sequence[StudentRow], stored: _State, done: Sequence[Done], alongside: Alongside
    ) -> list[Done]:
        """Write as many rows as fit into a transaction, and record them in the state; returns their outcomes."""
        changes, finished = _State(under=stored), list[Done]()
        operations: list[Operation] = []
        counts, is_changed_twice = _Counts(), False
        for row in rows:
            of_row = _State(under=changes)
            outcome = self._apply(row, of_row)
            more, counts_after = _operations(of_row), counts.plus(of_row)
            size = len(operations) + len(more) + len(counts_after) + _RESERVED
            if finished and size > table.TRANSACTION_LIMIT:
                break
            is_changed_twice |= changes.overlaps(of_row)
            changes.add(of_row)
            finished.append(outcome)
            operations += more
            counts = counts_after
        if is_changed_twice:
            # A transaction takes one write for each item.
            operations = _operations(changes)
        operations += counts.operations()
        extra = list(alongside([*done, *finished], len(finished)))
        if operations or extra:
            try:
                table.transact([*operations, *extra])
            except TransactionRefused as refused:
                if extra and refused.failed[-1]:
                    raise Refusal from None
                raise
        for user_id, user in changes.users.items():
            was = stored.users.get(user_id)
            if user is not None and was is not None and user != was:
                changes.users[user_id] = structs.replace(user, revision=was.revision + 1)
        stored.add(changes)
        return finished

    def _apply(self, row: StudentRow, state: _State) -> Done:
        """Change the state as a row says, if possible."""
        known = state.user(state.owner(f"EMAIL#{row.email}"))
        if known is not None and "user" not in portals(known.role):
            return Done(row.line, REFUSED, "the address is an administrator's")
        reason = self._roll_fault(row, known, state) or self._batch_fault(row, known, state)
        if reason:
            return Done(row.line, REFUSED, reason)
        if known is None and not row.first_name:
            return Done(row.line, REFUSED, "the name is missing, and nobody has this address yet")
        if known is None:
            user = self._created(row, state)
            self._enrol(row, user.id, state)
            return Done(row.line, CREATED, invite=user.email)
        changed = known
        if row.first_name and known.full_name != f"{row.first_name} {row.last_name}".strip():
            changed = structs.replace(changed, first_name=row.first_name, last_name=row.last_name)
        if row.roll_no is not None and row.roll_no != known.roll_no:
            self._move_roll(row.roll_no, known, state)
            changed = structs.replace(changed, roll_no=row.roll_no)
        invite = None
        if known.password_hash is None and known.google_sub is None and known.rostered_at is None:
            changed = structs.replace(changed, rostered_at=self._now)
            invite = known.email if known.is_active else None
        state.users[known.id] = changed
        joined = self._enrol(row, known.id, state)
        outcome = UPDATED if changed != known or joined else UNCHANGED
        return Done(row.line, outcome, invite=invite, joined=Joined(known.id, joined) if joined else None)

    def _roll_fault(self, row: StudentRow, known: User | None, state: _State) -> str:
        if row.roll_no is None:
            return ""
        wanted = identity.normalised(row.roll_no)
        holder_id = state.owner(f"NAME#{wanted}")
        if holder_id is None:
            return ""
        holder = state.user(holder_id)
        if holder is None or identity.normalised(holder.roll_no or "") != wanted:
            return f"the roll number {row.roll_no} is somebody's username"
        if known is not None and holder.id == known.id:
            return ""
        gets = self._rolls.get(holder.email)
        # A holder whose row came before keeps the number, because that row was refused.
        is_given_up = gets is not None and gets.number != wanted and gets.line > row.line
        return "" if is_given_up else f"the roll number {row.roll_no} is another student's"

    def _batch_fault(self, row: StudentRow, known: User | None, state: _State) -> str:
        before = () if known is None else state.enrolment(known.id)
        after = {*before, *self._wanted_batches(row)}
        if len(after) > MOST_BATCHES and len(after) > len(before):
            return f"a student is in at most {MOST_BATCHES} batches"
        return ""

    def _move_roll(self, roll_no: str, user: User, state: _State) -> None:
        """Give an account a roll number that is free or passes to it, and free its own."""
        if user.roll_no is not None:
            state.owners[f"NAME#{identity.normalised(user.roll_no)}"] = None
        key = f"NAME#{identity.normalised(roll_no)}"
        holder = state.user(state.owner(key))
        if holder is not None and holder.id != user.id:
            # Its own row, later in the roster, gives it another.
            state.users[holder.id] = structs.replace(holder, roll_no=None)
        state.owners[key] = user.id

    def _created(self, row: StudentRow, state: _State) -> User:
        user = User(
            id=self._next_id(),
            username=_free_name(username_base(row.first_name, row.last_name), state),
            email=row.email,
            first_name=row.first_name,
            last_name=row.last_name,
            role="user",
            password_hash=None,
            google_sub=None,
            auth_version=1,
            credentials_version=1,
            created_at=self._now,
            roll_no=row.roll_no,
            rostered_at=self._now,
        )
        state.users[user.id] = user
        state.enrolments[user.id] = ()
        state.owners[f"EMAIL#{user.email}"] = user.id
        state.owners[f"NAME#{user.username}"] = user.id
        if row.roll_no is not None:
            self._move_roll(row.roll_no, structs.replace(user, roll_no=None), state)
        return user

    def _next_id(self) -> int:
        user_id = next(self._ids, None)
        if user_id is None:
            self._ids = iter(ids.allocator().take("user", self._block))
            user_id = next(self._ids)
        return user_id

    def _enrol(self, row: StudentRow, user_id: int, state: _State) -> tuple[int, ...]:
        """Add an account to the batches of its row; returns those that it was not in."""
        before = state.enrolment(user_id)
        joined = tuple(sorted(self._wanted_batches(row).difference(before)))
        state.enrolments[user_id] = tuple(sorted((*before, *joined)))
        return joined

    def _wanted_batches(self, row: StudentRow) -> set[int]:
        return {*self._everywhere, *(self._batch_ids[batches.comparable_name(name)] for name in row.batches)}

    def _read(self, rows: Sequence[StudentRow]) -> _State:
        """The items of some rows, in a few round trips."""
        state = _State()
        base_of = {row.email: username_base(row.first_name, row.last_name) for row in rows if row.first_name}
        rolls = {f"NAME#{identity.normalised(row.roll_no)}" for row in rows if row.roll_no is not None}
        emails = {f"EMAIL#{row.email}" for row in rows}
        _read_owners(state, emails | rolls | {f"NAME#{base}" for base in base_of.values()})
        wanted = Counter(base for email, base in base_of.items() if state.owners[f"EMAIL#{email}"] is None)
        crowded = [base for base, many in wanted.items() if many > 1 or state.owners[f"NAME#{base}"] is not None]
        numbered = {f"NAME#{base}{number}" for base in crowded for number in range(2, _NUMBERED + 1)}
        _read_owners(state, numbered - state.owners.keys())
        about = {state.owners[key] for key in emails | rolls} - {None}
        user_ids = [user_id for user_id in about if user_id is not None]
        found = table.batch_get(
            item
            for user_id in user_ids
            for item in ((UserItem, user_key(user_id), PROFILE), enrolments.enrolment_key(user_id))
        )
        for user_id in user_ids:
            profile = found.get((user_key(user_id), PROFILE))
            enrolment = found.get(enrolments.enrolment_key(user_id)[1:])
            state.users[user_id] = identity.user_of(profile) if isinstance(profile, UserItem) else None
            state.enrolments[user_id] = enrolments.ids_of(enrolment if isinstance(enrolment, EnrolmentItem) else None)
        # A roll number that passes to another account frees the new owner's former one.
        for user in state.users.values():
            if user is not None and user.roll_no is not None:
                state.owners.setdefault(f"NAME#{identity.normalised(user.roll_no)}", user.id)
        return state


def _read_owners(state: _State, keys: Collection[str]) -> None:
    found = table.batch_get((MarkerItem, key, key.partition("#")[0]) for key in keys)
    for key in keys:
        marker = found.get((key, key.partition("#")[0]))
        state.owners[key] = None if marker is None else marker.user_id


@dataclass(frozen=True, slots=True)
class _Counts:
    """What is counted by some changes: new accounts, and students by the batch that they joined."""

    created: tuple[int, ...] = ()
    joined: Mapping[int, int] = field(default_factory=dict)

    def plus(self, changes: _State) -> "_Counts":
        """These and those of some more changes."""
        before = changes.under or _State()
        created = [user_id for user_id, user in changes.users.items() if user and before.user(user_id) is None]
        joined = Counter(self.joined)
        for user_id, batch_ids in changes.enrolments.items():
            joined.update(set(batch_ids).difference(before.enrolment(user_id)))
        return _Counts((*self.created, *created), joined)

    def __len__(self) -> int:
        """How many writes count them."""
        return len(self.joined) + bool(self.created)

    def operations(self) -> list[Operation]:
        """The writes that count them."""
        written: list[Operation] = [batches.counting(batch_id, count) for batch_id, count in self.joined.items()]
        if self.created:
            amounts = {"user_role": len(self.created)}
            written.append(sharded.addition(UserStatisticsItem, "STATISTICS", "USERS", self.created[0], amounts))
        return written


def _operations(changes: _State) -> list[Operation]:
    """The writes for some changes of a state, without the counts."""
    before = changes.under or _State()
    written: list[Operation] = []
    for user_id, user in changes.users.items():
        was = before.user(user_id)
        if user is not None and was is None:
            written += identity.creation(user)
        elif user is not None and was is not None and user != was:
            written += [accounts.changing(was, user), *directory.renaming(was, user)]
    for user_id, batch_ids in changes.enrolments.items():
        had = before.enrolment(user_id)
        if batch_ids != had:
            written += enrolments.enrolling(user_id, had, batch_ids)
    for key, owner in changes.owners.items():
        if owner != before.owner(key):
            written.append(_marker_change(key, before.owner(key), owner))
    return written


def _free_name(base: str, state: _State) -> str:
    """A free username: the base, the base with a low number, or a random one.

    Whether the random one is taken is decided by the write.
    """
    for name in (base, *(f"{base}{number}" for number in range(2, _NUMBERED + 1))):
        if state.owner(f"NAME#{name}") is None:
            return name
    name = base
    while state.owner(f"NAME#{name}") is not None:
        name = identity.odd_username(base)
    return name


def _marker_change(key: str, before: int | None, after: int | None) -> Operation:
    kind = key.partition("#")[0]
    if after is None:
        return Delete(MarkerItem, key, kind, MarkerItem.user_id == before)
    if before is None:
        return Put(MarkerItem(key, kind, user_id=after), MarkerItem.pk.does_not_exist())
    return Update(MarkerItem, key, kind, [MarkerItem.user_id.set(after)], MarkerItem.user_id == before)
