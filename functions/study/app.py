"""Routes of the study assistant."""

from smartexam.api import Access, Api, Request
from smartexam.platform.settings import settings
from smartexam.talk.store import study
from study import assistant, service
from study.assistant import Student
from study.models import AssistantState, Cleared, StudyAnswer, StudyQuestion

api = Api("study")

_LIMIT = 16 * 1024


@api.get("/api/assistant-init", access=Access.USER, answers=AssistantState)
def open_assistant(request: Request) -> AssistantState:
    """Show the day's limit, what is used of it, and the latest messages."""
    student = _student(request)
    turns = study.latest_turns(student.user_id, student.now, limit=service.SHOWN_TURNS)
    return AssistantState(
        dailyLimit=service.DAILY_LIMIT,
        questionsUsed=study.questions_used(student.user_id, student.today),
        history=service.history(turns),
    )


@api.post("/api/study-chat", access=Access.USER, takes=StudyQuestion, answers=StudyAnswer, limit=_LIMIT)
def ask_assistant(request: Request, body: StudyQuestion) -> StudyAnswer:
    """Ask the assistant; the last turns go along as context.

    Raises:
        BadRequest: the question is too short or too long.
        Conflict: `exam_in_progress`, in an exam that does not allow the assistant.
        RateLimited: `daily_limit_reached`, the day's questions are used up.
        Unavailable: `model_unavailable`, `model_not_configured`; then the question does not count.
    """
    answer, remaining = assistant.ask(_student(request), service.read_question(body.message))
    return StudyAnswer(answer, remaining)


@api.post("/api/clear-chat-history", access=Access.USER, answers=Cleared)
def clear_history(request: Request) -> Cleared:
    """Remove all messages; the day's count stays."""
    while study.forget_turns(request.caller.user_id):
        continue
    return Cleared("Chat history cleared.")


def _student(request: Request) -> Student:
    known = settings()
    return Student(request.caller.user_id, request.now, known.sync_grace_seconds, known.exam_timezone)


lambda_handler = api.handler
