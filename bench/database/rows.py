"""The crowd's items, made with the stores' own item classes.

Each maker takes a range of numbers and makes the items of each; the same number always gives the same items.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from smartexam.accounts.passwords import hash_password
from smartexam.accounts.store import access_requests, directory, identity
from smartexam.accounts.store.access_requests import RequestItem, RequestRowItem
from smartexam.accounts.user import User
from smartexam.platform.audit import AuditItem
from smartexam.platform.dynamodb.items import Item, Operation, Put
from smartexam.platform.keys import user_key
from smartexam.talk.store.discussions import items as discussion
from smartexam.talk.store.messaging import items as messaging
from smartexam.talk.store.study import TurnItem

DAYS = 30
# In the zone where exams are sat, if nothing else is set
_MIDNIGHT = datetime.now(ZoneInfo("Asia/Kolkata")).replace(hour=0, minute=0, second=0, microsecond=0)
# Everything happened in the last month, including today, so that the lists of all periods are full.
BEGAN = int((_MIDNIGHT - timedelta(days=DAYS - 1)).timestamp())
USERS, RESULTS, REQUESTS, COMMENTS = 10_000_000, 20_000_000, 30_000_000, 40_000_000
CONVERSATION, OTHER_CONVERSATIONS, PER_CONVERSATION = 5_000_000, 5_000_001, 2_000
_FIRST = ("Asha", "Ben", "Chen", "Dina", "Emil", "Farah", "Gita", "Hugo", "Iris", "Jai", "Kofi", "Lena", "Mira", "Noor")
_LAST = ("Abel", "Bose", "Cruz", "Das", "Egan", "Fox", "Gupta", "Hahn", "Iyer", "Jain", "Khan", "Lal", "Mehta", "Nair")
_WORDS = "so the second law says that the force is the product of mass and acceleration, as was shown above"
_STATUSES = ("pending", "completed", "denied")


@cache
def _hash() -> str:
    return hash_password("violet-Otter-47")


def user(number: int) -> User:
    """One user of many."""
    first, last = _FIRST[number % len(_FIRST)], _LAST[number // len(_FIRST) % len(_LAST)]
    name = f"{first}.{last}{number}".lower()
    return User(
        id=USERS + number,
        username=name,
        email=f"{name}@example.org",
        first_name=first,
        last_name=last,
        role="user",
        password_hash=_hash(),
        google_sub=None,
        auth_version=1,
        credentials_version=1,
        created_at=float(BEGAN),
    )


def accounts(numbers: range) -> Iterator[Item]:
    """Accounts with their markers and their rows in lists and searches."""
    for number in numbers:
        someone = user(number)
        yield identity._item_of(someone)  # noqa: SLF001 - the one place that knows how accounts are stored
        operations: list[Operation] = [
            identity.marker("NAME", someone.username, someone.id),
            identity.marker("EMAIL", someone.email, someone.id),
            *directory.listing_puts(someone),
            *directory.search_puts(someone),
        ]
        yield from (operation.item for operation in operations if isinstance(operation, Put))


def requests(numbers: range) -> Iterator[Item]:
    """Requests for another role."""
    for number in numbers:
        request_id, status, at = REQUESTS + number, _STATUSES[number % 3], BEGAN + number
        owner = user(number)
        yield RequestItem(
            f"REQUEST#{request_id}",
            "REQUEST",
            user_id=owner.id,
            current_access="user",
            requested_access="admin",
            user_reason=_WORDS,
            status=status,
            requested_at=float(at),
            processed_at=None if status == "pending" else float(at + 60),
        )
        place = access_requests.list_place(request_id, at)
        for pk, sk in (
            (user_key(owner.id), f"REQUEST#{request_id}"),
            ("REQUESTS#ALL", place),
            (f"REQUESTS#{status}", place),
        ):
            yield RequestRowItem(pk, sk, request_id=request_id)


def changes(numbers: range) -> Iterator[Item]:
    """Entries of the administrators' log."""
    for number in numbers:
        at = BEGAN + number
        yield AuditItem(
            "AUDIT",
            f"{at * 1000:013d}#{number:012x}",
            at=float(at),
            actor_id=user(number % 50).id,
            action="exam.update",
            target=f"exam:{number}",
            before='{"name":"Physics"}',
            after='{"name":"Physics, first paper"}',
        )


def messages(numbers: range) -> Iterator[Item]:
    """Messages of the conversation that is measured, from the one with number 1 on."""
    return _messages(CONVERSATION, (number + 1 for number in numbers))


def other_messages(numbers: range) -> Iterator[Item]:
    """Messages of other conversations, `PER_CONVERSATION` in each."""
    for number in numbers:
        conversation_id = OTHER_CONVERSATIONS + number // PER_CONVERSATION
        yield from _messages(conversation_id, [number % PER_CONVERSATION + 1])


def _messages(conversation_id: int, numbers: Iterable[int]) -> Iterator[Item]:
    pk = messaging.conversation_key(conversation_id)
    for number in numbers:
        author, at = user(number % 100), message_time(number)
        yield messaging.MessageItem(
            pk,
            messaging.message_sk(number),
            sender_id=author.id,
            sender_name=author.full_name,
            text=_WORDS,
            sent_at=at,
            client_id=f"client-{number}",
        )
        if number % messaging.TIME_EVERY == 0:
            yield messaging.TimeItem(pk, messaging.time_sk(at), number=number)


def message_time(number: int) -> int:
    """When a message was sent, epoch milliseconds."""
    return (BEGAN + number) * 1000


@dataclass(frozen=True, slots=True)
class Comments:
    """Makes comments of a question: a root, three replies to it, and so on."""

    question_id: int
    exam_id: int
    base: int

    def __call__(self, numbers: range) -> Iterator[Item]:
        """The rows of comments."""
        pk = discussion.partition(self.question_id)
        for number in numbers:
            comment_id, author, at = self.base + number, user(number % 100), BEGAN + number
            root_number = number - number % 4
            root = discussion.place_of(self.base + root_number, BEGAN + root_number)
            is_root = number == root_number
            place = root if is_root else discussion.place_of(comment_id, at, root)
            yield discussion.CommentItem(
                pk,
                place,
                comment_id=comment_id,
                author_id=author.id,
                username=author.username,
                message=_WORDS,
                created_at=float(at),
                replies=3 if is_root else 0,
            )
            yield discussion.PointerItem(
                *discussion.pointer_key(comment_id), question_id=self.question_id, exam_id=self.exam_id, place=place
            )
            yield discussion.AuthorItem(
                *discussion.author_key(author.id, comment_id), question_id=self.question_id, place=place
            )


@dataclass(frozen=True, slots=True)
class Turns:
    """Makes questions of a student to the assistant, with their answers."""

    user_id: int

    def __call__(self, numbers: range) -> Iterator[Item]:
        """The rows of turns."""
        for number in numbers:
            at = BEGAN + number
            yield TurnItem(
                user_key(self.user_id),
                f"STUDY#{at * 1000:013d}#{number:08x}",
                question="Why is it so?",
                answer=_WORDS,
                asked_at=float(at),
                expires_at=float(at + 300 * 86_400),
            )
