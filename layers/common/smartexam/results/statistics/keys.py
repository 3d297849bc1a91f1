"""The keys of the statistics' items, in the attempts table. `<g>` is their generation.

    pk                              sk                          what
    STAT                            GENERATION                  which generation is read, and which is being built
    STAT#<g>#TALLY#42               TALLY                       a student's tally
    STAT#<g>#TOTALS                 <scope>#<shard>             counters of all time
    STAT#<g>#MONTHS#<scope>         2026-01#<shard>             counters of a month
    STAT#<g>#DAYS                   2026-01-05#<scope>#<shard>  counters of a day
    STAT#<g>#SECTIONS#E#7           2026-01-05#<shard>          counters of a day by section
    STAT#<g>#SPENT                  <exam>#<shard>              how many sittings have spent how many attempts
    STAT#<g>#RESULTS#<scope>        <completed>#<result>        a result in a list by time
    STAT#<g>#SCORES#E#7             <share>#<completed>#<result>  a result of an exam in a list by score
    STAT#<g>#WHERE#17               WHERE                       the student and exam of that result
    STAT#<g>#TOP#<scope>            <average>#<count>#<user>    a student in a ranking
    STAT#<g>#TOP#<scope>#<day>      <average>#<count>#<user>    the same for one day
    STAT#<g>#SITTINGS#E#7           <spent>#<user>              a sitting of an exam, by attempts spent
    STAT#<g>#SITTINGS#N#j           <username>#<user>#<exam>    a sitting, by username

A scope is `ALL` or `E#<exam>`. Each counter is split over several items, of which a writer picks any, so simultaneous
writers seldom collide. Numbers in sort keys are padded, so they sort as numbers.
"""

from typing import NamedTuple

SHARDS = 4
ALL = "ALL"
_SPENT_OFFSET = 100_000
_HIGHEST_ID = 2**53 - 1
# In millionths of a percent; the offset keeps negative shares in order: no result is below -100,000 %.
_AVERAGE_UNIT = 10**6
_AVERAGE_OFFSET = 10**11


class Key(NamedTuple):
    """The key of an item within a generation; a counter's key has no shard yet."""

    pk: str
    sk: str


def prefix(generation: int) -> str:
    """The prefix of a generation's partitions."""
    return f"STAT#{generation}#"


def exam_scope(exam_id: int) -> str:
    """The scope of an exam."""
    return f"E#{exam_id}"


def scope_of(exam_id: int | None) -> str:
    """The scope of an exam, or `ALL`."""
    return ALL if exam_id is None else exam_scope(exam_id)


def total(scope: str) -> Key:
    """Counters of all time."""
    return Key("TOTALS", scope)


def month(scope: str, name: str) -> Key:
    """Counters of a month (`2026-01`)."""
    return Key(f"MONTHS#{scope}", name)


def day(scope: str, name: str) -> Key:
    """Counters of a day (`2026-01-05`)."""
    return Key("DAYS", f"{name}#{scope}")


def sections(exam_id: int) -> str:
    """The partition of the counters of an exam's sections, by day."""
    return f"SECTIONS#{exam_scope(exam_id)}"


def spent_counts(exam_id: int) -> Key:
    """The partition that counts how many sittings of an exam have spent how many attempts."""
    return Key("SPENT", f"{exam_id:016d}")


def results(scope: str) -> str:
    """The partition of a list of results by time."""
    return f"RESULTS#{scope}"


def result_place(completed_at: int, result_id: int) -> str:
    """The sort key of a result in a list."""
    return f"{completed_at:010d}#{result_id:016d}"


def scores(scope: str) -> str:
    """The partition of a list of results by score."""
    return f"SCORES#{scope}"


def score_place(micro_percent: int, completed_at: int, result_id: int) -> str:
    """The sort key of a result in a list by its share of the marks."""
    return f"{micro_percent + _AVERAGE_OFFSET:015d}#{result_place(completed_at, result_id)}"


def where(result_id: int) -> Key:
    """The key of the item that names a result's student and exam."""
    return Key(f"WHERE#{result_id}", "WHERE")


def ranking(scope: str, on_day: str | None = None) -> str:
    """The partition of a ranking, of all time or of a day."""
    return f"TOP#{scope}" if on_day is None else f"TOP#{scope}#{on_day}"


def rank(micro_percent: int, count: int, user_id: int) -> str:
    """The sort key of a student in a ranking, highest first: by average, number of results, age of the account."""
    return f"{micro_percent + _AVERAGE_OFFSET:015d}#{count:06d}#{_HIGHEST_ID - user_id:016d}"


def read_rank(sk: str) -> tuple[int, int, int]:
    """Average in millionths of a percent, number of results and user id, from a sort key of a ranking."""
    average, count, user_id = sk.split("#")
    return int(average) - _AVERAGE_OFFSET, int(count), _HIGHEST_ID - int(user_id)


def sittings_of_exam(exam_id: int) -> str:
    """The partition of an exam's sittings."""
    return f"SITTINGS#E#{exam_id}"


def spent_edge(spent: int) -> str:
    """The first sort key of sittings that have spent this many attempts."""
    return f"{spent + _SPENT_OFFSET:07d}"


def sitting_place(spent: int, user_id: int) -> str:
    """The sort key of a sitting among those of its exam."""
    return f"{spent_edge(spent)}#{user_id:016d}"


def sittings_by_name(initial: str) -> str:
    """The partition of sittings by the first character of the username."""
    return f"SITTINGS#N#{initial}"


def named_place(username: str, user_id: int, exam_id: int) -> str:
    """The sort key of a sitting among those by username."""
    return f"{username}#{user_id}#{exam_id}"


def micro_percent(numerator: int, denominator: int) -> int:
    """A ratio in millionths of a percent, rounded down."""
    return numerator * 100 * _AVERAGE_UNIT // denominator
