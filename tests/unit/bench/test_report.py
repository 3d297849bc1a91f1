"""Benchmark reports: readable text, complete JSON, and failure only by ratios."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench import __main__ as program
from bench.report import Budget, Options, Section, Table, as_json, as_text

SECTION = Section(
    "Cold start",
    [Table("By function", ["function", "ms", "of (a)"], [["exams", 251.4, 0.8765], ["docs", 1234, None]], "A note.")],
    [Budget("exams / (a)", 0.8765, 1.1), Budget("sync", 1300, 1200, "µs", is_ratio=False)],
)


def test_a_table_is_printed_in_columns_with_the_budgets_below() -> None:
    assert as_text(SECTION).splitlines() == [
        "Cold start",
        "==========",
        "",
        "By function",
        "-----------",
        "function     ms  of (a)",
        "exams       251   0.876",
        "docs      1,234",
        "A note.",
        "",
        "Budgets",
        "-------",
        "        what         measured  at most  unit",
        "holds   exams / (a)     0.876      1.1",
        "BROKEN  sync            1,300    1,200  µs",
    ]


def test_as_json_it_has_every_number_by_name() -> None:
    written = json.loads(json.dumps(as_json(SECTION)))

    assert written["tables"][0]["rows"] == [
        {"function": "exams", "ms": 251.4, "of (a)": 0.8765},
        {"function": "docs", "ms": 1234, "of (a)": None},
    ]
    assert [budget["holds"] for budget in written["budgets"]] == [True, False]


def test_fewer_samples_are_taken_in_a_hurry() -> None:
    assert (Options().samples(30, 2), Options(quick=True).samples(30, 2)) == (30, 2)


class TestTheCommand:
    @pytest.fixture
    def run(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
        def run(*budgets: Budget) -> tuple[int, dict[str, Any]]:
            file = tmp_path / "sub" / "bench.json"
            monkeypatch.setattr(program, "parts", lambda: {"one": lambda _: Section("One", (), budgets)})
            monkeypatch.setattr("sys.argv", ["bench", "one", "--json", str(file)])
            return program.main(), json.loads(file.read_text(encoding="utf-8"))

        return run

    def test_fails_by_a_ratio(self, run: Any) -> None:
        status, report = run(Budget("x", 2, 1))
        assert status == 1
        assert report["parts"]["one"]["budgets"][0]["holds"] is False

    def test_reports_times_and_does_not_fail_by_them(self, run: Any) -> None:
        assert run(Budget("x", 2, 1, "ms", is_ratio=False), Budget("y", 1, 1))[0] == 0

    def test_knows_its_parts(self) -> None:
        assert {"mining", "requests", "startup"} <= set(program.parts())
