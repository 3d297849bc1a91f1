"""Matches columns by their names."""

import difflib
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence

from table_reader.table import TableError

_SHOWN = 40
_MOST_SHOWN = 30


def match_columns(
    header: Sequence[str],
    known: Mapping[str, Collection[str]],
    *,
    needed: Collection[str] = (),
    others: Callable[[str], str | None] | None = None,
    strict: bool = False,
) -> dict[str, int]:
    """The places of known columns. Case, spaces and punctuation of names are ignored.

    Args:
        header: the names in the file.
        known: columns, each with its other names.
        needed: the required columns.
        others: the column that a name means which is not among `known`, None if it means none.
        strict: refuse unknown columns instead of leaving them out.

    Raises:
        TableError: a column is missing, unknown or occurs twice.
    """
    names = {comparable(alias): column for column, aliases in known.items() for alias in (column, *aliases)}
    places: dict[str, int] = {}
    unknown: list[str] = []
    for place, name in enumerate(header):
        column = names.get(comparable(name)) or (others(name) if others is not None else None)
        if column is None:
            unknown += [name] if name.strip() else []
            continue
        if column in places:
            raise TableError(f"The column {column} stands there twice: {_shown(header[places[column]], name)}.")
        places[column] = place
    missing = [column for column in needed if column not in places]
    if missing:
        found = _shown(*(name for name in header if name.strip())) or "nothing"
        raise TableError(f"The first row must name the columns. Missing: {', '.join(missing)}; found: {found}.")
    if strict and unknown:
        raise TableError(_refusal(unknown[0], names, known))
    return places


def comparable(name: str) -> str:
    """A column's name for comparison: letters and digits only, in lower case."""
    return spelled(name).replace("_", "")


def spelled(name: str) -> str:
    """A column's name in lower case, with one underscore for anything between letters and digits."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "_".join("".join(letter if letter.isalnum() else " " for letter in plain).split())


def _refusal(name: str, names: Mapping[str, str], known: Mapping[str, object]) -> str:
    # Longer names are no misspelling, and comparing them takes long.
    alike = difflib.get_close_matches(comparable(name)[:_SHOWN], names, 1)
    meant = f" Is {names[alike[0]]} meant?" if alike else ""
    return f"Unknown column {_shown(name)}.{meant} The columns are {', '.join(known)}."


def _shown(*names: str) -> str:
    return ", ".join(repr(name.strip()[:_SHOWN].encode("utf-8", "replace").decode()) for name in names[:_MOST_SHOWN])
