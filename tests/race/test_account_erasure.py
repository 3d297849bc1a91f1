"""An account with thousands of items everywhere is deleted: nothing of it may be left in any table."""

import itertools
import json
from collections.abc import Iterable
from typing import Any

import boto3
import pytest

from account import app
from account_eraser.app import lambda_handler as eraser
from result_aggregator.app import lambda_handler as aggregator
from smartexam.accounts.store import access_requests, accounts, credentials, refresh_tokens, sessions
from smartexam.accounts.user import User
from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.store import exams, papers
from smartexam.limits.store import windows
from smartexam.platform import ids, queues
from smartexam.platform.dynamodb import table
from smartexam.platform.times import local_date
from smartexam.sitting import ending
from smartexam.sitting.store import attempts
from smartexam.talk.store import sockets, study
from smartexam.talk.store.discussions import items as discussed
from smartexam.talk.store.discussions import moderation, reading, writing
from smartexam.talk.store.messaging import connections, conversations, groups, messages, sending
from smartexam.talk.store.messaging.items import (
    META,
    ConversationItem,
    MembershipItem,
    MessageItem,
    conversation_key,
    membership_sk,
    message_sk,
)
from smartexam.talk.store.study import Turn
from tests.conftest import REGION
from tests.factories.clock import MORNING, FrozenClock
from tests.factories.events import FakeContext, send, sqs_event
from tests.factories.exams import create_exam, question_ids
from tests.factories.post import PostOffice
from tests.factories.streams import stored_records, stream_event
from tests.factories.tables import everything
from tests.factories.users import access_token, create_user
from tests.infrastructure.iam import enforced

pytestmark = pytest.mark.race

MESSAGES, COMMENTS, ATTEMPTS = 2_000, 500, 100
# Not part of any other stored number.
USER_ID = 765_432_109
_times = itertools.count(MORNING, 20)


@pytest.fixture(autouse=True)
def _clock(engine_tables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> FrozenClock:
    clock = FrozenClock()
    monkeypatch.setattr(app.api, "clock", clock)
    monkeypatch.setattr("smartexam.platform.settings.SystemClock", lambda: clock)
    return clock


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> PostOffice:
    office = PostOffice()
    monkeypatch.setattr(queues, "send", office.take)
    monkeypatch.setenv("ACCOUNT_ERASER_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/123456789012/account_eraser")
    return office


@pytest.fixture
def mary(post: PostOffice) -> User:
    table.put(ids.CounterItem("COUNTER#user", "COUNTER", value=USER_ID - 1))
    made = create_user(username="mary.quagmire", email="mary@quagmire.example", first_name="Mary", last_name="Quagmire")
    assert made.id == USER_ID
    ids.allocator.cache_clear()
    table.put(ids.CounterItem("COUNTER#user", "COUNTER", value=1_000))
    return accounts.link_google(made, "google-of-quagmire")


def befriend(one: User, other: User) -> int:
    peer = connections.ask(one.principal(), other.id, other.full_name, MORNING)
    conversation_id = connections.accept(other.principal(), peer.connection_id, MORNING).conversation_id
    assert conversation_id is not None
    return conversation_id


def group_of(owner: User, *others: User) -> int:
    names = {other.id: other.full_name for other in others}
    return groups.create(ids.next_id("conversation"), "Physics", (owner.id, owner.full_name), names, MORNING).id


def say(conversation_id: int, sender: User, text: str, **more: Any) -> int:
    sent = sending.send(sending.Draft(conversation_id, sender.id, sender.full_name, text, **more), next(_times))
    return sent.message.id


def say_much(conversation_id: int, sender: User, count: int) -> None:
    """The items of `count` more messages, written in bulk."""
    pk = conversation_key(conversation_id)
    conversation = table.get(ConversationItem, pk, META)
    assert conversation is not None
    first = conversation.message_count + 1
    table.batch_put(
        MessageItem(
            pk,
            message_sk(number),
            sender_id=sender.id,
            sender_name=sender.full_name,
            text=f"It is {sender.first_name}, number {number}",
            sent_at=conversation.last_at + number,
        )
        for number in range(first, first + count)
    )
    last = first + count - 1
    table.update(
        ConversationItem,
        pk,
        META,
        [ConversationItem.message_count.set(last), ConversationItem.last_at.set(conversation.last_at + last)],
    )
    table.update(
        MembershipItem,
        f"USER#{sender.id}",
        membership_sk(conversation_id),
        [MembershipItem.read_count.add(count), MembershipItem.last_sent.set(last)],
    )


def comment(author: User, exam_id: int, question_id: int, parent_id: int | None = None) -> int:
    found = reading.find_discussion(question_id, parent_id=parent_id)
    assert found is not None
    new = writing.NewComment(
        ids.next_id("comment"), question_id, exam_id, author.id, author.username, "Hm.", found.parent, next(_times)
    )
    return writing.add(new, is_first=found.is_new).id


def comment_much(author: User, exam_id: int, question_id: int, count: int) -> None:
    """The items of `count` more comments, written in bulk."""
    pk, written = discussed.partition(question_id), list[Any]()
    for comment_id in ids.allocator().take("comment", count):
        now = next(_times)
        place = discussed.place_of(comment_id, now, None)
        said = f"{author.first_name} says so"
        written += [
            discussed.CommentItem(
                pk,
                place,
                comment_id=comment_id,
                author_id=author.id,
                username=author.username,
                message=said,
                created_at=now,
            ),
            discussed.PointerItem(
                *discussed.pointer_key(comment_id), question_id=question_id, exam_id=exam_id, place=place
            ),
            discussed.AuthorItem(*discussed.author_key(author.id, comment_id), question_id=question_id, place=place),
        ]
    table.batch_put(written)
    table.update(discussed.CountItem, pk, discussed.COUNT, [discussed.CountItem.comments.add(count)])


def sit(user_id: int, exam_id: int, *, submit: bool = True) -> None:
    exam = exams.get_exam(exam_id)
    assert exam is not None
    now, version = next(_times), papers.ready_version(exam)
    attempts.start_attempt(
        user_id,
        exam_id,
        attempt_id=ids.next_id("attempt"),
        paper_version=version,
        now=now,
        deadline=now + 3600,
        max_attempts=0,
    )
    if submit:
        time = ExamTime.at(now + 5)
        ending.grade_closed(attempts.close_attempt(user_id, exam_id, time=time))


def traces(environment: dict[str, str], client: Any, words: Iterable[str]) -> list[str]:
    """Every item that contains one of the words."""
    wanted = [word.casefold() for word in words]
    return [
        f"{context}: {text}"
        for context, items in everything(client, environment).items()
        for text in (json.dumps(item, default=str).casefold() for item in items)
        if any(word in text for word in wanted)
    ]


def erase_all(post: PostOffice, environment: dict[str, str]) -> None:
    with enforced("AccountEraserFunction", table.connection().client, environment):
        while bodies := [message.body for message in post.taken("account_eraser")]:
            assert eraser(sqs_event(*bodies), FakeContext()) == {"batchItemFailures": []}


def chat(mary: User, ben: User, chen: User) -> dict[str, int]:
    """Her DMs, and groups: her own, another's, and one that she has left; returns the groups by name."""
    found = {"own": group_of(mary, ben, chen), "left": group_of(mary, ben, chen), "bens": group_of(ben, mary)}
    dms = {befriend(mary, ben): ben, befriend(mary, chen): chen}
    for number, conversation_id in enumerate((*dms, *found.values())):
        first = say(conversation_id, mary, "This is Mary Quagmire", client_id=f"mary-{number}")
        say(conversation_id, dms.get(conversation_id, ben), "Hello", reply_to_id=first)
        say_much(conversation_id, mary, MESSAGES // 5 - 2)
        messages.delete(mary.id, say(conversation_id, mary, "never mind"))
    groups.leave(found["left"], mary.id)
    return found


def discuss(mary: User, ben: User, exam_id: int) -> list[int]:
    """Roots and replies, of which one is the best and one was deleted; returns the questions."""
    questions = question_ids(exam_id)
    for question_id in questions:
        comment(ben, exam_id, question_id, comment(mary, exam_id, question_id))
        best = reading.locate(comment(mary, exam_id, question_id, comment(ben, exam_id, question_id)))
        deleted = reading.locate(comment(mary, exam_id, question_id))
        assert best is not None
        assert deleted is not None
        moderation.toggle_best(best, ben.id, next(_times))
        writing.delete(deleted, next(_times), allows=lambda _: True)
        comment_much(mary, exam_id, question_id, COMMENTS // len(questions))
    return questions


def sit_exams(mary: User, ben: User, exam_id: int) -> None:
    """Attempts, of which one is still running, and their statistics."""
    for sat in [create_exam() for _ in range(4)]:
        for _ in range(ATTEMPTS // 4):
            sit(mary.id, sat.id)
    sit(mary.id, exam_id, submit=False)
    sit(ben.id, exam_id)
    assert aggregator(stream_event(stored_records()), FakeContext()) == {"batchItemFailures": []}


def sign_in_and_ask(mary: User, question_id: int) -> None:
    """Credentials, devices, limits, a request for another role, the assistant."""
    sessions.start_session(mary, MORNING)
    refresh_tokens.issue(mary, MORNING)
    credentials.issue_password_link(mary.id, MORNING)
    sockets.issue_ticket(mary.principal(), MORNING)
    sockets.connect("device-1", mary.principal(), MORNING)
    device = sockets.owner_of("device-1")
    assert device is not None
    sockets.follow(device, question_id, MORNING)
    windows.use_limit(mary.id, "mail", MORNING, limit=3, window_seconds=60)
    table.put(windows.turn("comment", mary.id, MORNING, seconds=10).item)
    access_requests.submit(mary, "admin", "Quagmires teach physics.", MORNING)
    study.reserve_question(mary.id, local_date(MORNING, "Asia/Kolkata"), MORNING, "mass", limit=50)
    study.remember(mary.id, Turn("I am Mary. What is mass?", "Inertia.", MORNING))


def unread_of(person: User) -> dict[int, int]:
    listed = conversations.list_conversations(person.id, person.full_name, MORNING)
    return {each.id: each.unread for each in listed}


def test_nothing_is_left_of_a_long_life(mary: User, post: PostOffice, engine_tables: dict[str, str]) -> None:
    ben, chen, exam = create_user(first_name="Ben"), create_user(first_name="Chen"), create_exam()
    groups_ = chat(mary, ben, chen)
    questions = discuss(mary, ben, exam.id)
    sit_exams(mary, ben, exam.id)
    sign_in_and_ask(mary, questions[0])
    client = boto3.client("dynamodb", region_name=REGION, endpoint_url=table.connection().client.meta.endpoint_url)
    words = ["quagmire", "mary", str(mary.id)]
    assert len(traces(engine_tables, client, words)) > MESSAGES + 2 * COMMENTS + 2 * ATTEMPTS
    counts, unread = reading.count_many(questions), unread_of(ben)

    token = access_token(mary)
    answer = send(app.lambda_handler, "POST", "/api/delete-account", body={"confirm": "DELETE"}, token=token)
    erase_all(post, engine_tables)

    assert answer.status == 200
    left_over = traces(engine_tables, client, words)
    # Her tokens stay revoked until they expire.
    feed = [text for text in left_over if '"revocations"' in text]
    assert [text for text in left_over if text not in feed] == []
    assert len(feed) == 1
    # What others see keeps its structure.
    assert reading.count_many(questions) == counts
    assert unread_of(ben) == {group: unread[group] for group in groups_.values()}
    senders = {sent.sender_name for sent in messages.list_messages(ben.id, groups_["own"])}
    assert senders == {"Deleted Account"}
    client.close()
