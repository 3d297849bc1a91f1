"""Asks the assistant: permission, daily limit, and what happens if the model fails."""

import secrets
from collections.abc import Sequence

from language_model import client
from smartexam.catalog.exam_time import ExamTime
from smartexam.catalog.store import exams
from smartexam.platform.errors import AppError, Conflict, RateLimited, Unavailable
from smartexam.platform.observability import logger
from smartexam.sitting import in_progress
from smartexam.talk.store import study
from smartexam.talk.store.study import Turn
from study import service

# Of the gateway's 30: everything but the model takes a fraction of a second, a cold start two.
MODEL_SECONDS = 20.0


def ask(user_id: int, question: str, time: ExamTime) -> tuple[str, int]:
    """Ask the model.

    The question is counted before and given back if there is no answer; after a crash in between, the student loses one
    question of that day.

    Returns:
        The answer, and how many questions the day has left.

    Raises:
        Conflict: an attempt is running that does not allow the assistant.
        RateLimited: the day's questions are used up.
        Unavailable: the model cannot be reached, had no answer, or is not configured.
    """
    _refuse_during_exams(user_id, time)
    if not client.is_configured():
        raise Unavailable("The study assistant is not available", code="model_not_configured", retry_after=3600)
    turns = study.latest_turns(user_id, time.now, limit=service.CONTEXT_TURNS)
    name, is_settled = secrets.token_hex(4), False
    try:
        used = study.reserve_question(user_id, time.today, time.now, name, limit=service.DAILY_LIMIT)
        answer = "" if used is None else _answer(user_id, time, turns, question)
        is_settled = True
    finally:
        # For any error, because the student has no answer. The question may also have been counted without us knowing
        # it.
        if not is_settled:
            _give_back(user_id, time, name)
    if used is None:
        raise RateLimited(
            "Daily limit reached.",
            retry_after=service.seconds_left_today(time.now, time.timezone),
            code="daily_limit_reached",
            limit_reached=True,
        )
    return answer, service.DAILY_LIMIT - used


def _answer(user_id: int, time: ExamTime, turns: Sequence[Turn], question: str) -> str:
    """The model's answer, stored together with the question."""
    completion = client.complete(
        service.conversation(turns, question), max_tokens=service.ANSWER_TOKENS, timeout=MODEL_SECONDS
    )
    answer = service.readable(completion.text)
    study.remember(user_id, Turn(question, answer, time.now))
    return answer


def _refuse_during_exams(user_id: int, time: ExamTime) -> None:
    running = in_progress.exams_in_progress(user_id, time)
    if not running:
        return
    # A deleted exam has no rules.
    if not all(exam.allow_assistant for exam in exams.get_exams(running, reader=user_id).values()):
        raise Conflict("The assistant is here for you again when your exam is over", code="exam_in_progress")


def _give_back(user_id: int, time: ExamTime, name: str) -> None:
    try:
        study.give_question_back(user_id, time.today, name)
    except AppError as error:
        logger().warning("question not given back", exc_info=error)
