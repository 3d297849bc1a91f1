"""What comes out of a paper."""

from dataclasses import dataclass, field
from typing import Final

MCQ: Final = "MCQ"
MSQ: Final = "MSQ"
NUMERIC: Final = "NUMERIC"


@dataclass(frozen=True, slots=True)
class Warning_:  # noqa: N801 - `Warning` is Python's
    """Something that a person should look at; `code` is for programs."""

    code: str
    message: str
    question: int | None = None


@dataclass(slots=True)
class PaperQuestion:
    """A question as it stands in the paper.

    Attributes:
        number: as printed; `section` is the heading it stands under, "" if there is none.
        page: where it begins, from 1.
        text: with LaTeX as `$\\large ...$`; so are the options, in their order.
        answer: "B", "A,C" or a number; "" when the paper does not give it for certain.
        tolerance: of a number, "0" otherwise.
        is_verified: the answer is the paper's own, beyond doubt.
        span: the source text, for a person to compare with.
        unclear: whether some of it could not be read for certain (`repair` may help).
        notes: what should be looked at, for people.
    """

    number: int
    section: str
    page: int
    text: str
    options: list[str]
    question_type: str
    answer: str = ""
    tolerance: str = "0"
    is_verified: bool = False
    span: str = ""
    unclear: bool = False
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Paper:
    """Everything that was found in a document."""

    questions: list[PaperQuestion]
    warnings: list[Warning_]
    pages: int
    text: str = ""
