"""Results as PDF files."""

from smartexam.accounts.store import identity
from smartexam.jobs.queue import Accepted
from smartexam.platform import ids
from smartexam.platform.dynamodb.engine import back_off
from smartexam.platform.errors import NotFound
from smartexam.results.store import counters, tallies
from smartexam.sitting.store import results
from smartexam.sitting.store.results import Result

# About two seconds, which is how far the statistics lag.
_LOOKS = 15


def result_pdf(result_id: int, language: str | None, admin_id: int, now: float) -> bytes | Accepted:
    """A result as a PDF for an administrator, in one of its exam's languages or in the first one; a job makes very long
    ones.

    Raises:
        InvalidFields: the exam does not have the language.
        NotFound: there is no such result, or its exam was deleted.
        RateLimited: `pdf_in_progress`, another one is being made for the administrator.
    """
    result = _find(result_id)
    if result is None:
        raise NotFound("Result not found", code="result_not_found")
    user = identity.get_user(result.user_id)
    # Imported here because only downloads should wait for the typesetter to load.
    from result_sheets.making import Order, make  # noqa: PLC0415

    names = (user.full_name, user.username) if user else ("", "")
    return make(Order(result, *names, admin_id, is_for_admin=True, language=language), now)


def _find(result_id: int) -> Result | None:
    """A result by its id, found with the statistics; waits for one that was just submitted."""
    generation = tallies.generations().current
    place = counters.find_result(generation, result_id)
    if place is None and result_id <= ids.highest("attempt"):
        for look in range(_LOOKS):
            back_off(look)
            place = counters.find_result(generation, result_id)
            if place is not None:
                break
    return None if place is None else results.get_result(*place, result_id)
