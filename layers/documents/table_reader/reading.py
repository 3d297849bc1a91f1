"""Reads any file as a table."""

from dataclasses import replace

from table_reader.delimited import read_delimited
from table_reader.sheets import is_sheet, read_sheet
from table_reader.table import Table, TableError
from table_reader.text import decode


def read_table(content: bytes) -> Table:
    """The table in a file of any program.

    Raises:
        TableError: it cannot be read as a table, or has no first row.
    """
    if not content.strip():
        raise TableError("The file is empty.")
    if is_sheet(content):
        return read_sheet(content)
    text, note = decode(content)
    table = read_delimited(text)
    return replace(table, notes=(note,)) if note else table
