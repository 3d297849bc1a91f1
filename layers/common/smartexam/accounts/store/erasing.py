"""Deletes what belongs to an account, in pieces; each function returns whether there may be more."""

from smartexam.accounts.store import access_requests, enrolments
from smartexam.platform.dynamodb.erasing import erase_partition
from smartexam.platform.keys import user_key

_REQUESTS_PIECE = 20


def erase_access_requests(user_id: int) -> bool:
    """Delete a user's requests for another role."""
    return access_requests.erase_of(user_id, limit=_REQUESTS_PIECE)


def erase_enrolment(user_id: int) -> bool:
    """Remove a user from all batches."""
    return enrolments.erase_enrolment(user_id)


def erase_identity(user_id: int) -> bool:
    """Delete a user's items of the identity table."""
    return erase_partition("identity", user_key(user_id))


def erase_credentials(user_id: int) -> bool:
    """Delete a user's sessions, tokens, links and limits."""
    return erase_partition("ephemeral", user_key(user_id))
