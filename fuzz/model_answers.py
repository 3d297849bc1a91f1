"""A language model's answers: questions, confirmations and repaired text."""

import json

from language_model import json_answers
from question_generation import repair, solving, writing
from smartexam.catalog.questions import Question, check
from smartexam.platform.texts import clean
from study import service

_ITEM = {
    "question_type": "MCQ",
    "question_text": "What is $\\large \\frac{1}{2}$ of 4?",
    "option_a": "1",
    "option_b": "2",
    "option_c": "3",
    "option_d": "4",
    "correct_answer": "B",
}
_QUESTION = check(_ITEM)
assert isinstance(_QUESTION, Question)
_KNOWN = [_QUESTION, Question(question_type="NUMERIC", question_text="?", correct_answer="2.5")]
SEEDS = (
    json.dumps({"questions": [_ITEM]}).encode(),
    b'```json\n{"answers": [{"id": 1, "answer": "B"}, {"id": "2", "answer": 2.5}]}\n```',
    b'{"question_text": "the \\frac{1}{2} of 7", "options": ["a", "b"]}',
    b'{"questions": [{"question_type": "NUMERIC", "correct_answer": 1e999, "question_text": "$x^{2$"',
    b"[FINAL ANSWER]\n**[given]:**\n\\ud800",
)


def read(data: bytes) -> None:
    """Consistent questions, or none; answers that agree or not; repaired text without additions."""
    text = data.decode("utf-8", "surrogateescape")
    for item in json_answers.read_items(text, "questions") or []:
        question, reason = writing._accepted(item)
        assert (question is None) == bool(reason)
        if question is not None:
            json.dumps(question.question_text).encode()
    agreed = solving.confirmed(_KNOWN, lambda *_: text, "0.01")
    assert len(agreed) == len(_KNOWN)
    assert all(isinstance(each, bool) for each in agreed)
    mended = repair.repaired("the 1 \ufffd 2 of 7", ["a", "b"], lambda *_: text)
    if mended is not None:
        assert len(mended[1]) == 2
    if text.strip():
        answer = service.readable(text) if clean(text) else ""
        assert len(answer.encode()) <= 4 * service.LONGEST_ANSWER
