"""Reads tables as people save them: CSV of any spreadsheet program and country, and XLSX, XLS and ODS.

    table = read_table(content)
    places = match_columns(table.header, {"name": ("full name",), "email": ("e-mail address",)})
    for row in table.rows: ...

The meaning of a table is the caller's. Cells are text and nothing else: "007" and "3.10" stay as they are, as far as
the file still has them.
"""

from table_reader.columns import match_columns
from table_reader.reading import read_table
from table_reader.table import RefusedRow, Row, Table, TableError

__all__ = ["RefusedRow", "Row", "Table", "TableError", "match_columns", "read_table"]
