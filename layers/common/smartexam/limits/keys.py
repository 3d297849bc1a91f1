"""Where limits are counted in the ephemeral table.

SOURCE#<digest>   LIMIT#<kind>      uses of a limit by one source address in its present window
USER#42           LIMIT#<kind>      uses of a limit in its present window
                                    `LIMIT#sign_in` of both counts wrong passwords
USER#42           SOURCE#<digest>   wrong passwords of one source address for one account, and whether the account
                                    signed in from there during the last 30 days
NAME#<digest>     as of USER#42     the same for a name without an account
LIMIT#<kind>#42   WINDOW            marks a user's one turn per some seconds as taken
LIMIT#typing#42   <conversation>    the same for each conversation
LIMIT#study#42    <YYYY-MM-DD>      questions to the study assistant on a day
ONCE#42           <digest>          the answer to a request with an idempotency key
ONCE#SOURCE#<digest>  <digest>      the same for a stranger
"""

import hashlib
from typing import Literal, TypeAlias, get_args

from smartexam.platform.keys import user_key

# What a user may do only so often. Each has its own partitions, so that a function can get rights to its own limit
# only.
Limit: TypeAlias = Literal["comment", "message", "study", "typing"]


def limit_key(kind: Limit, user_id: int) -> str:
    """The partition that counts a user's uses of a limit."""
    return f"LIMIT#{kind}#{user_id}"


def partition(account: int | str) -> str:
    """The partition of an account's limits: the user's own for an id, a separate one for a name without an account."""
    if isinstance(account, int):
        return user_key(account)
    return f"NAME#{hashlib.sha256(account.encode()).hexdigest()[:40]}"


def once_key(caller: int | str) -> str:
    """The partition of a caller's idempotency keys: of a user's id, or of where a stranger calls from."""
    return f"ONCE#{caller}"


def partitions_of(user_id: int) -> list[str]:
    """Every partition that counts a user's limits or keeps answers for them."""
    return [*(limit_key(kind, user_id) for kind in get_args(Limit)), once_key(user_id)]
