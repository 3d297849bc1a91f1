"""An administrator who edits, imports, lists and reads statistics; counts must stay exact."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass

from bench.soak.client import Client, GaveUpError, form_with_file
from bench.soak.ledger import Ledger
from bench.soak.setting import Setting

_ROWS = 40
_HEADER = (
    "exam_id,question_text,option_a,option_b,option_c,option_d,correct_answer,question_type,image_path,"
    "positive_marks,negative_marks,tolerance\n"
)
_READS = (
    "/admin/exams",
    "/admin/questions",
    "/admin/api/users/search?q=soak",
    "/admin/api/users/stats",
    "/admin/api/users-analytics/stats",
    "/admin/api/users-analytics/data?timePeriod=today",
    "/admin/users-analytics/results",
    "/admin/api/attempts/search?q=",
    "/admin/api/requests/list?status=pending",
    "/admin/api/categories",
    "/admin/api/audit",
)


@dataclass
class Administrator:
    """Does one thing after the other."""

    setting: Setting
    ledger: Ledger
    chance: random.Random
    ending: threading.Event
    imported: int = 0
    edits: int = 0

    def run(self) -> None:
        """Act; what goes wrong is in the ledger."""
        actions: list[Callable[[], None]] = [self._read, self._read, self._edit_exam, self._edit_question, self._import]
        actions += [self._come_and_go, self._sweep]
        try:
            while not self.ending.is_set():
                self.chance.choice(actions)()
                self.ending.wait(self.chance.uniform(0.5, 2.5))
        except (GaveUpError, KeyError, TypeError) as error:
            self.ledger.violated(f"the administrator could not go on: {error!r}")

    def check(self, results: int) -> None:
        """What was imported is there once; every result is listed."""
        self.ledger.expect("imported questions", self._stored(), self.imported)
        listed = self._client.get("/admin/users-analytics/results")["total"]
        self.ledger.expect("results that administrators see", listed, results)
        totals = self._client.get("/admin/api/users-analytics/stats")
        self.ledger.expect("results in the statistics", totals["total_results"], results)

    def counted(self) -> int:
        """How many results are counted by now."""
        total: int = self._client.get("/admin/api/users-analytics/stats")["total_results"]
        return total

    @property
    def _client(self) -> Client:
        return self.setting.admin

    def _read(self) -> None:
        self._client.get(self.chance.choice(_READS))

    def _edit_exam(self) -> None:
        self.edits += 1
        fields = {"instructions": f"Edited {self.edits} times"}
        self._client.post(f"/admin/exams/edit/{self.setting.exam.id}", fields)
        self.ledger.count("edits of a running exam")

    def _edit_question(self) -> None:
        # Only its text: running sittings keep their paper, later ones get the new one, and both have this key.
        self.edits += 1
        question = self.chance.choice(list(self.setting.exam.questions))
        text = {"question_text": f"Question, edited {self.edits} times: which holds?"}
        self._client.post(f"/admin/questions/edit-ajax/{question.id}", text)
        self.ledger.count("edits of a running exam")

    def _import(self) -> None:
        rows = [f"{self.setting.imports},What is {n} + 1?,,,,,{n + 1},NUMERIC,,,,0\n" for n in range(_ROWS)]
        body, content_type = form_with_file("csv_file", "questions.csv", (_HEADER + "".join(rows)).encode())
        while True:
            answer = self._client.call(
                "POST", "/admin/questions/import-csv", body, repeats=False, content_type=content_type
            )
            if answer.status == 200:
                self.ledger.expect("rows of an import", answer.body["inserted"], _ROWS)
                break
            # All or none; without an answer, reading tells which.
            stored = self._stored()
            if stored == self.imported + _ROWS:
                break
            self.ledger.expect("questions after a failed import", stored, self.imported)
        self.imported += _ROWS
        self.ledger.count("rows imported", _ROWS)

    def _come_and_go(self) -> None:
        when = {"date": "2025-01-15", "start_time": "09:00", "duration": 5}
        exam_id = self._client.post("/admin/exams", {"name": "Soak, for a moment", **when})["exam_id"]
        question = {"exam_id": exam_id, "question_text": "What is 1 + 1?", "correct_answer": "2"}
        self._client.post("/admin/questions/add-ajax", {**question, "question_type": "NUMERIC"})
        self._client.call("POST", f"/admin/exams/delete/{exam_id}", accepts=(200, 404))
        self.ledger.count("exams created and deleted")

    def _sweep(self) -> None:
        self._client.call("POST", "/_local/sweep", repeats=False, accepts=(200,))

    def _stored(self) -> int:
        listed = self._client.get("/admin/exams")["exams"]
        (count,) = [each["total_questions"] for each in listed if each["id"] == self.setting.imports]
        return int(count)
