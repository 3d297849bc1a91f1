"""The sitting screen, and questions of exams that are sat in it."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.e2e.web.screens import App

SYNC = "**/api/sync-exam-answers/*"

MCQ = {"question_text": "The sum of $2 + 2$", "question_type": "MCQ", "option_a": "3", "option_b": "4", "option_c": "5"}
MSQ = {"question_text": "Prime numbers", "question_type": "MSQ", "option_a": "2", "option_b": "3", "option_c": "4"}
NUMERIC = {"question_text": "The root of two", "question_type": "NUMERIC", "tolerance": "0.01"}
KEYS = {"MCQ": "B", "MSQ": "A,B", "NUMERIC": "1.41"}


class Sitting(App):
    """The sitting screen of one exam."""

    def __init__(self, page: Page, exam_id: int) -> None:
        super().__init__(page)
        self.exam_id = exam_id

    def begin(self) -> "Sitting":
        """Start or resume by the API, and open the screen."""
        assert self.page.request.post(f"/start-exam/{self.exam_id}").ok
        return self.enter()

    def enter(self) -> "Sitting":
        """Open the screen."""
        self.open(f"/app/exams/{self.exam_id}/sit")
        return self

    def option(self, name: str) -> Locator:
        return self.page.get_by_role("radio", name=name, exact=True)

    def box(self, name: str) -> Locator:
        return self.page.get_by_role("checkbox", name=name, exact=True)

    def question(self, number: int) -> Locator:
        return self.heading(f"Question {number}", level=2)

    def in_palette(self, name: str) -> Locator:
        return self.page.get_by_role("navigation", name="Question palette").get_by_role("button", name=name, exact=True)

    @property
    def saved(self) -> Locator:
        return self.page.get_by_role("status", name="Answers")

    @property
    def time(self) -> Locator:
        return self.page.get_by_role("timer", name="Time left", exact=True)

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    def has_saved(self, answers: dict[str, Any]) -> None:
        """Everything is saved, and the server has these answers, in the order of the questions."""
        expect(self.saved).to_have_text("All answers saved")
        paper = self.page.request.get(f"/exam/{self.exam_id}").json()
        given = {
            str(at): paper["answers"][str(question["id"])]
            for at, question in enumerate(paper["questions"], 1)
            if str(question["id"]) in paper["answers"]
        }
        assert given == answers, given
