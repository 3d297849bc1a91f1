"""What a student is sitting now. The assistant and the discussions of the questions are closed to the student
meanwhile."""

from collections.abc import Iterable

from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.store import papers
from smartexam.platform.errors import NotFound
from smartexam.sitting.store import attempts, sitting_index
from smartexam.sitting.store.sitting_items import Sitting


def exams_in_progress(user_id: int, time: ExamTime) -> list[int]:
    """Exams of which a student's attempt is in progress; one round trip if there is none, two otherwise."""
    return [sitting.exam_id for sitting in sittings_in_progress(user_id, time)]


def sittings_in_progress(user_id: int, time: ExamTime) -> list[Sitting]:
    """A student's attempts in progress; one round trip if there is none, two otherwise."""
    exam_ids = sitting_index.running_exams(user_id)
    sittings = attempts.get_sittings((user_id, exam_id) for exam_id in exam_ids) if exam_ids else []
    return [sitting for sitting in sittings if sitting.is_in_progress(time)]


def sitting_with(question_id: int, exam_id: int, user_ids: Iterable[int], time: ExamTime) -> set[int]:
    """The users among `user_ids` whose attempt in progress contains a question; one round trip per 100 users.

    `exam_id` is the exam that the question belongs or belonged to. An attempt contains the questions of its own paper
    version: questions added later do not count, questions deleted since do.
    """
    sittings = attempts.get_sittings((user_id, exam_id) for user_id in user_ids)
    return {sitting.user_id for sitting in sittings if is_sitting_with(sitting, question_id, time)}


def is_sitting_with(sitting: Sitting, question_id: int, time: ExamTime) -> bool:
    """Whether an attempt is in progress and contains a question; see `sitting_with`."""
    return sitting.is_in_progress(time) and contains(sitting, question_id)


def contains(sitting: Sitting, question_id: int) -> bool:
    """Whether an attempt's paper contains a question."""
    try:
        paper = papers.load_paper(sitting.exam_id, sitting.paper_version)
    except NotFound:
        return False  # the exam was deleted
    return str(question_id) in paper.positions
