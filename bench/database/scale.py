"""How many items the tables have when requests are measured."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """Numbers of items of each kind.

    Attributes:
        exams: of them forty have results.
        results: of all exams together, `in_exam` of them of the measured one.
        messages: in all conversations, `in_conversation` of them in the measured one.
        comments: on all questions, `on_question` of them on the measured one.
        own: the measured student's own results and turns with the assistant. The same at every scale, because costs may
            grow with one's own items but not with the table.
    """

    users: int
    exams: int
    results: int
    in_exam: int
    messages: int
    in_conversation: int
    comments: int
    on_question: int
    requests: int
    changes: int
    own: int


# Large enough that every list has full pages and every exam with results has some on every day, so a cost that grows
# beyond this grows with the table.
SMALL = Scale(
    users=600,
    exams=150,
    results=4_000,
    in_exam=400,
    messages=400,
    in_conversation=200,
    comments=400,
    on_question=250,
    requests=120,
    changes=120,
    own=120,
)
LARGE = Scale(
    users=20_000,
    exams=300,
    results=50_000,
    in_exam=10_000,
    messages=200_000,
    in_conversation=20_000,
    comments=20_000,
    on_question=2_000,
    requests=5_000,
    changes=20_000,
    own=120,
)
# Only to see that everything runs.
TINY = Scale(
    users=110,
    exams=52,
    results=120,
    in_exam=60,
    messages=200,
    in_conversation=150,
    comments=200,
    on_question=110,
    requests=60,
    changes=60,
    own=51,
)
