"""Exams: create, change, check, copy, delete; sections, presets and passages; release of results."""

from msgspec import convert, structs

from admin_exams import passages, presets, service
from admin_exams.models import (
    CheckedExam,
    CheckedExamAnswer,
    ClonedExam,
    CloneFields,
    ExamFields,
    ExamPage,
    ExamsQuery,
    NewExamFields,
    PassageFields,
    PassageList,
    Preset,
    PresetList,
    ReleaseBody,
    Released,
    SavedExam,
    SavedPassage,
)
from smartexam.api import Access, Api, Done, Request
from smartexam.catalog.exam_time import ExamTime
from smartexam.platform import cursors

api = Api("admin_exams")


@api.get("/admin/exams", access=Access.ADMIN, query=ExamsQuery, answers=ExamPage)
def list_admin_exams(request: Request, query: ExamsQuery) -> ExamPage:
    """List exams, the latest date first by default.

    It has all settings that the edit form needs, except access codes, which are never answered.

    Raises:
        BadRequest: `invalid_fields`; `invalid_cursor`, if it is not from this list.
    """
    name = f"admin_exams:{query.order}"
    found, place = service.list_exams(query, cursors.decode(name, query.cursor), ExamTime.at(request.now))
    return ExamPage(found, cursors.encode(name, place))


@api.post("/admin/exams", access=Access.ADMIN, takes=NewExamFields, forms=True, answers=SavedExam)
def create_exam(request: Request, body: NewExamFields) -> SavedExam:
    """Create an exam. `name`, `date`, `start_time` and `duration` are required; a category must exist."""
    time = ExamTime.at(request.now)
    exam = service.create_exam(body.given(), request.caller.user_id, time)
    return SavedExam(exam.id, service.view(exam, time))


@api.post("/admin/exams/edit/<exam_id>", access=Access.ADMIN, takes=ExamFields, forms=True, answers=SavedExam)
def edit_exam(request: Request, exam_id: int, body: ExamFields) -> SavedExam:
    """Change any fields of an exam. Running attempts keep their paper and duration; a new closing applies to them too.

    Raises:
        BadRequest: `unequal_marks` in a section where some questions are chosen or drawn.
        NotFound: `exam_not_found`.
        Conflict: `section_in_use`, a section with questions would be removed; `language_in_use`, a language that
            questions or passages have texts in.
    """
    time = ExamTime.at(request.now)
    exam = service.edit_exam(exam_id, body.given(), request.caller.user_id, time)
    return SavedExam(exam.id, service.view(exam, time))


@api.post("/admin/exams/delete/<exam_id>", access=Access.ADMIN, answers=Done)
def delete_exam(request: Request, exam_id: int) -> Done:
    """Delete an exam with its questions, attempts and results.

    The exam is gone at once, and what belongs to it is deleted in the background if it is much. This cannot be undone.

    Raises:
        NotFound: `exam_not_found`.
    """
    service.delete_exam(exam_id, request.caller.user_id, request.now)
    return Done()


@api.post(
    "/admin/exams/<exam_id>/release-results", access=Access.ADMIN, takes=ReleaseBody, forms=True, answers=Released
)
def release_results(request: Request, exam_id: int, body: ReleaseBody) -> Released:
    """Release the results of an exam with `result_mode` `manual`, or withdraw them; without a body, each call toggles.

    Send `released`, so that repeating the call after a lost answer changes nothing.

    Raises:
        NotFound: `exam_not_found`.
    """
    return Released(service.release_results(exam_id, body.released, request.caller.user_id, request.now))


@api.get("/admin/api/exams/<exam_id>", access=Access.ADMIN, answers=CheckedExamAnswer)
def get_admin_exam(request: Request, exam_id: int) -> CheckedExamAnswer:
    """Show an exam with the problems that would occur on its day.

    Problems: `no_questions`, `pool_too_small`, `image_missing`, `translation_missing`, `audience_empty`,
    `closes_too_early`.

    Raises:
        NotFound: `exam_not_found`.
    """
    exam, problems = service.detail(exam_id, ExamTime.at(request.now))
    return CheckedExamAnswer(CheckedExam(**structs.asdict(exam), problems=problems), problems)


@api.post("/admin/exams/<exam_id>/clone", access=Access.ADMIN, takes=CloneFields, forms=True, answers=ClonedExam)
def clone_exam(request: Request, exam_id: int, body: CloneFields) -> ClonedExam:
    """Copy an exam with its questions, sections and passages under another name and date, without its attempts.

    The copy has the status `upcoming` and no access code. It closes as long after its opening as the original, and is
    for those of its batches that still exist. Changes to the copy do not change the original, nor the other way round.

    Raises:
        NotFound: `exam_not_found`.
    """
    return ClonedExam(service.clone_exam(exam_id, body.given(), request.caller.user_id, ExamTime.at(request.now)))


@api.get("/admin/api/exam-presets", access=Access.ADMIN, answers=PresetList)
def list_exam_presets(request: Request) -> PresetList:
    """List presets of well-known papers: send an id as `preset` to `POST /admin/exams` to use its fields.

    Fields that are sent beside `preset` win over those of the preset.
    """
    del request
    return PresetList(convert(presets.PRESETS, list[Preset]))


@api.get("/admin/api/exams/<exam_id>/passages", access=Access.ADMIN, answers=PassageList)
def list_passages(request: Request, exam_id: int) -> PassageList:
    """List the passages of an exam.

    A passage is a text or a picture that several questions share; questions name it by `passage_id`.

    Raises:
        NotFound: `exam_not_found`.
    """
    del request
    return PassageList(passages.list_passages(exam_id))


@api.post("/admin/exams/<exam_id>/passages", access=Access.ADMIN, takes=PassageFields, answers=SavedPassage)
def save_passage(request: Request, exam_id: int, body: PassageFields) -> SavedPassage:
    """Add a passage to an exam, or replace one. Running attempts keep the old text.

    Raises:
        BadRequest: `too_many_passages`.
        NotFound: `exam_not_found`, or `passage_not_found`.
    """
    return SavedPassage(passages.save_passage(exam_id, body.given(), request.caller.user_id, request.now))


@api.post("/admin/passages/delete/<passage_id>", access=Access.ADMIN, answers=Done)
def delete_passage(request: Request, passage_id: int) -> Done:
    """Delete a passage.

    A passage that questions use is refused: give those questions another one first.

    Raises:
        NotFound: `passage_not_found`.
        Conflict: `passage_in_use`, questions have it.
    """
    passages.delete_passage(passage_id, request.caller.user_id, request.now)
    return Done()


lambda_handler = api.handler
