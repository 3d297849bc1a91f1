"""A question while it is being read."""

from dataclasses import dataclass, field

from paper_reader.paper.numbering import Start
from paper_reader.paper.options import Marker
from paper_reader.paper.span import Parts


@dataclass(slots=True)
class Draft:
    """A question while it is being read: its lines, its parts, its section.

    Attributes:
        wanted: the type that something above it names.
        preface: the passage above it.
        is_unseen: its options seem to be pictures.
        shares_options: its options are above it, once for several questions.
        is_part: of a question with several parts, each with its own options, as in case studies; `shared` is the text
            before the parts.
        has_two_series: of options, so it may be two questions.
    """

    start: Start
    first: int
    last: int
    parts: Parts
    series: list[Marker]
    style: str
    section: int = 0
    wanted: str | None = None
    preface: list[str] = field(default_factory=list)
    has_lost_options: bool = False
    is_unseen: bool = False
    shares_options: bool = False
    translation: Parts | None = None
    shared: list[str] = field(default_factory=list)
    is_part: bool = False
    has_two_series: bool = False
