"""The query of routes that answer with a result as a PDF."""

from typing import Annotated

from msgspec import Meta, Struct


class PdfQuery(Struct, frozen=True):
    """The language of labels, questions, passages and solutions, one of the exam's (default: its first one).

    What is not translated is in the exam's first language; labels are in English or Hindi.
    """

    lang: Annotated[str, Meta(max_length=20)] | None = None
