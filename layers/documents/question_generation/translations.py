"""Questions that a paper has in two languages, as an exam's languages can take them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from smartexam.catalog.questions import OPTION_FIELDS

if TYPE_CHECKING:
    from paper_reader.paper.model import PaperQuestion

_ENGLISH = "en"
# Text, options and the translations by language and field.
Texts = tuple[str, list[str], dict[str, dict[str, str]]]


def for_languages(question: "PaperQuestion", languages: Sequence[str]) -> Texts:
    """A question's texts for an exam in some languages, of which the first is that of the plain fields.

    A language that the exam does not have is not lost: its text follows the plain one.
    """
    if not question.texts:
        return question.text, question.options, {}
    (language, other), *_ = question.texts.items()
    plain, translated = (question.text, question.options), (other.text, other.options)
    # The reader has English in the plain fields wherever a paper has English.
    if _ENGLISH in languages and language in languages:
        if languages[0] == language:
            plain, translated, language = translated, plain, _ENGLISH
        return *plain, {
            language: {"question_text": translated[0], **dict(zip(OPTION_FIELDS, translated[1], strict=False))}
        }
    both = [
        one if one == second else f"{one} / {second}" for one, second in zip(*(plain[1], translated[1]), strict=True)
    ]
    return f"{plain[0]}\n{translated[0]}", both, {}
