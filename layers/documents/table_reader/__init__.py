"""Reads tables as people save them: CSV of any spreadsheet program and country, and XLSX, XLS and ODS.

    records = read_records(content, {"name": ("full name",), "email": ("e-mail address",)}, needed=("email",))
    for row in records.rows: ...

The meaning of a table is the caller's. Cells are text and nothing else: "007" and "3.10" stay as they are, as far as
the file still has them.
"""

from table_reader.columns import match_columns, spelled
from table_reader.reading import read_table
from table_reader.records import Record, Records, read_records
from table_reader.table import RefusedRow, Row, Table, TableError

__all__ = [
    "Record",
    "Records",
    "RefusedRow",
    "Row",
    "Table",
    "TableError",
    "match_columns",
    "read_records",
    "read_table",
    "spelled",
]
