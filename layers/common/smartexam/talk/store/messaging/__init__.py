"""The messaging table: who knows whom, who is in which conversation, and what was said.

    pk          sk              what
    USER#5      PEER#3          what is between users 5 and 3; mirrored in USER#3/PEER#5
    USER#5      INBOX#7         a request that waits for user 5's answer
    REQUEST#7   PAIR            whom a connection's id stands for
    USER#5      CONV#12         a membership: what its user has read, and may see
    USER#5      LEFT#12         a group that was left, but in which there may be messages of theirs
    CONV#12     META            a conversation: how much was said in it
    CONV#12     ROSTER          a group's members, who gets what is said
    CONV#12     MSG#00000088    a message, by its number
    CONV#12     TIME#<ms>       the number of the message sent then, for one message in 64
    CONV#12     DELETED#0003    which of a thousand messages were deleted

Messages are numbered from 1. The write that takes a number stores the message with it, so numbers have no gaps and
are the one order that everybody sees. A message's id holds its conversation and its number: it is found without an
index, and says nothing to who is not in the conversation.

What somebody has not read is `message_count - read_count`, less what was deleted since:

    read_up_to   the number of the newest message when they last read
    read_count   that, and one more for each message of their own after it

Reading moves both to the newest number, on condition that no message of their own came in between; sending adds one
to the sender's `read_count` in the transaction that adds one to `message_count`. Deleting changes neither: it notes
the message's number, and whoever has not read up to it counts one less. So no two of them can undo each other.
"""
