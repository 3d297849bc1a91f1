"""Matches columns by their names."""

import unicodedata
from collections.abc import Collection, Mapping, Sequence

from table_reader.table import TableError

_SHOWN = 40


def match_columns(
    header: Sequence[str], known: Mapping[str, Collection[str]], *, needed: Collection[str] = ()
) -> dict[str, int]:
    """The places of known columns. Case, spaces and punctuation of names are ignored; unknown columns are left out.

    Args:
        header: the names in the file.
        known: columns, each with its other names.
        needed: the required columns.

    Raises:
        TableError: a column is missing, or occurs twice.
    """
    names = {comparable(alias): column for column, aliases in known.items() for alias in (column, *aliases)}
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        column = names.get(comparable(name))
        if column is None:
            continue
        if column in places:
            raise TableError(f"The column {column} stands there twice: {header[places[column]]!r} and {name!r}.")
        places[column] = place
    missing = [column for column in needed if column not in places]
    if missing:
        found = ", ".join(repr(name.strip()[:_SHOWN]) for name in header if name.strip()) or "nothing"
        raise TableError(f"The first row must name the columns. Missing: {', '.join(missing)}; found: {found}.")
    return places


def comparable(name: str) -> str:
    """A column's name for comparison: letters and digits only, in lower case."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in plain if letter.isalnum())
