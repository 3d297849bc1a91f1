"""Exams and categories in the shapes that students see."""

from msgspec import structs

from exams.models import AttemptCounts, CategoryView, ExamDetail, ExamSummary
from smartexam.catalog.exam import Exam
from smartexam.catalog.images import image_url
from smartexam.catalog.marks import display
from smartexam.catalog.store import categories, exams, papers
from smartexam.platform.errors import InvalidFields
from smartexam.sitting.store.attempts import Sitting

PAGE_SIZE = 50
STATUSES = ("upcoming", "ongoing", "completed")


def list_exams(
    *, status: str | None, category_id: int | None, after: str | None, reader: int
) -> tuple[list[ExamSummary], str | None]:
    """A page of exams and the place to continue after.

    Raises:
        InvalidFields: no such status.
    """
    if status is not None and status not in STATUSES:
        raise InvalidFields([("status", f"must be one of {', '.join(STATUSES)}")])
    found, place = exams.list_exams(status=status, category_id=category_id, limit=PAGE_SIZE, after=after, reader=reader)
    return [summary(exam) for exam in found], place


def list_categories() -> list[CategoryView]:
    """All categories."""
    return [CategoryView(each.id, each.name, image_url(each.image_path)) for each in categories.list_categories()]


def preload(exam_id: int, reader: int) -> int:
    """Compile an exam's paper and cache it in this process.

    Returns:
        How many questions it has.

    Raises:
        NotFound: no such exam, or one without questions.
    """
    version = papers.ready_version(exams.find_exam(exam_id, reader=reader))
    return papers.load_paper(exam_id, version).asked


def summary(exam: Exam) -> ExamSummary:
    """An exam in a list."""
    return ExamSummary(
        exam.id,
        exam.name,
        exam.date,
        exam.start_time,
        exam.duration,
        exam.status,
        exam.category_id,
        exam.total_questions,
        display(exam.max_marks),
        exam.max_attempts,
        exam.result_mode,
    )


def detail(exam: Exam) -> ExamDetail:
    """One exam."""
    return ExamDetail(
        **structs.asdict(summary(exam)),
        instructions=exam.instructions,
        positive_marks=display(exam.positive_marks),
        negative_marks=display(exam.negative_marks),
    )


def attempt_counts(exam: Exam, sitting: Sitting | None) -> AttemptCounts:
    """A student's attempts at an exam."""
    active = sitting is not None and sitting.is_running
    completed = 0 if sitting is None else sitting.completed
    if not exam.max_attempts:
        return AttemptCounts(completed, 0, -1, active)
    allowed = exam.max_attempts + (0 if sitting is None else sitting.allowance)
    return AttemptCounts(completed, allowed, max(0, allowed - completed - active), active)
