"""An assistant that explains exam topics, 50 questions a day."""

from smartexam.api import Access, Api, Request
from smartexam.catalog.exam_time import ExamTime
from smartexam.talk.store import study
from study import assistant, service
from study.models import AssistantState, Cleared, StudyAnswer, StudyQuestion

api = Api("study")

_LIMIT = 16 * 1024


@api.get("/api/assistant-init", access=Access.USER, answers=AssistantState)
def open_assistant(request: Request) -> AssistantState:
    """Get the daily limit, how much of it is used, and the latest messages.

    Clients call it when the assistant is opened. The limit counts per day in the institute's time zone.
    """
    user_id = request.caller.user_id
    turns = study.latest_turns(user_id, request.now, limit=service.SHOWN_TURNS)
    return AssistantState(
        dailyLimit=service.DAILY_LIMIT,
        questionsUsed=study.questions_used(user_id, ExamTime.at(request.now).today),
        history=service.history(turns),
    )


@api.post("/api/study-chat", access=Access.USER, takes=StudyQuestion, answers=StudyAnswer, limit=_LIMIT)
def ask_assistant(request: Request, body: StudyQuestion) -> StudyAnswer:
    """Ask the assistant, which also gets the last turns as context.

    A question that gets no answer does not count. While an attempt is in progress, questions are refused unless its
    exam has `allow_assistant`.

    Raises:
        BadRequest: the question is too short or too long.
        Conflict: `exam_in_progress`, in an exam that does not allow the assistant.
        RateLimited: `daily_limit_reached`, the day's questions are used up.
        Unavailable: `model_unavailable`, `model_not_configured`; then the question does not count.
    """
    question = service.read_question(body.message)
    answer, remaining = assistant.ask(request.caller.user_id, question, ExamTime.at(request.now))
    return StudyAnswer(answer, remaining)


@api.post("/api/clear-chat-history", access=Access.USER, answers=Cleared)
def clear_assistant_history(request: Request) -> Cleared:
    """Delete all messages; the day's count stays.

    Later questions are answered without the deleted ones as context.
    """
    while study.forget_turns(request.caller.user_id):
        continue
    return Cleared("Chat history cleared.")


lambda_handler = api.handler
