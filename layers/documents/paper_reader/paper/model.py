"""What comes out of a paper."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

# Told the pages read so far and how many there are.
Progress = Callable[[int, int], None]

MCQ: Final = "MCQ"
MSQ: Final = "MSQ"
NUMERIC: Final = "NUMERIC"


@dataclass(frozen=True, slots=True)
class Warning_:  # noqa: N801 - `Warning` is Python's
    """Something that a person should look at; `code` is for programs."""

    code: str
    message: str
    question: int | None = None


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of a page, in points from the lower left corner of the page as a reader sees it.

    `left` and `right` are the edges of the column of text that it is in.
    """

    page: int
    x0: float
    y0: float
    x1: float
    y1: float
    left: float
    right: float


class Cut(NamedTuple):
    """A rectangle of a page that is shown as a picture, in points as those of `Area`."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(slots=True)
class Figure:
    """Something drawn in the paper: one piece of a page, or several to be shown one below the other.

    Attributes:
        cuts: the pieces.
        picture: what they look like, as an image file; empty until it was made.
        extension: of the image, "png" or "webp".
    """

    cuts: list[Cut]
    picture: bytes = b""
    extension: str = ""


@dataclass(frozen=True, slots=True)
class Translation:
    """A question's text and options in the paper's other language."""

    text: str
    options: list[str]


@dataclass(slots=True)
class PaperQuestion:
    """A question as it stands in the paper.

    Attributes:
        number: as printed; `section` is the heading it stands under, "" if there is none.
        page: where it begins, from 1.
        text: with LaTeX as `$\\large ...$`; so are the options, in their order.
        texts: the same in the paper's other language, by its ISO 639-1 code.
        answer: "B", "A,C" or a number; "" when the paper does not give it for certain.
        tolerance: of a number, "0" otherwise.
        is_verified: the answer is the paper's own, beyond doubt.
        span: the source text, for a person to compare with.
        unclear: whether some of it could not be read for certain (`repair` may help).
        warnings: what a person should look at, as sentences.
        confidence: from 0 to 1: how far the text can be relied on; what a warning names lowers it.
        solution: what the paper gives as its solution, "" if nothing.
        areas: what the question's lines cover, one area for each column of each page that they are in.
        option_areas: the same for each option, its label included.
        figure: which of the paper's figures is its own, by index.
        option_figures: the same for each option; empty if none has one.
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
    warnings: list[str] = field(default_factory=list)
    confidence: float = 1.0
    texts: dict[str, Translation] = field(default_factory=dict)
    solution: str = ""
    areas: list[Area] = field(default_factory=list)
    option_areas: list[list[Area]] = field(default_factory=list)
    figure: int | None = None
    option_figures: list[int | None] = field(default_factory=list)

    def warn(self, message: str, reliance: float = 1.0) -> None:
        """Say what should be looked at; what was read with doubt lowers the confidence, an open key does not."""
        self.warnings.append(message)
        self.confidence = round(self.confidence * reliance, 3)


@dataclass(slots=True)
class Paper:
    """Everything that was found in a document.

    `rotations` are the pages that are turned clockwise beyond what the file says, and how far.
    """

    questions: list[PaperQuestion]
    warnings: list[Warning_]
    pages: int
    text: str = ""
    figures: list[Figure] = field(default_factory=list)
    rotations: dict[int, int] = field(default_factory=dict)
