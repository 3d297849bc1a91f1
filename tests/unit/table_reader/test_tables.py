"""Tables as spreadsheet programs save them."""

import contextlib
import csv
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from table_reader import RefusedRow, Row, TableError, match_columns, read_table
from tests.factories.sheets import xlsx

PLAIN = "name,email\nRavi Kumar,ravi@example.org\nZoë,zoe@example.org\n"


def rows(content: bytes) -> list[Row | RefusedRow]:
    return list(read_table(content).rows)


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        PLAIN.encode("utf-16-le"),
        PLAIN.encode("utf-16-be"),
        PLAIN.encode("utf-32"),
        PLAIN.encode("cp1252"),
        PLAIN.replace(",", ";").encode(),
        PLAIN.replace(",", "\t").encode(),
        PLAIN.replace(",", "|").encode(),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\r").encode(),
        PLAIN.replace("Ravi Kumar", '"Ravi Kumar"').encode(),
        xlsx([["name", "email"], ["Ravi Kumar", "ravi@example.org"], ["Zoë", "zoe@example.org"]]),
    ],
    ids=[
        "utf-8", "bom", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252",
        "semicolon", "tab", "bar", "crlf", "cr", "quoted", "xlsx",
    ],
)  # fmt: skip
def test_every_way_to_save_a_table_reads_the_same(content: bytes) -> None:
    table = read_table(content)

    assert table.header == ["name", "email"]
    assert list(table.rows) == [Row(2, ["Ravi Kumar", "ravi@example.org"]), Row(3, ["Zoë", "zoe@example.org"])]


def test_a_separator_line_decides_and_counts_as_a_line() -> None:
    table = read_table(b"sep=|\r\nname|a;b\r\nRavi|1,2\r\n")

    assert (table.header, list(table.rows)) == (["name", "a;b"], [Row(3, ["Ravi", "1,2"])])


def test_quoted_cells_hold_anything_and_rows_are_named_by_the_line_where_they_start() -> None:
    content = 'name,email\n"Ravi\r\n""RK"", Kumar","a;b"\n\n ,\nZoë\x0c\u2028,z\n'.encode()

    assert rows(content) == [Row(2, ['Ravi\r\n"RK", Kumar', "a;b"]), Row(6, ["Zoë\x0c\u2028", "z"])]


def test_a_row_with_a_stray_quote_is_refused_and_those_after_it_are_read() -> None:
    first, second, third = rows(b'a,b\n1,"2"3\n4,5\n6,"7\n8,9\n')

    assert isinstance(first, RefusedRow)
    assert first.line == 2
    assert second == Row(3, ["4", "5"])
    assert third == RefusedRow(4, "a quoted cell is not closed before the end of the file")


def test_numbers_in_sheets_are_shown_as_people_typed_them() -> None:
    assert rows(xlsx([["roll", "x"], [7, 3.5], ["007", None], [None, None], [123456789012, "=1"]])) == [
        Row(2, ["7", "3.5"]),
        Row(3, ["007", ""]),
        Row(5, ["123456789012", "=1"]),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" \r\n",
        b"\n\n",
        b"\x00\x01\x02\x03\x00\x00\x00",
        b"PK\x03\x04 no archive",
        xlsx([]),
        b"\xff\xfea",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 100,
    ],
)
def test_a_file_that_is_not_a_table_is_refused(content: bytes) -> None:
    with pytest.raises(TableError):
        read_table(content)


def test_a_workbook_that_unpacks_to_too_much_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 151_000_000)

    with pytest.raises(TableError, match="too large"):
        read_table(out.getvalue())


@given(st.binary(max_size=400))
def test_any_bytes_are_a_table_or_are_refused(content: bytes) -> None:
    with contextlib.suppress(TableError):
        list(read_table(content).rows)


@given(
    st.lists(st.lists(st.text(max_size=12), min_size=2, max_size=4), min_size=1, max_size=6), st.sampled_from(",;\t")
)
def test_what_a_csv_writer_writes_is_read_back(table: list[list[str]], delimiter: str) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([["name", "email"], *table])
    content = out.getvalue().encode("utf-8", "replace")

    expected = [[cell.encode("utf-8", "replace").decode() for cell in row] for row in table]
    if any("\x00" in cell for row in expected for cell in row):
        return
    read = rows(content)
    assert [row.cells for row in read if isinstance(row, Row)] == [row for row in expected if any(map(str.strip, row))]


class TestColumns:
    KNOWN = {"name": ("full name", "student"), "email": ("e-mail address",), "roll_no": ("roll number",)}  # noqa: RUF012

    @pytest.mark.parametrize("name", ["roll_no", "Roll No", "ROLL-NO.", " rollNo ", "Roll Number", "Ｒoll no"])  # noqa: RUF001
    def test_spelling_and_case_do_not_count(self, name: str) -> None:
        assert match_columns(["x", name], self.KNOWN) == {"roll_no": 1}

    def test_unknown_columns_are_passed_over(self) -> None:
        assert match_columns(["Phone", "E-Mail", "", "Student"], self.KNOWN) == {"email": 1, "name": 3}

    def test_missing_and_doubled_columns_are_named(self) -> None:
        with pytest.raises(TableError, match="Missing: email; found: 'Name', 'Phone'"):
            match_columns(["Name", "Phone"], self.KNOWN, needed=("name", "email"))
        with pytest.raises(TableError, match="twice"):
            match_columns(["Name", "Full Name"], self.KNOWN)
