"""Stores the figures of a paper's questions like other images, and names them in the drafts."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from question_generation.drafts import DraftFigure, DraftQuestion
from smartexam.catalog import images
from smartexam.catalog.questions import OPTION_LETTERS
from smartexam.platform.parallel import in_parallel

if TYPE_CHECKING:
    from paper_reader.paper.model import Figure, PaperQuestion, QuestionPaper

_AT_ONCE: Final = 8


def stored(paper: "QuestionPaper", questions: Collection["PaperQuestion"]) -> dict[int, str]:
    """Store the figures of questions; returns their paths by index.

    Raises:
        Unavailable: the storage cannot be reached.
    """
    wanted = {at for question in questions for at in (question.figure, *question.option_figures) if at is not None}
    drawn = [at for at in sorted(wanted) if paper.figures[at].picture]

    def keep(at: int) -> str:
        figure: Figure = paper.figures[at]
        return images.keep(figure.picture, figure.extension, f"image/{figure.extension}")

    return dict(zip(drawn, in_parallel(keep, drawn, most=_AT_ONCE), strict=True))


def with_figures(draft: DraftQuestion, question: "PaperQuestion", paths: dict[int, str]) -> DraftQuestion:
    """A draft with the paths of its question's figures."""
    path = "" if question.figure is None else paths.get(question.figure, "")
    by_letter = {
        letter: paths[at]
        for letter, at in zip(OPTION_LETTERS, question.option_figures, strict=False)
        if at is not None and at in paths
    }
    if not path and not by_letter:
        return draft
    urls = {letter: images.image_url(option_path) for letter, option_path in by_letter.items()}
    shown = DraftFigure(image_url=images.image_url(path), option_image_urls=urls)
    return replace(draft, image_path=path, option_images=by_letter, figure=shown)
