"""A stand-in for the language model: it understands nothing, says so, and keeps to the forms that it is asked for.

What it is asked for as text it answers in the study assistant's blocks. What it is asked for as JSON it takes for a
request for questions, and makes plain and right ones.
"""

import json
from collections.abc import Sequence

from local.model.questions import make_questions, read_counts, solve

NAME = "stand-in"
_ECHO = 120


def complete(messages: Sequence[tuple[str, str]], *, wants_json: bool) -> str:
    """The answer to a conversation, given as (role, text)."""
    question = next((text for role, text in reversed(messages) if role == "user"), "")
    if not wants_json:
        return _blocks(question, turns=sum(role == "user" for role, _ in messages) - 1)
    if (answers := solve(question)) is not None:
        return json.dumps({"answers": answers})
    everything = "\n".join(text for _, text in messages)
    return json.dumps({"model": NAME, "questions": make_questions(read_counts(question) or read_counts(everything))})


def _blocks(question: str, turns: int) -> str:
    echo = question if len(question) <= _ECHO else question[: _ECHO - 1] + "…"
    return f"""\
[FINAL ANSWER]
This is the {NAME} of the local stack, not a language model: it cannot answer "{echo}". \
Set GROQ_API_KEY to ask the real one.
[GIVEN]
Your question has {len(question)} characters, and {turns} earlier ones went along with it.
[SOLUTION]
1. As an example of the form: a body falls for $t = 2\\,\\mathrm{{s}}$, so
$$s = \\tfrac{{1}}{{2}} g t^2 = \\tfrac{{1}}{{2}} \\cdot 9.8 \\cdot 4 = 19.6\\,\\mathrm{{m}}$$
[EXPLANATION]
Answers come in these four blocks, with all mathematics in LaTeX, so that a client can be built without a key."""
