"""Writes tables as XLSX workbooks."""

from table_writer.sheets import write_sheet

__all__ = ["write_sheet"]
