"""Results as files."""

from smartexam.data import attempts, identity
from smartexam.errors import NotFound
from smartexam.statistics import reading, store


def result_pdf(result_id: int) -> bytes:
    """A result as a PDF.

    Raises:
        NotFound: there is no such result, or its exam is gone.
    """
    place = reading.find_result(store.generations().current, result_id)
    result = None if place is None else attempts.get_result(*place, result_id)
    if result is None:
        raise NotFound("Result not found", code="result_not_found")
    user = identity.get_user(result.user_id)
    # Only downloads wait for the fonts and the shaping engine to be loaded.
    from smartmedia.sheets import result_sheet  # noqa: PLC0415

    return result_sheet(result, user.full_name if user else "", user.username if user else "")
