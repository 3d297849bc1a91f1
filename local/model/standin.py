"""A stand-in for the language model, which says that it is one and answers in the required forms.

Text is an answer in the study assistant's blocks. JSON is one of three, depending on the prompt: answers to questions
(the prompt is a list of them), a repaired question (the prompt is a question, which is returned unchanged), or new
questions, as many as the prompt asks for.
"""

import json
from collections.abc import Sequence

from local.model.questions import make_questions, read_counts, read_json

NAME = "stand-in"
_ECHO = 120


def complete(messages: Sequence[tuple[str, str]], *, wants_json: bool) -> str:
    """The answer to a conversation, given as (role, text)."""
    prompt = next((text for role, text in reversed(messages) if role == "user"), "")
    if not wants_json:
        return _blocks(prompt, earlier=sum(role == "user" for role, _ in messages) - 1)
    match read_json(prompt):
        case list(items):
            # It wrote the questions, so it confirms no answer: none may look verified that no model has solved.
            solved = [{"id": item.get("id"), "answer": "none"} for item in items if isinstance(item, dict)]
            return json.dumps({"answers": solved})
        case {"question_text": text, "options": options}:
            return json.dumps({"question_text": text, "options": options})
    return json.dumps({"questions": make_questions(read_counts(prompt), prompt)})


def _blocks(question: str, earlier: int) -> str:
    echo = question if len(question) <= _ECHO else question[: _ECHO - 1] + "…"
    return f"""\
[FINAL ANSWER]
This is the {NAME} of the local stack, not a language model: it cannot answer "{echo}". \
Set GROQ_API_KEY to ask the real one.
[GIVEN]
Your question has {len(question)} characters, and {earlier} earlier ones went along with it.
[SOLUTION]
1. As an example of the form: a body falls for $t = 2\\,\\mathrm{{s}}$, so
$$s = \\tfrac{{1}}{{2}} g t^2 = \\tfrac{{1}}{{2}} \\cdot 9.8 \\cdot 4 = 19.6\\,\\mathrm{{m}}$$
[EXPLANATION]
Answers come in these four blocks, with all mathematics in LaTeX, so that a client can be built without a key."""
