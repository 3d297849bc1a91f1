"""Parsing of docstrings."""

import pytest

from tools.openapi import prose


def documented() -> None:
    """Do a thing; or another. It is done once.

    More of it,
    on two lines.

    Args:
        nothing: at all.

    Raises:
        NotFound: there is
            no such thing.
        Conflict: too late.
    """


def in_a_line() -> None:
    """Do a thing."""


def silent() -> None: ...


def test_the_first_sentence_is_the_summary_and_sections_are_apart() -> None:
    read = prose.read(documented)
    assert read.summary == "Do a thing; or another"
    assert read.description == "It is done once.\n\nMore of it,\non two lines."
    assert read.raises == {"NotFound": "there is no such thing.", "Conflict": "too late."}


def test_a_line_is_enough() -> None:
    assert prose.read(in_a_line) == prose.Prose("Do a thing", "", {})


def test_none_is_not() -> None:
    with pytest.raises(ValueError, match="silent has no docstring"):
        prose.read(silent)


class Base:
    """A base.

    Attributes:
        id: the number of it
        name: what it is called.
    """


class Shape(Base):
    """A shape; `name` is short.

    More of it.

    Attributes:
        name: what it is called, in
            two lines.
    """


def test_a_shape_tells_its_own_fields_and_those_of_its_bases() -> None:
    assert prose.fields(Shape) == (
        "A shape; `name` is short.\n\nMore of it.",
        {"id": "The number of it.", "name": "What it is called, in two lines."},
    )
