"""Makes the PDFs of results that are too long to wait for."""

from smartexam.accounts.store import identity
from smartexam.jobs.running import Outcome, OutOfTime, Work
from smartexam.jobs.store.jobs import ResultFile
from smartexam.platform.errors import NotFound, RateLimited
from smartexam.results.store.sheets import PDF
from smartexam.sitting.store import results


def make_pdf(work: Work) -> Outcome:
    """Make the PDF of a result; while another one is made for the same account, the job waits."""
    # Imported here because the other jobs should not wait for the typesetter to load.
    from result_sheets.making import Order, make_by_job  # noqa: PLC0415

    request = work.job.request
    user_id, exam_id, result_id = (int(request[name]) for name in ("user_id", "exam_id", "result_id"))
    user, result = identity.get_user(user_id), results.get_result(user_id, exam_id, result_id)
    if user is None or result is None:
        raise NotFound("Result not found", code="result_not_found")
    order = Order(
        result,
        user.full_name,
        user.username,
        int(request["wanted_by"]),
        is_for_admin=bool(request["is_for_admin"]),
        language=request["language"],
    )
    work.report(10, "Typesetting the questions")
    try:
        file = make_by_job(order, work.clock.now())
    except RateLimited:
        raise OutOfTime from None
    return Outcome(b"{}", "Ready to download", ResultFile(file.key, f"exam-{exam_id}-result-{result_id}.pdf", PDF))
