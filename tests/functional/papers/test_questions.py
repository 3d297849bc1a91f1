"""The structure of exams: questions and passages, and what is refused."""

import pytest

from smartexam.platform import ids
from tests.factories.forms import multipart
from tests.functional.papers.people import LEAST, OPTIONS, Office, Student


class TestQuestions:
    def test_a_paper_shows_all_but_the_answer(self, office: Office, student: Student) -> None:
        exam = office.exam(languages=["en", "hi"])
        fields = {
            "option_e": "text e",
            "option_images": {"F": "images/f.png"},
            "solution": "Because.",
            "solution_image": "images/s.png",
            "texts": {"hi": {"question_text": "कौन?", "solution": "क्योंकि।"}},
            "topic": "Optics",
            "difficulty": "hard",
            "tags": ["one", "two"],
        }
        office.mcq(exam["id"], "A|F", **fields)
        student.start(exam["id"])

        paper = student.paper(exam["id"])
        (question,) = paper["questions"]
        assert (question["option_e"], question["option_image_urls"]) == ("text e", {"F": "/images/f.png"})
        assert question["texts"] == {"hi": {"question_text": "कौन?"}}
        assert "Because" not in str(paper)
        student.sync(exam["id"], {question["id"]: "F"})
        assert student.submit(exam["id"])["score"] == 4.0
        (response,) = student.responses(exam["id"])
        assert (response["solution"], response["correct_answer"]) == ("Because.", "A|F")
        assert response["texts"]["hi"] == {"question_text": "कौन?", "solution": "क्योंकि।"}

    def test_everything_wrong_is_named_at_once(self, office: Office) -> None:
        exam_id = office.exam()["id"]
        wrong = {
            "question_text": "",
            "option_a": "1",
            "correct_answer": "Z",
            "difficulty": "Odd",
            "texts": {"ta": {"question_text": "x"}},
            "section_id": 99,
            "passage_id": 98,
        }
        named = {"question_text", "option_b", "correct_answer", "difficulty", "texts.ta", "section_id", "passage_id"}
        good = office.add(exam_id, question_text="?", option_a="1", option_b="2", correct_answer="A").body[
            "question_id"
        ]

        added = office.add(exam_id, **wrong)
        edited = office.questions.post(f"/admin/questions/edit-ajax/{good}", {**wrong, "option_b": ""})
        batch = office.questions.post("/admin/questions/batch-add", {"exam_id": exam_id, "questions": [wrong]})

        for answer in (added.body, edited.body, batch.body["errors"][0]):
            assert {error["field"] for error in answer["errors"]} == named
            assert len(answer["errors"]) == len(named)

    def test_a_wrong_exam_is_named_with_everything_else(self, office: Office) -> None:
        question = office.mcq(office.exam()["id"])

        answer = office.questions.post(
            f"/admin/questions/edit-ajax/{question}", {"exam_id": "x", "correct_answer": "Z", "section_id": 99}
        )

        assert answer.status == 400
        assert {each["field"] for each in answer.body["errors"]} == {"exam_id", "correct_answer", "section_id"}

    def test_a_row_names_what_is_wrong_with_it_and_what_its_exam_does_not_have(self, office: Office) -> None:
        exam_id = office.exam(sections=[{"name": "A", "minutes": 60}])["id"]
        header = "exam_id,question_text,option_a,option_b,correct_answer,section,question_text_ta"

        def named(content: str, **fields: str) -> list[set[str]]:
            request = multipart(fields, {"csv_file": ("q.csv", content.encode())})
            errors = office.questions.call("POST", "/admin/questions/import-csv", **request).body["errors"]
            return [
                {part.partition(": ")[0] for part in each.partition(": ")[2].split("; ") if ": " in part}
                for each in errors
            ]

        wrong = {"correct_answer", "section", "texts.ta"}
        assert named(f"{header}\n,?,1,2,Z,B,x", exam_id=str(exam_id)) == [wrong]
        assert named(f"{header}\n{exam_id},?,1,2,Z,B,x\n999,?,1,2,Z,,\n,?,1,2,Z,,\n0,?,1,2,Z,,") == [
            wrong,
            *[{"correct_answer", "exam_id"}] * 3,
        ]

    def test_a_passage_names_everything_at_once(self, office: Office) -> None:
        path = f"/admin/exams/{office.exam()['id']}/passages"

        wrong = office.exams.post(path, {"id": "x", "text": "", "texts": {"ta": "x"}})
        only_an_image = office.exams.post(path, {"id": "x", "image": "images/p.png"})

        assert {each["field"] for each in wrong.body["errors"]} == {"id", "text", "texts.ta"}
        assert [each["field"] for each in only_an_image.body["errors"]] == ["id"]

    def test_an_exam_names_everything_at_once(self, office: Office) -> None:
        exam_id = office.exam()["id"]
        wrong = {
            "name": "x" * 201,
            "closes_at": "2026-01-04T10:00",
            "sections": [{"name": ""}],
            "marking": {"ESSAY": {}},
            "category_id": 77,
            "batch_ids": [78],
        }
        named = {"name", "closes_at", "sections[0].name", "marking", "category_id", "batch_ids"}

        created = office.exams.post("/admin/exams", {**LEAST, **wrong})
        edited = office.edit(exam_id, **wrong)
        without = office.exams.post("/admin/exams", {"result_mode": "after_close", "batch_ids": [78]})
        cloned = office.exams.post(f"/admin/exams/{exam_id}/clone", {"date": "2026-02-30"})

        assert {each["field"] for each in created.body["errors"]} == named
        assert {each["field"] for each in edited.body["errors"]} == named
        assert {each["field"] for each in without.body["errors"]} == {
            *("name", "date", "start_time", "duration"),
            *("result_mode", "batch_ids"),
        }
        assert {each["field"] for each in cloned.body["errors"]} == {"name", "date", "start_time"}

    def test_spaces_are_no_access_code_and_remove_none(self, office: Office) -> None:
        exam_id = office.exam(access_code="hall-7")["id"]

        for answer in (
            office.edit(exam_id, access_code="   "),
            office.exams.post("/admin/exams", {**LEAST, "access_code": "\u200b "}),
        ):
            assert answer.status == 400
            assert [each["field"] for each in answer.body["errors"]] == ["access_code"]
        assert office.shown(exam_id)["has_access_code"] is True
        assert office.edit(exam_id, access_code=None).body["exam"]["has_access_code"] is False

    def test_a_language_of_texts_cannot_be_removed(self, office: Office) -> None:
        exam_id = office.exam(languages=["en", "hi", "ta"])["id"]
        question = office.mcq(exam_id, texts={"hi": {"question_text": "कौन?"}})
        office.mcq(exam_id)
        passage = office.exams.post(f"/admin/exams/{exam_id}/passages", {"text": "x", "texts": {"hi": "पढ़ें"}}).body[
            "passage"
        ]

        refused = office.edit(exam_id, languages=["en", "ta"])

        assert (refused.status, refused.body["code"]) == (409, "language_in_use")
        assert (refused.body["questions"], refused.body["passages"]) == (1, 1)
        assert office.edit(exam_id, languages=["en", "hi"]).status == 200
        assert office.questions.post(f"/admin/questions/edit-ajax/{question}", {"texts": {}}).status == 200
        assert office.edit(exam_id, languages=["en"]).status == 409
        assert office.exams.post(f"/admin/passages/delete/{passage['id']}").status == 200
        assert office.edit(exam_id, languages=["en"]).body["exam"]["languages"] == ["en"]

    def test_what_the_exam_does_not_have_is_refused(self, office: Office) -> None:
        exam = office.exam(sections=[{"name": "A"}])
        answer = office.add(
            exam["id"],
            **OPTIONS,
            question_text="Q",
            correct_answer="A",
            section_id=9,
            passage_id=9,
            texts={"hi": {"question_text": "प्र"}},
        )

        assert answer.status == 400
        assert {each["field"] for each in answer.body["errors"]} == {"section_id", "passage_id", "texts.hi"}

    def test_one_saved_during_an_edit_of_the_exam_is_decided_by_what_the_exam_is_then(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        exam_id = office.exam(languages=["en", "hi"])["id"]
        path = f"/admin/exams/{exam_id}/passages"
        text = {"text": "Read.", "texts": {"hi": "पढ़ें"}}
        id_of = ids.next_id

        def edited_meanwhile(kind: str) -> int:
            if kind == "passage":
                assert office.edit(exam_id, languages=["en"]).status == 200
            return id_of(kind)

        monkeypatch.setattr(ids, "next_id", edited_meanwhile)
        refused = office.exams.post(path, text)

        assert (refused.status, refused.body["errors"][0]["field"]) == (400, "texts.hi")
        assert office.exams.get(f"/admin/api/exams/{exam_id}/passages").body["passages"] == []

    def test_passages(self, office: Office, student: Student) -> None:
        exam = office.exam(languages=["en", "hi"])
        path = f"/admin/exams/{exam['id']}/passages"
        passage = office.exams.post(path, {"text": "Read.", "image": "images/p.png", "texts": {"hi": "पढ़ें"}}).body[
            "passage"
        ]
        office.mcq(exam["id"], passage_id=passage["id"])

        assert office.exams.post(path, {"text": ""}).status == 400
        assert office.exams.post(path, {"text": "x", "texts": {"fr": "x"}}).status == 400
        assert office.exams.post(path, {"id": 999, "text": "x"}).status == 404
        assert office.exams.post(path, {"id": passage["id"], "text": "Read well."}).status == 200
        assert office.exams.post(f"/admin/passages/delete/{passage['id']}").body["code"] == "passage_in_use"
        student.start(exam["id"])
        assert student.paper(exam["id"])["passages"] == [
            {"id": passage["id"], "text": "Read well.", "image_url": None, "texts": {}}
        ]
        listed = office.exams.get(f"/admin/api/exams/{exam['id']}/passages").body["passages"]
        assert [each["text"] for each in listed] == ["Read well."]
