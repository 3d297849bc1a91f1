"""The result of reading a paper."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

# Called with the number of pages read and of all pages.
Progress = Callable[[int, int], None]

MCQ: Final = "MCQ"
MSQ: Final = "MSQ"
NUMERIC: Final = "NUMERIC"


@dataclass(frozen=True, slots=True)
class Warning_:  # noqa: N801 - `Warning` is Python's
    """Something that a person should check; `code` is for programs."""

    code: str
    message: str
    question: int | None = None


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of a page, in points from the lower left corner of the page as a reader sees it.

    `left` and `right` are the edges of its column of text.
    """

    page: int
    x0: float
    y0: float
    x1: float
    y1: float
    left: float
    right: float


class Cut(NamedTuple):
    """A rectangle of a page to be shown as a picture, in points as in `Area`."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(slots=True)
class Figure:
    """A drawing of the paper: one piece of a page, or several to be shown one below the other.

    Attributes:
        cuts: the pieces.
        picture: the image file; empty until it is rendered.
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
    r"""A question as printed in the paper.

    Attributes:
        number: as printed; `section` is its heading, "" if there is none.
        page: where it begins, from 1.
        text: with LaTeX as `$\large ...$`; so are the options, in their order.
        texts: the same in the paper's other language, by its ISO 639-1 code.
        answer: "B", "A,C" or a number; "" if the paper does not give it for certain.
        tolerance: of a number, "0" otherwise.
        is_verified: the answer is certainly the paper's own.
        span: the source text, for a person to compare with.
        unclear: whether some of it could not be read for certain (`repair` may help).
        warnings: what a person should check, as sentences.
        confidence: from 0 to 1: how reliable the text is; warnings lower it.
        solution: the paper's solution, "" if there is none.
        areas: the areas of the question's lines, one for each column of each page.
        option_areas: the same for each option, including its label.
        figure: its own figure among the paper's, by index.
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
        """Add a warning; uncertain text lowers the confidence, an open key does not."""
        self.warnings.append(message)
        self.confidence = round(self.confidence * reliance, 3)


@dataclass(slots=True)
class QuestionPaper:
    """The result of reading a document.

    `rotations`: the pages that are turned clockwise in addition to the file's rotation, and how far.
    """

    questions: list[PaperQuestion]
    warnings: list[Warning_]
    pages: int
    text: str = ""
    figures: list[Figure] = field(default_factory=list)
    rotations: dict[int, int] = field(default_factory=dict)
