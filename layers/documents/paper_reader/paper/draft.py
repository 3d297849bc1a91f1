"""A question on its way: from where it begins to its stem, options, answers and what it is about."""

from dataclasses import dataclass, field

from paper_reader.paper.numbering import Start
from paper_reader.paper.options import Marker
from paper_reader.paper.span import Parts


@dataclass(slots=True)
class Draft:
    """A question on its way: its lines, its parts, the section it belongs to.

    Attributes:
        wanted: the type that something above it names.
        preface: the passage above it that it is about.
        is_unseen: it seems to have options which are pictures.
        shares_options: they stand above it, once for several questions.
        is_part: of a question that has several, each with its own options, as case studies have; `shared` is what the
            question says before them.
        has_two_series: of options, so that it may be two questions.
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
