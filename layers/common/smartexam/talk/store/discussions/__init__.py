"""The discussions table: comments on questions.

    pk            sk                             what
    QUESTION#101  COUNT                          how many comments are not deleted, the best answer, how many are pinned
    QUESTION#101  PIN#<root's place>             a pinned root
    QUESTION#101  THREAD#<ms>#<id>               a root
    QUESTION#101  THREAD#<ms>#<id>#<ms>#<id>     a reply to it, and so on for replies to replies
    COMMENT#5     POINTER                        the question and the place of a comment
    USER#42       COMMENT#<id>                   a comment of a user
    EXAM#7        QUESTION#101                   a question of an exam that was ever discussed

A comment's place is its sort key. A discussion is stored in reading order: each comment, followed by all replies below
it, because the place of a comment starts with the places of all comments above it. So a page is one query, whatever the
shape of the discussion, and a root with thousands of replies goes on over pages as a list of roots does. Pinned roots
have an extra item each: the first page starts with them, and skips them where they are stored.

At the deepest of `MOST_LEVELS` levels a reply is stored beside the comment it answers, and names it.

Counts, pins and the best answer change in the transaction that changes the comment. A deleted comment stays as a
placeholder while it has replies; the transaction that deletes the last reply deletes it.

Comments are listed by user and by exam with items instead of indexes: an index lags, so erasing would miss the newest.
"""
