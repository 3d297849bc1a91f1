"""Questions, as administrators keep them."""

from typing import Any

from bench.database.world import World
from tests.factories.exams import create_exam, question_ids
from tests.factories.forms import multipart

_CSV = (
    "exam_id,question_text,option_a,option_b,option_c,option_d,correct_answer,question_type,image_path,"
    "positive_marks,negative_marks,tolerance\n"
)


def measure(world: World) -> None:
    """List, show, add one and many, change, import, export, delete."""
    exam = create_exam()
    ids = question_ids(exam.id)

    def post(route: str, path: str, body: Any = None, what: str = "", **request: Any) -> Any:
        call = lambda: world.call("admin_questions", world.admin, "POST", path, body, **request)  # noqa: E731
        return world.measure(route, call, what)

    def get(route: str, path: str, what: str = "", **query: Any) -> Any:
        call = lambda: world.call("admin_questions", world.admin, "GET", path, query=query)  # noqa: E731 - see above
        return world.measure(route, call, what)

    listed = "GET /admin/questions"
    get(listed, "/admin/questions", "of an exam", exam_id=world.crowd.exams[0])
    first = get(listed, "/admin/questions", "of all exams")
    get(listed, "/admin/questions", "of all exams, next page", cursor=first.body["next_cursor"])
    get("GET /admin/questions/get/{question_id}", f"/admin/questions/get/{ids[0]}")
    export = "/admin/questions/export-csv/{exam_id}"
    get(f"GET {export}", export.format(exam_id=world.crowd.exams[0]), "75")
    export = "/admin/questions/export/{exam_id}"
    get(f"GET {export}", export.format(exam_id=world.crowd.exams[0]), "75", format="xlsx")
    number = {"exam_id": exam.id, "question_text": "1 + 1?", "question_type": "NUMERIC", "correct_answer": "2"}
    add, edit = "/admin/questions/add-ajax", "/admin/questions/edit-ajax/{question_id}"
    post(f"POST {add}", add, number)
    post(f"POST {edit}", edit.format(question_id=ids[0]), {"question_text": "Which is a vector?"})
    batch = "/admin/questions/batch-add"
    many = {"exam_id": exam.id, "questions": [number] * 40}
    post(f"POST {batch}", batch, many, "40")
    many = {"exam_id": exam.id, "questions": [number] * 200}
    post(f"POST {batch}", batch, many, "200")
    update = "/admin/questions/bulk-update"
    post(f"POST {update}", update, {"exam_id": exam.id, "question_type": "MCQ", "positive_marks": 3}, "one")
    rows = "".join(f"{exam.id},{n} + 1?,,,,,{n + 1},NUMERIC,,,,0\n" for n in range(40))
    form = multipart({}, {"csv_file": ("questions.csv", (_CSV + rows).encode())})
    post("POST /admin/questions/import-csv", "/admin/questions/import-csv", what="40", **form)
    delete, several = "/admin/questions/delete/{question_id}", "/admin/questions/delete-multiple"
    post(f"POST {delete}", delete.format(question_id=ids[0]))
    post(f"POST {several}", several, {"ids": ids[1:]}, "two")
