"""Makes results' PDFs: one at a time for an account, at once or by a job, and once for what they show."""

import secrets
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from result_sheets import pdf
from result_sheets.pdf import Sheet
from result_sheets.sheets import compose, typeset
from smartexam.jobs import queue
from smartexam.jobs.queue import Accepted
from smartexam.platform.errors import NotFound, Unavailable
from smartexam.platform.observability import logger
from smartexam.results.store import sheets
from smartexam.results.store.sheets import SheetFile
from smartexam.sitting.store.results import Result

# Some seconds of typesetting
MOST_QUESTIONS = 1200
# Lambda answers with 6 MB at most, in base64.
MOST_BYTES = 4_400_000
KIND: Final = "result_pdf"
# Longer than a function may take
_SECONDS = 35.0
# A job that waits for longer is claimed again; its turn is renewed when it is worked on.
_JOB_SECONDS = 120.0


class Order(msgspec.Struct, frozen=True):
    """A PDF that somebody wants.

    Attributes:
        result: the result that it shows.
        full_name: of its student, as `username`.
        wanted_by: the account for which it is made.
        is_for_admin: with the exam's own letters, instead of those that the student saw.
        language: of questions, passages and solutions; None for the exam's first one.
    """

    result: Result
    full_name: str
    username: str
    wanted_by: int
    is_for_admin: bool = False
    language: str | None = None

    def sheet(self) -> tuple[Sheet, SheetFile]:
        """What the PDF shows, and the file for it.

        Raises:
            InvalidFields: the exam does not have the language.
            NotFound: the exam was deleted meanwhile.
        """
        result = self.result
        sheet = compose(result, self.full_name, self.username, own_letters=self.is_for_admin, language=self.language)
        form = f"{'admin' if self.is_for_admin else 'student'}-{sheet.language}"
        return sheet, SheetFile(result.user_id, result.exam_id, result.id, form, pdf.digest(sheet))


def make(order: Order, now: float) -> bytes | Accepted:
    """The PDF, kept or made now; a job makes those of more than 1,200 questions, and hands over very large ones.

    Raises:
        InvalidFields: the exam does not have the language.
        NotFound: the exam was deleted meanwhile.
        RateLimited: `pdf_in_progress`, another one is made for the same account.
        Unavailable: the database or the storage of images cannot be reached.
    """
    sheet, file = order.sheet()
    if len(sheet.responses) > MOST_QUESTIONS:
        return _by_job(order, file, now)
    content = _kept(file, now)
    if content is None:
        with sheets.turn(order.wanted_by, secrets.token_hex(8), now, seconds=_SECONDS):
            content = _made(sheet, file, now)
    return content if len(content) <= MOST_BYTES else _by_job(order, file, now)


def make_by_job(order: Order, now: float) -> SheetFile:
    """Make a PDF, in the turn that `make` took for the job.

    Raises:
        NotFound: the exam or the account was deleted meanwhile.
        RateLimited: `pdf_in_progress`, another one is made for the same account.
        Unavailable: the storage cannot be reached.
    """
    sheet, file = order.sheet()
    if sheets.is_kept(file, now):
        return file
    with sheets.turn(order.wanted_by, _holder(order), now, seconds=_JOB_SECONDS):
        if not sheets.keep(file, typeset(sheet), now):
            raise _gone()
    return file


def _by_job(order: Order, file: SheetFile, now: float) -> Accepted:
    result = order.result
    request: Mapping[str, Any] = {
        "user_id": result.user_id,
        "exam_id": result.exam_id,
        "result_id": result.id,
        "wanted_by": order.wanted_by,
        "is_for_admin": order.is_for_admin,
        "language": order.language,
    }
    sheets.take_turn(order.wanted_by, _holder(order), now, seconds=_JOB_SECONDS)
    return queue.ask(
        KIND, request, created_by=order.wanted_by, now=now, inputs=file.key, is_private=not order.is_for_admin
    )


def _holder(order: Order) -> str:
    return f"job:{order.result.id}:{order.language}:{order.is_for_admin}"


def _kept(file: SheetFile, now: float) -> bytes | None:
    """A kept file; None if there is none or the storage cannot be reached, in which case it is made again."""
    try:
        return sheets.read(file) if sheets.is_kept(file, now) else None
    except Unavailable as error:
        logger().warning("a kept PDF could not be read", exc_info=error)
        return None


def _made(sheet: Sheet, file: SheetFile, now: float) -> bytes:
    content = typeset(sheet)
    try:
        is_there = sheets.keep(file, content, now)
    except Unavailable as error:
        logger().warning("a PDF could not be kept", exc_info=error)
        return content
    if not is_there:
        raise _gone()
    return content


def _gone() -> NotFound:
    return NotFound("Result not found", code="result_not_found")
