"""Requests for question generation."""

from fractions import Fraction
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from smartexam.catalog.marks import SCHEMA, MarksError, parse_marks
from smartexam.catalog.numeric import TOLERANCE_SCHEMA, read_number
from smartexam.catalog.questions import MCQ, MSQ, NUMERIC
from smartexam.platform.errors import Fault, InvalidFields
from smartexam.platform.texts import up_to

EXTRACT: Final = "extract"
MINE: Final = "mine"
PURE: Final = "pure"
MOST_QUESTIONS: Final = 500  # of each type
MOST_TOPIC: Final = 500
MOST_INSTRUCTIONS: Final = 2000
NumberOfQuestions = Annotated[int, Meta(extra_json_schema={"minimum": 0, "maximum": MOST_QUESTIONS})]
Marks = Annotated[str | float, Meta(extra_json_schema=SCHEMA)]


class GenerationRequest(Struct, frozen=True, kw_only=True):
    """The questions wanted, their source, and their marks.

    `extract` takes the questions of a PDF, `mine` makes new ones from its text, `pure` from `topic`. Counts are the
    numbers of questions per type; for `extract` they are upper limits, if given. Marks and `numeric_tolerance` are
    amounts as in an exam; negative marks are what a wrong answer costs.

    Attributes:
        topic: what the questions shall be about, at most 500 characters; needed with `pure`.
        difficulty: how hard the questions shall be.
        exam_id: id of the exam that they are for.
    """

    mode: Literal["extract", "mine", "pure"]
    exam_id: int
    difficulty: Literal["Easy", "Medium", "Hard"] = "Medium"
    mcq_count: NumberOfQuestions | None = None
    msq_count: NumberOfQuestions | None = None
    numeric_count: NumberOfQuestions | None = None
    topic: Annotated[str, up_to(MOST_TOPIC)] = ""
    mcq_plus: Marks = "4"
    mcq_minus: Marks = "1"
    msq_plus: Marks = "4"
    msq_minus: Marks = "2"
    numeric_plus: Marks = "3"
    numeric_tolerance: Annotated[str | float, Meta(extra_json_schema=TOLERANCE_SCHEMA)] = "0.01"
    custom_instructions: Annotated[str, up_to(MOST_INSTRUCTIONS)] = ""

    def counts(self) -> dict[str, int]:
        """The number of questions of each type; 0 by default."""
        return {MCQ: self.mcq_count or 0, MSQ: self.msq_count or 0, NUMERIC: self.numeric_count or 0}

    def caps(self) -> dict[str, int | None]:
        """The most questions of each type, None for any number."""
        given = (self.mcq_count, self.msq_count, self.numeric_count)
        if not any(given):
            # A form whose counts are all zero means no limits.
            return dict.fromkeys((MCQ, MSQ, NUMERIC))
        return dict(zip((MCQ, MSQ, NUMERIC), given, strict=True))

    def marks(self, question_type: str) -> tuple[Fraction, Fraction]:
        """Marks of a question of a type: for a right answer, and what a wrong one costs."""
        plus, minus = {
            MCQ: (self.mcq_plus, self.mcq_minus),
            MSQ: (self.msq_plus, self.msq_minus),
            NUMERIC: (self.numeric_plus, "0"),
        }[question_type]
        return parse_marks(plus), parse_marks(minus)

    @property
    def tolerance(self) -> str:
        """The tolerance of NUMERIC answers without their own."""
        return str(self.numeric_tolerance).strip() or "0"


def checked(request: GenerationRequest) -> GenerationRequest:  # noqa: C901 - one check after the other
    """The request, if its values are valid.

    Raises:
        InvalidFields: with every invalid field.
    """
    faults: list[Fault] = []
    counts = {"mcq_count": request.mcq_count, "msq_count": request.msq_count, "numeric_count": request.numeric_count}
    for name, count in counts.items():
        if count is not None and not 0 <= count <= MOST_QUESTIONS:
            faults.append(Fault(name, f"must be a number from 0 to {MOST_QUESTIONS}"))
    if not faults and request.mode != EXTRACT and not any(request.counts().values()):
        faults.append(Fault("mcq_count", "the counts must ask for at least one question"))
    for name in ("mcq_plus", "mcq_minus", "msq_plus", "msq_minus", "numeric_plus"):
        try:
            parse_marks(getattr(request, name))
        except MarksError as error:
            faults.append(Fault(name, str(error)))
    tolerance = read_number(request.tolerance)
    if tolerance is None or tolerance < 0:
        faults.append(Fault("numeric_tolerance", "must be a number, 0 or more"))
    if request.mode == PURE and not request.topic.strip():
        faults.append(Fault("topic", "This field is required"))
    if len(request.topic) > MOST_TOPIC:
        faults.append(Fault("topic", f"must have at most {MOST_TOPIC} characters"))
    if len(request.custom_instructions) > MOST_INSTRUCTIONS:
        faults.append(Fault("custom_instructions", f"must have at most {MOST_INSTRUCTIONS} characters"))
    if faults:
        raise InvalidFields(faults)
    return request
