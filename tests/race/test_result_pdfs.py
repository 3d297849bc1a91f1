"""Results' PDFs asked for by many at once, on an engine with atomic writes."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import pbkdf2_hmac
from threading import Barrier, Lock
from typing import Any

import pytest

from exams.models import SyncBody
from exams.saving import sync
from exams.starting import start
from exams.submitting import submit
from result_sheets import making, pdf
from result_sheets.making import Order
from smartexam.catalog.exam import Exam
from smartexam.catalog.exam_time import ExamTime
from smartexam.erasing import erase_account
from smartexam.platform.errors import NotFound, RateLimited
from smartexam.results.store import sheets
from smartexam.sitting.store import results
from tests.factories.clock import MORNING
from tests.factories.exams import create_exam, question_ids
from tests.factories.files import Files
from tests.factories.users import create_user

pytestmark = [pytest.mark.race, pytest.mark.usefixtures("engine_tables")]

NOW = ExamTime(MORNING, 30, "Asia/Kolkata")


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> Files:
    return Files.installed(monkeypatch)


def order(exam: Exam, user_id: int) -> Order:
    start(user_id, exam.id, NOW)
    sync(user_id, exam.id, SyncBody(answers={str(question_ids(exam.id)[0]): "B"}), NOW)
    result_id = submit(user_id, exam.id, NOW)[2]
    result = results.get_result(user_id, exam.id, result_id)
    assert result is not None
    return Order(result, "Asha Rao", "asha", user_id)


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    barrier = Barrier(len(acts))

    def one(act: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return act()
        except (RateLimited, NotFound) as refused:
            return refused.code

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


class Typesetter:
    """Counts how many PDFs are made at the same time for each student."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.now: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.made: Counter[str] = Counter()

    def render(self, sheet: pdf.Sheet) -> bytes:
        with self._lock:
            self.now[sheet.student] += 1
            self.made[sheet.student] += 1
            self.most[sheet.student] = max(self.most[sheet.student], self.now[sheet.student])
        # Work during which others run
        pbkdf2_hmac("sha256", b"password", b"salt", 20_000)
        with self._lock:
            self.now[sheet.student] -= 1
        return b"%PDF"


@pytest.mark.parametrize("attempt", range(3))
def test_a_student_has_one_made_at_a_time_and_nobody_waits_for_another_student(
    attempt: int, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twelve requests of each of three students for two results each."""
    typesetter = Typesetter()
    monkeypatch.setattr(pdf, "render", typesetter.render)
    exams = create_exam(), create_exam()
    students = [create_user() for _ in range(3)]
    orders = [
        Order(each.result, f"Student {n}", str(user.id), user.id)
        for n, user in enumerate(students)
        for each in (order(exam, user.id) for exam in exams)
    ]

    found = at_once([partial(making.make, each, MORNING) for each in orders for _ in range(6)])

    assert set(typesetter.most.values()) == {1}
    assert len(typesetter.made) == len(students)
    assert set(found) == {b"%PDF", "pdf_in_progress"}
    for at in range(len(students)):
        assert any(content != "pdf_in_progress" for content in found[at * 12 : at * 12 + 12])
    # And whoever comes again gets it.
    assert all(making.make(each, MORNING) == b"%PDF" for each in orders)
    assert len(files) == len(orders)


@pytest.mark.parametrize("attempt", range(5))
def test_no_file_survives_the_erasing_of_its_account(
    attempt: int, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "render", lambda _: b"%PDF")
    user = create_user()
    orders = [order(create_exam(), user.id) for _ in range(3)]

    def erase() -> None:
        erase_account(user.id, lambda: True)

    at_once([erase, *(partial(making.make, each, MORNING) for each in orders)])
    # The queue delivers an erasure until it finds nothing; what came after its last look is the writer's to delete.
    erase()

    assert not files
    assert not sheets.erase_of_student(user.id)
