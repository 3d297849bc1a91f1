"""Many users chat at the same moment, on an engine with atomic transactions."""

import contextlib
import itertools
import random
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest

from smartexam.platform.dynamodb import table
from smartexam.platform.errors import AppError, Conflict, Forbidden, RateLimited
from smartexam.platform.ids import next_id
from smartexam.platform.principal import Principal
from smartexam.talk.store import sockets
from smartexam.talk.store.messaging import blocks, connections, conversations, groups, messages, sending
from smartexam.talk.store.messaging.items import MembershipItem, MessageItem, conversation_key, membership_sk
from smartexam.talk.store.messaging.sending import Draft, Sent
from tests.factories.chat import Person, Wire, call_socket
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.races import together

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("engine_tables")]


def somebody(user_id: int) -> Principal:
    return Principal(user_id, "user", f"user{user_id}", f"User {user_id}", 1)


def befriend(one: int, other: int) -> int:
    peer = connections.ask(somebody(one), other, f"User {other}", MORNING)
    conversation_id = connections.accept(somebody(other), peer.connection_id, MORNING).conversation_id
    assert conversation_id is not None
    return conversation_id


def group_of(*user_ids: int) -> int:
    names = {user_id: f"User {user_id}" for user_id in user_ids}
    return groups.create(next_id("conversation"), "Group", (user_ids[0], names.pop(user_ids[0])), names, MORNING).id


class Turns:
    """A clock for each sender, so that rate limits never apply."""

    def __init__(self) -> None:
        self._next = itertools.count(1)

    def send(self, conversation_id: int, sender: int, text: str = "x", client_id: str | None = None) -> Sent:
        """Send, again if another thread of the same sender used a later turn first."""
        draft = Draft(conversation_id, sender, f"User {sender}", text, client_id=client_id)
        while True:
            with contextlib.suppress(RateLimited):
                return sending.send(draft, MORNING + 3 * next(self._next))


@pytest.fixture
def turns() -> Turns:
    return Turns()


def stored(conversation_id: int) -> list[MessageItem]:
    return list(table.query_all(MessageItem, conversation_key(conversation_id), prefix="MSG#"))


def unread(user_id: int, conversation_id: int) -> int:
    listed = conversations.list_conversations(user_id, "", MORNING)
    (count,) = [overview.unread for overview in listed if overview.id == conversation_id]
    return count


def read_up_to(user_id: int, conversation_id: int) -> int:
    place = table.get(MembershipItem, f"USER#{user_id}", membership_sk(conversation_id))
    assert place is not None
    return place.read_up_to


def expect_exact(conversation_id: int, members: Sequence[int]) -> None:
    """Every member's count is the number of others' messages that the member has not read and that were not deleted."""
    found = stored(conversation_id)
    assert [item.number for item in found] == list(range(1, len(found) + 1))
    for user_id in members:
        last_read = read_up_to(user_id, conversation_id)
        others = [item for item in found if item.sender_id != user_id and not item.is_deleted]
        assert unread(user_id, conversation_id) == sum(item.number > last_read for item in others)


def act_at_random(conversations_of: dict[int, list[int]], never_reads: int, turns: Turns, seed: int) -> None:
    """Send, read and delete at random."""
    chance = random.Random(seed)
    mine: list[tuple[int, int]] = []
    for _ in range(60):
        conversation_id = chance.choice(list(conversations_of))
        who = chance.choice(conversations_of[conversation_id])
        match chance.choices(["send", "read", "show", "delete"], [10, 3, 3, 4])[0]:
            case "send":
                mine.append((who, turns.send(conversation_id, who).message.id))
            case "read" if who != never_reads:
                conversations.mark_read(who, conversation_id)
            case "show" if who != never_reads:
                messages.list_messages(who, conversation_id)
            case "delete" if mine:
                messages.delete(*mine.pop(chance.randrange(len(mine))))


class TestConnecting:
    def test_both_ask_each_other_at_once(self) -> None:
        for one in range(1, 40, 2):
            pairs = [(one, one + 1), (one + 1, one)]
            together([partial(connections.ask, somebody(a), b, f"User {b}", MORNING) for a, b in pairs])
            peers = connections.get_peer(one, one + 1), connections.get_peer(one + 1, one)
            assert all(peer is not None and peer.status == "accepted" for peer in peers)
            assert len({peer.conversation_id for peer in peers if peer}) == 1
            for user_id in (one, one + 1):
                assert len(conversations.list_conversations(user_id, "", MORNING)) == 1
                assert connections.inbox(user_id, limit=10) == []

    def test_accepted_ten_times_at_once(self) -> None:
        for one in range(1, 20, 2):
            peer = connections.ask(somebody(one), one + 1, "Other", MORNING)
            outcomes = together([partial(connections.accept, somebody(one + 1), peer.connection_id, MORNING)] * 10)
            assert not [outcome for outcome in outcomes if isinstance(outcome, AppError)]
            assert len({outcome.conversation_id for outcome in outcomes if not isinstance(outcome, AppError)}) == 1
            assert len(conversations.list_conversations(one, "", MORNING)) == 1

    def test_accepted_and_rejected_at_once(self) -> None:
        for one in range(1, 20, 2):
            peer = connections.ask(somebody(one), one + 1, "Other", MORNING)
            calls: list[Callable[[], object]] = [
                partial(connections.accept, somebody(one + 1), peer.connection_id, MORNING),
                partial(connections.reject, one + 1, peer.connection_id),
            ]
            outcomes = together(calls)
            assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 1
            accepted = connections.get_peer(one, one + 1)
            assert accepted is not None
            expected = 1 if accepted.status == "accepted" else 0
            assert len(conversations.list_conversations(one, "", MORNING)) == expected


class TestSending:
    def test_the_same_client_id_at_once_is_one_message(self) -> None:
        dm = befriend(1, 2)
        for number in range(10):
            draft = Draft(dm, 1, "User 1", "x", client_id=f"c{number}")
            outcomes = together([partial(sending.send, draft, MORNING + 3 * number)] * 8)
            sent = [outcome for outcome in outcomes if isinstance(outcome, Sent)]
            assert len(sent) == 8
            assert len({each.message.id for each in sent}) == 1
            assert [each.is_repeated for each in sent].count(False) == 1
        assert len(stored(dm)) == 10

    def test_one_turn_in_two_seconds_wherever(self) -> None:
        dms = [befriend(1, other) for other in range(2, 10)]
        for number in range(10):
            now = MORNING + 2 * number
            outcomes = together([partial(sending.send, Draft(dm, 1, "User 1", "x"), now) for dm in dms * 2])
            assert sum(isinstance(outcome, Sent) for outcome in outcomes) == 1
            assert sum(isinstance(outcome, RateLimited) for outcome in outcomes) == 15
        assert sum(len(stored(dm)) for dm in dms) == 10

    def test_thirty_at_once_in_one_group_have_one_order(self, turns: Turns) -> None:
        people = range(1, 31)
        group = group_of(*people)
        outcomes = together([partial(turns.send, group, sender) for sender in people])
        assert all(isinstance(outcome, Sent) for outcome in outcomes)
        found = stored(group)
        assert [item.number for item in found] == list(range(1, 31))
        times = [item.sent_at for item in found]
        assert times == sorted(set(times))
        shown = [[message.id for message in messages.list_messages(reader, group)] for reader in people]
        assert shown == [shown[0]] * 30

    def test_nobody_sends_after_being_removed(self, turns: Turns) -> None:
        for _ in range(10):
            group = group_of(1, 2, 3)
            removed = threading.Event()
            refused: list[bool] = []

            def talk() -> None:
                while True:
                    late = removed.is_set()  # noqa: B023
                    try:
                        turns.send(group, 2)  # noqa: B023
                    except Forbidden:
                        return
                    refused.append(late)  # noqa: B023

            def remove() -> None:
                groups.remove(group, 1, 2)  # noqa: B023
                removed.set()  # noqa: B023

            together([talk, talk, remove])
            assert not any(refused)


class TestBlocking:
    def test_nothing_is_sent_after_a_block(self, turns: Turns) -> None:
        dm = befriend(1, 2)
        blocked = threading.Event()
        late: list[bool] = []

        def send(number: int) -> bool:
            is_late = blocked.is_set()
            try:
                turns.send(dm, 2, f"{number}")
            except Forbidden:
                return False
            late.append(is_late)
            return True

        def act(number: int) -> bool:
            if number == 4:
                blocks.block(1, 2)
                blocked.set()
                return False
            return send(number)

        sent = together([partial(act, number) for number in range(12)])
        assert len(stored(dm)) == sent.count(True)
        assert not any(late)
        assert not send(99)

    def test_a_request_and_a_block_at_once_leave_no_request_that_can_be_accepted(self) -> None:
        for asker, asked in ((10, 11), (12, 13), (14, 15), (16, 17)):
            calls: list[Callable[[], object]] = [
                partial(connections.ask, somebody(asker), asked, "x", MORNING),
                partial(blocks.block, asked, asker),
            ]
            together(calls)
            for waiting in connections.inbox(asked, limit=1):
                with pytest.raises(Forbidden):
                    connections.accept(somebody(asked), waiting.connection_id, MORNING)

    def test_edits_and_messages_share_one_turn(self) -> None:
        dm = befriend(1, 2)
        sent = sending.send(Draft(dm, 1, "User 1", "first"), MORNING)

        def act(number: int) -> bool:
            if number % 2:
                messages.edit(1, sent.message.id, f"{number}", MORNING + 2)
            else:
                sending.send(Draft(dm, 1, "User 1", f"{number}"), MORNING + 2)
            return True

        outcomes = together([partial(act, number) for number in range(8)])
        assert outcomes.count(True) == 1
        assert sum(isinstance(each, RateLimited) for each in outcomes) == 7


class TestUnread:
    def test_is_exact_after_eight_threads_sent_read_and_deleted(self, turns: Turns) -> None:
        people = [1, 2, 3, 4]
        conversations_of: dict[int, list[int]] = {
            group_of(*people): people,
            befriend(1, 2): [1, 2],
            befriend(3, 4): [3, 4],
        }
        never_reads = 4

        outcomes = together([partial(act_at_random, conversations_of, never_reads, turns, seed) for seed in range(8)])
        assert outcomes == [None] * 8

        for conversation_id, members in conversations_of.items():
            expect_exact(conversation_id, members)
        assert read_up_to(never_reads, next(iter(conversations_of))) == 0
        for user_id in people:
            mine = [each for each, members in conversations_of.items() if user_id in members]
            assert conversations.total_unread(user_id) == sum(unread(user_id, each) for each in mine)
            for conversation_id in mine:
                conversations.mark_read(user_id, conversation_id)
            assert conversations.total_unread(user_id) == 0

    def test_reading_while_ones_other_device_sends(self, turns: Turns) -> None:
        dm = befriend(1, 2)
        for _ in range(30):
            turns.send(dm, 2)
            calls: list[Callable[[], object]] = [
                partial(turns.send, dm, 1),
                partial(conversations.mark_read, 1, dm),
                partial(turns.send, dm, 2),
            ]
            together(calls)
            late = [item for item in stored(dm) if item.sender_id == 2]
            assert unread(1, dm) == sum(item.number > read_up_to(1, dm) for item in late)


class TestGroups:
    def test_everybody_leaves_at_once(self) -> None:
        for _ in range(5):
            people = range(1, 9)
            group = group_of(*people)
            ended: list[int] = []
            outcomes = together(
                [partial(groups.leave, group, who, before_it_ends=partial(ended.append, 1)) for who in people]
            )
            left = [outcome for outcome in outcomes if isinstance(outcome, groups.Group)]
            assert sorted(len(each.members) for each in left) == list(range(8))
            assert ended
            for each in left:
                assert not each.members or each.admin_id in each.members
            assert all(not conversations.list_conversations(who, "", MORNING) for who in people)

    def test_never_more_members_than_allowed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(groups, "MOST_MEMBERS", 6)
        group = group_of(1, 2)
        outcomes = together([partial(groups.add, group, 1, {new: f"User {new}"}) for new in range(10, 18)])
        assert sum(isinstance(outcome, groups.Group) for outcome in outcomes) == 4
        assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 4
        ((listed,),) = [conversations.list_conversations(1, "", MORNING)]
        assert len(listed.members) == 6


@pytest.fixture
def people(clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> tuple[Person, Person, Wire]:
    wire = Wire()
    monkeypatch.setattr("smartexam.talk.realtime.delivery._post_to", wire.post)
    monkeypatch.setenv("SOCKETS_ENDPOINT", "http://127.0.0.1:9/test")
    monkeypatch.setattr("smartexam.platform.settings.SystemClock", lambda: clock)
    monkeypatch.setattr("chat.app.api.clock", clock)
    return Person(clock, wire, "Asha"), Person(clock, wire, "Ben"), wire


def test_the_pause_holds_across_http_and_websocket(people: tuple[Person, Person, Wire]) -> None:
    asha, ben, _ = people
    dm, device = asha.befriend(ben), asha.connect()

    def by_http() -> Any:
        return asha.call("POST", f"/messages/{dm}", {"message": "x"}).status

    def by_socket() -> Any:
        return asha.frame(device, "sendMessage", conv_id=dm, message="x")

    for number in range(5):
        asha.clock.advance(2)
        outcomes = together([by_http, by_socket] * 4)
        assert sorted(str(outcome) for outcome in outcomes) == ["200", *["429"] * 7]
        assert ben.unread(dm) == number + 1


def test_devices_come_and_go_at_once(people: tuple[Person, Person, Wire]) -> None:
    asha, ben, wire = people
    asha.befriend(ben)
    friend = ben.connect()
    for _ in range(10):
        names = [f"device{number}" for number in range(6)]
        together([partial(asha.connect, name) for name in names])
        assert {socket.connection_id for socket in sockets.of_users([asha.id])[asha.id]} == set(names)
        assert len(wire.took(friend, "user_online")) == 1
        together([partial(call_socket, "$disconnect", name) for name in names])
        assert sockets.of_users([asha.id]) == {}
        assert len(wire.took(friend, "user_offline")) == 1
