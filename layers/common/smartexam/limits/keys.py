"""Where limits are counted in the ephemeral table.

LOGIN#<digest>    WINDOW            sign-in attempts of one source address for one account
SOURCE#<digest>   LIMIT#<kind>      what one source address used of a limit in its present window
USER#42           LIMIT#<kind>      what was used of a limit in its present window; `sign_in` counts failures from
                                    all sources
NAME#<digest>     LIMIT#<kind>      the same for a name that nobody has
USER#42           SOURCE#<digest>   a source from which the account signed in during the last 30 days
LIMIT#<kind>#42   WINDOW            the one turn that a user has in some seconds is taken
LIMIT#study#42    <YYYY-MM-DD>      questions to the study assistant on a day
"""

from typing import Literal, TypeAlias, get_args

# What a user may do only so often; each has partitions of its own, so that a function can be given its own alone.
Limit: TypeAlias = Literal["comment", "message", "study"]


def limit_key(kind: Limit, user_id: int) -> str:
    """The partition of what a user did of a kind that is limited."""
    return f"LIMIT#{kind}#{user_id}"


def partitions_of(user_id: int) -> list[str]:
    """Every partition in which a user's limits are counted."""
    return [limit_key(kind, user_id) for kind in get_args(Limit)]
