"""The state of a chat: connections, conversations, messages and what was read.

Ids are None until somebody was told them; until then names of groups and texts of messages, all different, identify
them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tests.model.candidates import Disagreement


@dataclass(frozen=True, slots=True)
class Link:
    """The connection of two users; `chat` is the key of their conversation, once they are connected."""

    low: int
    high: int
    id: int | None
    asker: int
    status: str
    asked_at: float
    chat: int | None = None

    def has(self, user: int) -> bool:
        """Whether a user is one of the two."""
        return user in {self.low, self.high}

    def other(self, user: int) -> int:
        """The other one of the two."""
        return self.high if user == self.low else self.low


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a conversation: messages before `joined` are hidden, those up to `read` are read."""

    user: int
    hidden: int = 0
    read: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """A message; `sent_at` in milliseconds, `reply_to` is a number in the conversation."""

    sender: int
    text: str
    id: int | None
    sent_at: int
    reply_to: int | None = None
    client_id: str | None = None
    is_edited: bool = False
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Chat:
    """A conversation; `admin` is None for two people."""

    key: int
    id: int | None
    name: str
    admin: int | None
    members: tuple[Member, ...]
    last_at: int
    messages: tuple[Message, ...] = ()

    @property
    def users(self) -> tuple[int, ...]:
        """Its members, in the order in which they joined."""
        return tuple(member.user for member in self.members)

    def member(self, user: int) -> Member | None:
        """A user's place in it."""
        return next((member for member in self.members if member.user == user), None)

    def shown(self, user: int) -> list[tuple[int, Message]]:
        """What a member sees, with its numbers."""
        member = self.member(user)
        hidden = 0 if member is None else member.hidden
        return [(n, each) for n, each in enumerate(self.messages, 1) if n > hidden and not each.is_deleted]

    def unread(self, user: int) -> int:
        """The messages of others since a member last read, without deleted ones."""
        member = self.member(user)
        read = 0 if member is None else max(member.read, member.hidden)
        return sum(n > read and each.sender != user for n, each in self.shown(user))

    def with_member(self, changed: Member) -> "Chat":
        """The conversation, one of its members in another state."""
        return replace(self, members=tuple(changed if each.user == changed.user else each for each in self.members))

    def with_message(self, number: int, changed: Message) -> "Chat":
        """The conversation, one of its messages in another state."""
        before, after = self.messages[: number - 1], self.messages[number:]
        return replace(self, messages=(*before, changed, *after))


@dataclass(frozen=True, slots=True)
class State:
    """Everything; `turns` says when each user's last message was sent."""

    links: tuple[Link, ...] = ()
    chats: tuple[Chat, ...] = ()
    turns: tuple[tuple[int, float], ...] = ()
    next_key: int = 1

    def link(self, one: int, other: int) -> Link | None:
        """What is between two users."""
        return next((each for each in self.links if each.has(one) and each.has(other) and one != other), None)

    def link_by_id(self, link_id: int) -> Link | None:
        """What an id of a request stands for."""
        return next((each for each in self.links if each.id == link_id), None)

    def chat(self, key: int | None) -> Chat:
        """A conversation by its key."""
        return next(each for each in self.chats if each.key == key)

    def chat_by_id(self, chat_id: int) -> Chat | None:
        """A conversation by its id."""
        return next((each for each in self.chats if each.id == chat_id), None)

    def message_by_id(self, message_id: int) -> tuple[Chat, int, Message] | None:
        """A message by its id, with its conversation and its number there."""
        for chat in self.chats:
            for number, message in enumerate(chat.messages, 1):
                if message.id == message_id:
                    return chat, number, message
        return None

    def are_connected(self, one: int, other: int) -> bool:
        """Whether two users are connected."""
        link = self.link(one, other)
        return link is not None and link.status == "accepted"

    def turn(self, user: int) -> float:
        """When a user's last message was sent."""
        return dict(self.turns).get(user, 0.0)

    def with_link(self, changed: Link) -> "State":
        """What is between two users, as it is now."""
        return replace(self, links=tuple(sorted((*self._other_links(changed), changed), key=_pair)))

    def without_link(self, gone: Link) -> "State":
        """Nothing is between two users any more, nor have they a conversation."""
        return replace(self, links=self._other_links(gone), chats=tuple(c for c in self.chats if c.key != gone.chat))

    def with_chat(self, changed: Chat) -> "State":
        """A conversation as it is now; one without members is gone."""
        others = tuple(each for each in self.chats if each.key != changed.key)
        chats = (*others, changed) if changed.members else others
        return replace(self, chats=tuple(sorted(chats, key=lambda each: each.key)))

    def with_new_chat(self, name: str, admin: int | None, users: Iterable[int], now: float) -> "State":
        """One more conversation, whose id nobody was told yet."""
        members = tuple(Member(user) for user in users)
        chat = Chat(self.next_key, None, name, admin, members, int(now * 1000))
        return replace(self.with_chat(chat), next_key=self.next_key + 1)

    def with_turn(self, user: int, now: float) -> "State":
        """A user has just sent a message."""
        return replace(self, turns=tuple(sorted({**dict(self.turns), user: now}.items())))

    def _other_links(self, link: Link) -> tuple[Link, ...]:
        return tuple(each for each in self.links if _pair(each) != _pair(link))


def identified(state: State, chat: Chat, chat_id: int) -> State:
    """The state in which a conversation has the id that was told."""
    if chat.id is None and state.chat_by_id(chat_id) is None:
        return state.with_chat(replace(chat, id=chat_id))
    if chat.id != chat_id:
        raise Disagreement(f"conversation {chat_id} is called {chat.id}")
    return state


def message_identified(state: State, chat: Chat, number: int, message_id: int) -> State:
    """The state in which a message has the id that was told."""
    message = chat.messages[number - 1]
    if message.id is None and state.message_by_id(message_id) is None:
        return state.with_chat(chat.with_message(number, replace(message, id=message_id)))
    if message.id != message_id:
        raise Disagreement(f"message {message_id} is called {message.id}")
    return state


def _pair(link: Link) -> tuple[int, int]:
    return link.low, link.high
