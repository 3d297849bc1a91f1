"""Questions survive files of both formats, and every refused row says where and why."""

import csv
import io
import zipfile
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_files import (
    COLUMNS,
    ExportedQuestion,
    ImportedQuestion,
    QuestionFileError,
    RefusedRow,
    read_questions,
    write_csv,
    write_xlsx,
)
from smartexam.catalog.questions import Question
from tests.factories.sheets import xlsx
from tests.unit.catalog.strategies import questions

HEADER = ",".join(COLUMNS)
GOOD = "7,2+2?,3,4,,,B,MCQ,,,,"
MINIMAL = "question_text,option_a,option_b,correct_answer"


def imported(file: str | bytes) -> list[ImportedQuestion]:
    rows = list(read_questions(file.encode() if isinstance(file, str) else file).rows)
    assert not [str(row) for row in rows if isinstance(row, RefusedRow)]
    return [row for row in rows if isinstance(row, ImportedQuestion)]


def refused(file: str | bytes) -> list[str]:
    rows = read_questions(file.encode() if isinstance(file, str) else file).rows
    return [str(row) for row in rows if isinstance(row, RefusedRow)]


def exported(*some: tuple[int, Question], safe: bool = False) -> bytes:
    return write_csv([ExportedQuestion(*each) for each in some], safe=safe)


class TestImport:
    def test_all_columns(self) -> None:
        row = '7,"How far, in ""m""?",,,,,42.50,numeric,img/a.png,4,1/3,0.01'
        assert imported(f"{HEADER}\n{row}\n") == [
            ImportedQuestion(
                2,
                7,
                Question(
                    question_type="NUMERIC",
                    question_text='How far, in "m"?',
                    correct_answer="42.50",
                    image_path="img/a.png",
                    positive_marks=Fraction(1200, 300),
                    negative_marks=Fraction(100, 300),
                    tolerance="0.01",
                ),
            )
        ]

    def test_optional_columns_may_be_missing(self) -> None:
        (row,) = imported(f"{MINIMAL}\nQ,x,y,a")
        assert row == ImportedQuestion(
            2, None, Question(question_type="MCQ", question_text="Q", option_a="x", option_b="y", correct_answer="A")
        )

    def test_columns_may_have_any_order_and_case(self) -> None:
        (row,) = imported("Correct_Answer, OPTION_B ,option_a,Question_Text\nB,y,x,Q\n")
        assert row.question.option_b == "y"

    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    @pytest.mark.parametrize("mark", ["", "\ufeff"])
    def test_dialects(self, delimiter: str, end: str, mark: str) -> None:
        header = HEADER.replace(",", delimiter)
        row = delimiter.join(["7", f'"a{end}b{delimiter} ""c"""', "x", "y", "", "", '"A,B"', "MSQ", "", "", "", ""])
        last = delimiter.join(["7", "x;y\tz,", "1", "2", "", "", "A", "MCQ", "", "", "", ""]).replace(
            f"x;y\tz,{delimiter}", f'"x;y\tz,"{delimiter}'
        )
        first, second = imported(mark + end.join([header, row, last]))
        assert first.question.question_text == f'a\nb{delimiter} "c"'
        assert first.question.correct_answer == "A,B"
        assert (first.line, second.line) == (2, 4)
        assert second.question.question_text == "x;y\tz,"

    @pytest.mark.parametrize("text", ["007", "None", "NA", "null", "3.10", "1e5", "TRUE", "=1+1", "'=1", "2020-01-01"])
    def test_cells_are_text(self, text: str) -> None:
        (row,) = imported(f"{MINIMAL}\n{text},{text},{text},A\n")
        assert (row.question.question_text, row.question.option_a) == (text, text)

    def test_line_separators_of_unicode_do_not_end_a_row(self) -> None:
        (row,) = imported(f"{MINIMAL}\na\u2028b\u2029c,x,y,A\n")
        assert row.question.question_text == "a\u2028b\u2029c"

    def test_empty_rows_are_passed_over(self) -> None:
        rows = imported(f"{HEADER}\n\n{GOOD}\n,,,,,,,,,,,\n\n{GOOD}\n\n")
        assert [row.line for row in rows] == [3, 6]

    def test_padding_of_spreadsheets_is_not_a_column(self) -> None:
        assert len(imported(f"{HEADER},,\n{GOOD},,\n{GOOD}\n")) == 2
        assert refused(f"{HEADER},\n{GOOD},,\n") == ["Row 2: has 14 cells where the header has 12"]


class TestOtherFiles:
    """The same questions, saved by another program."""

    TABLE = (
        ("Question", "Option 1", "B", "Correct Answer", "Positive Marks", "Question Text (hi)", "OPTION-A-hi"),
        ("Où?", "ici", "là", "b", "4", "कहाँ?", "यहाँ"),
    )
    QUESTION = Question(
        question_type="MCQ",
        question_text="Où?",
        option_a="ici",
        option_b="là",
        correct_answer="B",
        positive_marks=Fraction(4),
        texts={"hi": {"question_text": "कहाँ?", "option_a": "यहाँ"}},
    )

    @pytest.mark.parametrize(
        ("content", "note"),
        [
            ("\n".join(map(",".join, TABLE)).encode(), None),
            (("sep=;\r\n" + "\r\n".join(map(";".join, TABLE))).encode(), None),
            ("\n".join(map("\t".join, TABLE)).encode("utf-16"), "The file was read as UTF-16."),
            (xlsx([*TABLE[:1], (*TABLE[1][:4], 4, *TABLE[1][5:])]), None),
            (xlsx([(None, *TABLE[0]), (None, *TABLE[1])]), None),
        ],
        ids=["csv", "semicolons", "utf-16", "xlsx", "an empty first column"],
    )
    def test_reads_the_same(self, content: bytes, note: str | None) -> None:
        file = read_questions(content)
        (row,) = file.rows
        assert isinstance(row, ImportedQuestion), row
        assert row.question == self.QUESTION
        assert file.notes == (() if note is None else (note,))

    def test_windows_1252_is_decoded_with_a_note(self) -> None:
        file = read_questions(f"{MINIMAL}\nOù?,ici,là,A\n".encode("cp1252"))
        (row,) = file.rows
        assert isinstance(row, ImportedQuestion)
        assert (row.question.question_text, row.question.option_b) == ("Où?", "là")
        assert "Windows-1252" in file.notes[0]

    def test_text_under_no_name_is_refused(self) -> None:
        assert refused(f",{MINIMAL}\nlost,Q,x,y,A\n") == ["Row 2: has a text in a column without a name"]


class TestRefusedRows:
    def test_carry_their_line_column_and_reason(self) -> None:
        file = f'{HEADER}\n{GOOD}\n7,"two\nlines",3,4,,,B,MCQ,,,,\n7,Q,3,4,,,D,MCQ,,1001,,\n7,Q,,,,,x,NUMERIC,,,,\n'
        assert refused(file) == [
            "Row 5: correct_answer: names an option that is empty: D; positive_marks: must be at most 1000",
            "Row 6: correct_answer: must be a number",
        ]

    @pytest.mark.parametrize("row", ["7,Q,3,4,,,B,MCQ,,,", "7,Q", f"{GOOD},x", "7,unquoted, comma,3,4,,,B,MCQ,,,,"])
    def test_with_other_cells_than_the_header(self, row: str) -> None:
        (reason,) = refused(f"{HEADER}\n{GOOD}\n{row}\n{GOOD}\n")
        assert reason == f"Row 3: has {row.count(',') + 1} cells where the header has 12"

    @pytest.mark.parametrize("exam_id", ["x", "0", "-1", "7.0", "1e3", "9007199254740992", "٣", "9" * 5000, "1_0"])
    def test_with_another_exam_id(self, exam_id: str) -> None:
        assert refused(f"{HEADER}\n{exam_id}{GOOD[1:]}\n") == ["Row 2: exam_id: must be the number of an exam"]

    def test_all_faults_of_a_row_are_one_error(self) -> None:
        (reason,) = refused(f"{HEADER}\nx,,3,4,,,B,MCQ,,,,\n")
        assert reason == "Row 2: exam_id: must be the number of an exam; question_text: must not be empty"

    def test_damaged_text(self) -> None:
        hindi = f"{GOOD.replace('2+2?', 'दो और दो?')}\n".encode()
        damaged = "7,Caf\xe9,3,4,,,B,MCQ,,,,\n".encode("latin-1")
        assert refused(f"{HEADER}\n".encode() + hindi + damaged + hindi) == [
            "Row 3: question_text: is damaged text: save the file as CSV UTF-8 or XLSX"
        ]

    def test_nul_bytes(self) -> None:
        assert refused(f"{HEADER}\n{GOOD}\n7,2\x00?,3,4,,,B,MCQ,,,,\n") == [
            "Row 3: question_text: must not contain the character U+0000"
        ]

    def test_a_quote_that_is_not_closed(self) -> None:
        assert refused(f'{HEADER}\n{GOOD}\n7,"Q,3,4,,,B,MCQ,,,,\n{GOOD}\n') == [
            "Row 3: a quoted cell is not closed before the end of the file"
        ]

    def test_a_quote_that_is_not_doubled(self) -> None:
        (reason,) = refused(f'{HEADER}\n7,"a "b" c",3,4,,,B,MCQ,,,,\n{GOOD}\n')
        assert reason.startswith("Row 2: is not CSV")

    def test_cells_that_are_too_large(self) -> None:
        huge, large = "x" * (csv.field_size_limit() + 1), "x" * 10_001
        reasons = refused(f"{HEADER}\n{GOOD.replace('2+2?', huge)}\n{GOOD}\n{GOOD.replace('2+2?', large)}\n")
        assert reasons[0].startswith("Row 2: is not CSV")
        assert reasons[1] == "Row 4: question_text: must have at most 10000 characters"

    @given(
        st.binary(max_size=200)
        | st.text(st.sampled_from('",;\n\r\t AB1=\x00\ud800'), max_size=60).map(
            lambda text: text.encode("utf-8", "surrogatepass")
        )
    )
    def test_nothing_raises(self, body: bytes) -> None:
        for row in read_questions(f"{MINIMAL},tolerance\n".encode() + body).rows:
            str(row).encode()


class TestRefusedFiles:
    @pytest.mark.parametrize(
        "file",
        ["", "\n", "\ufeff", "2+2?,3,4,B\n", "exam_id,question_text\n", '"question_text', "\x00"],
    )
    def test_without_the_columns_that_are_needed(self, file: str) -> None:
        with pytest.raises(QuestionFileError, match=r"Missing: |empty|damaged|not closed"):
            read_questions(file.encode())

    @pytest.mark.parametrize("name", ["positve_marks", "notes", "x" * 9999, "\x00"])
    def test_with_unknown_columns(self, name: str) -> None:
        with pytest.raises(QuestionFileError, match="Unknown column") as error:
            read_questions(f"{HEADER},{name}\n".encode())
        assert len(str(error.value)) < 500

    def test_with_unreadable_column_names(self) -> None:
        with pytest.raises(QuestionFileError, match="Unknown column") as error:
            read_questions(f"{HEADER},".encode() + b"\xff\n")
        assert str(error.value).encode()

    def test_with_a_misspelt_column(self) -> None:
        with pytest.raises(QuestionFileError, match="Is positive_marks meant"):
            read_questions(f"{MINIMAL},positve marks\n".encode())

    def test_with_a_column_twice(self) -> None:
        with pytest.raises(QuestionFileError, match="tolerance stands there twice"):
            read_questions(f"{HEADER},Tolerance\n".encode())


class TestExport:
    def test_the_bytes(self) -> None:
        mcq = Question(
            question_type="MSQ",
            question_text='Say "a,\nb"',
            option_a="é",
            option_b="=1",
            correct_answer="A,B",
            negative_marks=Fraction(100, 300),
        )
        number = Question(question_type="NUMERIC", question_text="Q", correct_answer="-5.0", tolerance="0.10")
        assert exported((7, mcq), (8, number)).decode() == (
            f'{HEADER}\r\n7,"Say ""a,\nb""",é,=1,,,"A,B",MSQ,,,1/3,0\r\n8,Q,,,,,-5.0,NUMERIC,,,,0.10\r\n'
        )

    def test_without_questions(self) -> None:
        assert exported() == f"{HEADER}\r\n".encode()
        assert imported(exported()) == []

    @pytest.mark.parametrize("written", [write_csv, write_xlsx])
    @given(some=st.lists(st.tuples(st.integers(1, 2**53 - 1), questions()), max_size=5))
    def test_imports_again_unchanged(
        self, written: Callable[[list[ExportedQuestion]], bytes], some: list[tuple[int, Question]]
    ) -> None:
        file = written([ExportedQuestion(*each) for each in some])
        rows = imported(file)
        assert [(row.exam_id, row.question) for row in rows] == some
        if written is write_csv:
            assert exported(*((row.exam_id or 0, row.question) for row in rows)) == file

    @pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "https://x.example", "mailto:a@b", "_x0041_", "007", "{=1}"])
    def test_a_cell_of_a_workbook_is_text(self, text: str) -> None:
        question = Question(question_type="MCQ", question_text=text, option_a=text, option_b="-5", correct_answer="A")
        file = write_xlsx([ExportedQuestion(7, question)])
        assert imported(file)[0].question == question
        with zipfile.ZipFile(io.BytesIO(file)) as archive:
            sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        assert "<f" not in sheet.replace("<foot", "")
        assert "hyperlink" not in sheet

    @given(st.lists(st.tuples(st.integers(1, 9), questions()), min_size=1, max_size=3))
    def test_rows_keep_their_lines(self, some: list[tuple[int, Question]]) -> None:
        file = exported(*some)
        line = 2
        for row, (_, question) in zip(imported(file), some, strict=True):
            assert row.line == line
            line += 1 + sum(
                text.count("\n")
                for text in (
                    question.question_text,
                    question.solution,
                    *question.options,
                    *(text for texts in question.texts.values() for text in texts.values()),
                )
            )


class TestSafeExport:
    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\uff1d"])
    def test_no_cell_is_a_formula(self, start: str) -> None:
        text = f"{start}cmd|' /C calc'!A0"
        question = Question(question_type="MCQ", question_text=text, option_a=text, option_b="-5", correct_answer="A")
        file = exported((7, question), safe=True).decode("utf-8-sig")
        row = next(csv.DictReader(io.StringIO(file, newline="")))
        assert row["question_text"] == row["option_a"] == f"'{text}"
        assert row["option_b"] == "-5"

    def test_spreadsheets_know_its_encoding_and_its_cells(self) -> None:
        question = Question(question_type="NUMERIC", question_text="a;=b", correct_answer="-5")
        file = exported((7, question), safe=True)
        assert file.startswith(b"\xef\xbb\xbf")
        assert b'"a;=b"' in file
        assert imported(file)[0].question == question
