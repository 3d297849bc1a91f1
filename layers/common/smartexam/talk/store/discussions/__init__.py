"""The discussions table: comments on questions.

    pk            sk                             what
    QUESTION#101  COUNT                          how many comments are not deleted, the best answer, how many are pinned
    QUESTION#101  PIN#<root's place>             a pinned root
    QUESTION#101  THREAD#<ms>#<id>               a root
    QUESTION#101  THREAD#<ms>#<id>#<ms>#<id>     a reply, under what it answers, and so on
    COMMENT#5     POINTER                        where a comment lies
    USER#42       COMMENT#<id>                   a comment of a user
    EXAM#7        QUESTION#101                   a question of an exam that was ever discussed

A discussion lies in its partition in the order in which it is read: each comment, followed by all that lies under it.
So a page is one query of so many items, whatever their shape: a root with thousands of replies goes on over pages as a
list of roots does. The keys of what a comment lies under are the beginnings of its own. Pinned roots have a row each
besides: a page begins with those, and passes over them where they lie.

At the deepest of `MOST_LEVELS` levels a reply lies beside what it answers, and names it.

Counts, pins and the best answer change in the transaction that changes the comment. A comment that is deleted stays as
a placeholder while it has replies; the transaction that deletes the last of them removes it.

What finds comments by user or by exam are rows, not indexes: an index lags, and erasing would miss the newest.
"""
