"""The messaging table: connections between users, conversations and messages.

    pk          sk              what
    USER#5      PEER#3          the connection between users 5 and 3; mirrored in USER#3/PEER#5
    USER#5      INBOX#7         a request that waits for user 5's answer
    USER#5      BLOCKS          whom user 5 has blocked, and who has blocked user 5
    REQUEST#7   PAIR            the two users of the connection with this id
    USER#5      CONV#12         a membership: what its user has read, and may see
    USER#5      LEFT#12         a group that was left, but may still contain the user's messages
    CONV#12     META            a conversation, with its number of messages
    CONV#12     ROSTER          a group's members, who receive its messages
    CONV#12     MSG#00000088    a message, by its number
    CONV#12     TIME#<ms>       the number of the message sent then, for one message in 64
    CONV#12     DELETED#0003    which of a thousand messages were deleted

Messages are numbered from 1. The write that takes a number stores the message with it, so numbers have no gaps and
everybody sees the same order. A message's id contains its conversation and its number, so it is found without an index,
and it tells nothing to users outside the conversation.

A member's unread messages are `message_count - read_count`, less those deleted since:

    read_up_to   the number of the newest message when the member last read
    read_count   that, and one more for each of the member's own messages after it

Reading sets both to the newest number, on condition that the member sent no message meanwhile. Sending adds one to the
sender's `read_count` in the transaction that adds one to `message_count`. Deleting changes neither: it records the
message's number, and members who have not read up to it count one less. So these writes cannot undo each other.
"""
