"""Messages between connected people and in groups. Events arrive over the WebSocket."""

from chat import group_rules, people, talk
from chat.models import (
    AnswerBody,
    Answered,
    BlockedUsers,
    ConversationList,
    CreatedGroup,
    EditBody,
    EditedMessage,
    FoundUsers,
    GroupBody,
    Inbox,
    MemberBody,
    MessagePage,
    MessagesQuery,
    OnlineQuery,
    OnlineStatus,
    ReportBody,
    RequestBody,
    SearchQuery,
    SentMessage,
    Ticket,
    UnreadCount,
)
from smartexam.api import Access, Api, Done, Request
from smartexam.catalog.exam_time import ExamTime
from smartexam.platform.principal import Principal
from smartexam.platform.settings import settings
from smartexam.talk import messenger
from smartexam.talk.messenger import SendBody
from smartexam.talk.silence import require_chat
from smartexam.talk.store import sockets
from smartexam.talk.store.messaging import connections, conversations

api = Api("chat")


@api.get("/api/chat/search", access=Access.AUTH, query=SearchQuery, answers=FoundUsers)
def search_people(request: Request, query: SearchQuery) -> FoundUsers:
    """Find people by the start of their username or of a word of their name.

    It needs at least two characters and finds at most ten people, never the caller. `connection_status` tells whether
    they are connected or a request waits.

    Raises:
        Conflict: `exam_in_progress`, the caller sits an exam without chat.
        RateLimited: `rate_limited`, 100 searches in ten minutes.
    """
    return FoundUsers(people.search(_chatting(request), query.q, request.now))


@api.post("/api/chat/request", access=Access.AUTH, takes=RequestBody, answers=Done)
def request_connection(request: Request, body: RequestBody) -> Done:
    """Ask somebody for a connection; if they have asked the caller already, this accepts.

    The recipient gets the event `chat_request` on an open WebSocket. After a rejection it may be sent again.

    Raises:
        BadRequest: `oneself`.
        NotFound: `user_not_found`.
        Forbidden: `blocked`, by one of the two.
        Conflict: `exam_in_progress`; `already_requested`, `already_connected`, or `already_answered`.
        RateLimited: `rate_limited`, 30 requests an hour, and two to the same person in 24 hours.
    """
    people.ask(_chatting(request), body.recipient_id, request.now)
    return Done()


@api.get("/api/chat/requests/inbox", access=Access.AUTH, answers=Inbox)
def list_connection_requests(request: Request) -> Inbox:
    """List requests that wait for the caller's answer, the newest first.

    Send a `conn_id` to `PUT /api/chat/request/{conn_id}` to accept or reject its request.

    Raises:
        Conflict: `exam_in_progress`, the caller sits an exam without chat.
    """
    return Inbox(people.inbox(_chatting(request)))


@api.put("/api/chat/request/<conn_id>", access=Access.AUTH, takes=AnswerBody, answers=Answered)
def answer_connection_request(request: Request, conn_id: int, body: AnswerBody) -> Answered:
    """Accept or reject a request.

    Only the person who was asked may do so. Accepting opens a conversation, which the answer names as `conv_id`.

    Raises:
        NotFound: `request_not_found`.
        Forbidden: `not_the_recipient`; `blocked`.
        Conflict: `exam_in_progress`; `already_answered`.
    """
    if body.action == "accept":
        return Answered(people.accept(_chatting(request), conn_id, request.now))
    connections.reject(_chatting(request).user_id, conn_id)
    return Answered()


@api.get("/api/chat/conversations", access=Access.AUTH, answers=ConversationList)
def list_conversations(request: Request) -> ConversationList:
    """List the caller's conversations, the latest first.

    Each has its members, the number of unread messages and the last message, so that one call fills an overview.

    Raises:
        Conflict: `exam_in_progress`, the caller sits an exam without chat.
    """
    return ConversationList(talk.list_conversations(_chatting(request), request.now))


@api.get("/api/chat/messages/<chat_id>", access=Access.AUTH, query=MessagesQuery, answers=MessagePage)
def list_messages(request: Request, chat_id: int, query: MessagesQuery) -> MessagePage:
    """List 40 messages of the conversation `chat_id`, the oldest first, and mark the conversation as read.

    Only members may read them. Send the `created_at` of the oldest message as `before` to get those before it.

    Raises:
        Conflict: `exam_in_progress`, the caller sits an exam without chat.
        Forbidden: `not_a_member`.
    """
    return MessagePage(talk.list_messages(_chatting(request), chat_id, query.before))


@api.post("/api/chat/messages/<chat_id>", access=Access.AUTH, takes=SendBody, answers=SentMessage)
def send_message(request: Request, chat_id: int, body: SendBody) -> SentMessage:
    """Send a message to the conversation `chat_id`. Repeating a `client_id` returns the first message.

    Raises:
        BadRequest: `unknown_reply`, to a message that is not in this conversation.
        Forbidden: `not_a_member`; `blocked`, by one of the two.
        Conflict: `exam_in_progress`; `conversation_full`.
        RateLimited: `too_fast`, within two seconds of the previous message or edit.
    """
    return SentMessage(messenger.send_message(_chatting(request), chat_id, body, request.now))


@api.put("/api/chat/messages/<chat_id>/edit", access=Access.AUTH, takes=EditBody, answers=EditedMessage)
def edit_message(request: Request, chat_id: int, body: EditBody) -> EditedMessage:
    """Change the text of one's own message `chat_id`.

    Members see it marked as edited, and get the event `msg_edited` on open WebSockets.

    Raises:
        Conflict: `exam_in_progress`, the caller sits an exam without chat.
        NotFound: `message_not_found`.
        Forbidden: `not_the_sender`; `blocked`, by one of the two.
        RateLimited: `too_fast`, within two seconds of the previous message or edit.
    """
    return EditedMessage(talk.edit(_chatting(request), chat_id, body.message, request.now))


@api.delete("/api/chat/messages/<chat_id>", access=Access.AUTH, answers=Done)
def delete_message(request: Request, chat_id: int) -> Done:
    """Delete one's own message `chat_id`.

    Members get the event `msg_deleted` on open WebSockets.

    Raises:
        Conflict: `exam_in_progress`, the caller sits an exam without chat.
        NotFound: `message_not_found`.
        Forbidden: `not_the_sender`.
    """
    talk.delete(_chatting(request), chat_id, request.now)
    return Done()


@api.post("/api/chat/conversations/<conv_id>/read", access=Access.AUTH, answers=Done)
def mark_conversation_read(request: Request, conv_id: int) -> Done:
    """Mark a conversation as read.

    Clients that receive messages over the WebSocket call it; listing a conversation's messages does the same.

    Raises:
        Conflict: `exam_in_progress`, the caller sits an exam without chat.
        Forbidden: `not_a_member`.
    """
    messenger.mark_read(_chatting(request), conv_id)
    return Done()


@api.delete("/api/chat/conversations/<conv_id>/clear", access=Access.AUTH, answers=Done)
def clear_conversation(request: Request, conv_id: int) -> Done:
    """Hide all messages so far in a conversation, for the caller only.

    The other members keep them, and messages sent later are shown.

    Raises:
        Conflict: `exam_in_progress`, the caller sits an exam without chat.
        Forbidden: `not_a_member`.
    """
    conversations.mark_read(_chatting(request).user_id, conv_id, hide=True)
    return Done()


@api.get("/api/chat/unread_count", access=Access.AUTH, answers=UnreadCount)
def count_unread(request: Request) -> UnreadCount:
    """Count unread messages and unanswered requests.

    It covers all conversations, for the badge that clients show.
    """
    return UnreadCount(*talk.unread(request.caller))


@api.get("/api/chat/online_status", access=Access.AUTH, query=OnlineQuery, answers=OnlineStatus)
def get_online_status(request: Request, query: OnlineQuery) -> OnlineStatus:
    """Check which of up to 100 users are online; who has blocked the caller seems offline.

    A user is online while one of their WebSockets was heard from within 120 seconds.

    Raises:
        BadRequest: `invalid_ids`.
    """
    return OnlineStatus(people.online_status(request.caller, query.ids or "", request.now))


@api.post("/api/chat/group", access=Access.AUTH, takes=GroupBody, answers=CreatedGroup)
def create_group(request: Request, body: GroupBody) -> CreatedGroup:
    """Create a group with connected people.

    The caller becomes its admin, and each member gets the event `added_to_group`. A group has at most 256 people.

    Raises:
        Conflict: `exam_in_progress`, the caller sits an exam without chat.
        Forbidden: `not_connected`, with one of them; `blocked`.
    """
    return CreatedGroup(group_rules.create(_chatting(request), body, request.now))


@api.post("/api/chat/group/<conv_id>/members", access=Access.AUTH, takes=MemberBody, answers=Done)
def add_group_member(request: Request, conv_id: int, body: MemberBody) -> Done:
    """Add somebody to a group, as its admin.

    The admin must be connected with the newcomer, who gets the event `added_to_group`; the others get `member_joined`.

    Raises:
        Forbidden: `not_a_member`, `not_the_admin`, `not_connected`, or `blocked`.
        Conflict: `exam_in_progress`; `already_a_member`, or `group_full`.
    """
    group_rules.add(_chatting(request), conv_id, body.user_id, request.now)
    return Done()


@api.delete("/api/chat/group/<conv_id>/members/<user_id>", access=Access.AUTH, answers=Done)
def remove_group_member(request: Request, conv_id: int, user_id: int) -> Done:
    """Remove somebody from a group, as its admin.

    The removed member gets the event `removed_from_group`, the others get `member_left`. Removing oneself leaves the
    group.

    Raises:
        Conflict: `exam_in_progress`, the caller sits an exam without chat.
        Forbidden: `not_a_member`, or `not_the_admin`.
        NotFound: `member_not_found`.
    """
    group_rules.remove(_chatting(request), conv_id, user_id, request.now)
    return Done()


@api.delete("/api/chat/group/<conv_id>/exit", access=Access.AUTH, answers=Done)
def leave_group(request: Request, conv_id: int) -> Done:
    """Leave a group; the admin's role passes to another member, and with the last member the group ends.

    The remaining members get the event `member_left`.

    Raises:
        Conflict: `exam_in_progress`, the caller sits an exam without chat.
        Forbidden: `not_a_member`.
    """
    group_rules.leave(_chatting(request), conv_id, request.now)
    return Done()


@api.delete("/api/chat/group/<conv_id>", access=Access.AUTH, answers=Done)
def end_group(request: Request, conv_id: int) -> Done:
    """End a group, as its admin.

    The conversation ends for all members, who get the event `conversation_removed`.

    Raises:
        Conflict: `exam_in_progress`, the caller sits an exam without chat.
        Forbidden: `not_a_member`, or `not_the_admin`.
    """
    group_rules.end(_chatting(request), conv_id, request.now)
    return Done()


@api.delete("/api/chat/friend/<other_id>", access=Access.AUTH, answers=Done)
def remove_friend(request: Request, other_id: int) -> Done:
    """End the connection with somebody, and the conversation with them.

    A request that waits for an answer is removed in the same way. Groups that both are in go on.

    Raises:
        Conflict: `exam_in_progress`, the caller sits an exam without chat.
        NotFound: `connection_not_found`.
    """
    people.unfriend(_chatting(request), other_id, request.now)
    return Done()


@api.post("/api/chat/block/<user_id>", access=Access.AUTH, answers=Done)
def block_person(request: Request, user_id: int) -> Done:
    """Block somebody: the two can send each other neither requests nor messages, and the caller seems offline to them.

    Groups that both are in go on. Repeating it changes nothing.

    Raises:
        BadRequest: `oneself`.
        NotFound: `user_not_found`.
        Conflict: `exam_in_progress`; `too_many_blocked`, at most 1000.
        RateLimited: `rate_limited`, 100 in an hour.
    """
    people.block(_chatting(request), user_id, request.now)
    return Done()


@api.delete("/api/chat/block/<user_id>", access=Access.AUTH, answers=Done)
def unblock_person(request: Request, user_id: int) -> Done:
    """Lift a block; it succeeds without one too.

    Requests and messages between the two are possible again, unless the other one blocks the caller too.

    Raises:
        Conflict: `exam_in_progress`, the caller sits an exam without chat.
    """
    people.unblock(_chatting(request), user_id, request.now)
    return Done()


@api.get("/api/chat/blocked", access=Access.AUTH, answers=BlockedUsers)
def list_blocked_people(request: Request) -> BlockedUsers:
    """List the users whom the caller has blocked.

    `DELETE /api/chat/block/{user_id}` lifts the block of one of them.

    Raises:
        Conflict: `exam_in_progress`, the caller sits an exam without chat.
    """
    return BlockedUsers(people.list_blocked(_chatting(request)))


@api.post("/api/chat/report", access=Access.AUTH, takes=ReportBody, answers=Done)
def report_person(request: Request, body: ReportBody) -> Done:
    """Report a user to the administrators, who find it in the log of changes as `chat.report`.

    With `message_id`, the log has the id of the message but not its text. The message must be one of that user's which
    the caller can see.

    Raises:
        BadRequest: `oneself`; `unknown_message`, not one of the user's in a conversation of the caller.
        NotFound: `user_not_found`.
        Conflict: `exam_in_progress`, the caller sits an exam without chat.
        RateLimited: `rate_limited`, ten in a day.
    """
    people.report(_chatting(request), body, request.now)
    return Done()


@api.post("/api/chat/ws-ticket", access=Access.AUTH, answers=Ticket, keeps_answer=False)
def issue_socket_ticket(request: Request) -> Ticket:
    """Issue a ticket to open one WebSocket with.

    Browsers need it, because they cannot send `Authorization` with a WebSocket. Open `url` within 60 seconds; the
    ticket works once.
    """
    ticket = sockets.issue_ticket(request.caller, request.now)
    url = f"{settings().required('SOCKETS_URL')}?ticket={ticket}"
    return Ticket(ticket, sockets.TICKET_SECONDS, url)


def _chatting(request: Request) -> Principal:
    """The caller, who may chat now."""
    require_chat(request.caller, ExamTime.at(request.now))
    return request.caller


lambda_handler = api.handler
