"""Sits an exam with the generated client, by arguments: the address of the platform, the id of the exam."""

import sys

from smartexam_api.api.exams import get_paper, list_exams, start_exam, submit_exam, sync_answers
from smartexam_api.api.results import download_response_pdf, get_latest_result
from smartexam_api.models import (
    ExamList,
    ListExamsStatus,
    PaperAnswer,
    ResultAnswer,
    StartBody,
    Submitted,
    SyncBody,
    SyncBodyAnswers,
    Synced,
)
from smartexam_api.types import File
from smartexam_client import ExamPlatform
from smartexam_client.typed import typed_client


def main(base_url: str, exam_id: int) -> None:
    """Prints the score of full marks."""
    with ExamPlatform(base_url) as platform:
        platform.sign_in("student3", "Student@2025demo")
        api = typed_client(platform.connection)
        exams = list_exams.sync(client=api, status=ListExamsStatus.ONGOING)
        assert isinstance(exams, ExamList)
        assert exam_id in {exam.id for exam in exams.exams}
        start_exam.sync(exam_id, client=api, body=StartBody())
        paper = get_paper.sync(exam_id, client=api)
        assert isinstance(paper, PaperAnswer)
        mcq, msq, numeric = (str(question.id) for question in paper.questions)
        answers = SyncBodyAnswers.from_dict({mcq: "B", msq: ["A", "C"], numeric: "1.42"})
        synced = sync_answers.sync(
            exam_id, client=api, body=SyncBody(answers=answers, partial=True, revision=paper.revision)
        )
        assert isinstance(synced, Synced)
        assert (synced.saved, synced.rejected) == (3, [])
        submitted = submit_exam.sync(exam_id, client=api)
        assert isinstance(submitted, Submitted)
        result = get_latest_result.sync(exam_id, client=api)
        assert isinstance(result, ResultAnswer)
        pdf = download_response_pdf.sync(exam_id, client=api)
        assert isinstance(pdf, File)
        assert pdf.payload.read(5) == b"%PDF-"
        sys.stdout.write(str(result.result.score))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
