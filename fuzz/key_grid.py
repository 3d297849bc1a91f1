"""Answer keys as lines of text."""

from decimal import Decimal

from paper_reader.layout.line import GAP, Line, with_few_spaces
from paper_reader.paper import key_grid, values

SEEDS = (
    b"1. (B)\t2. (A,C)\t3. (A)\t4. 12.5",
    b"Q.No\t1\t2\t3\t4\t5\nAns\tA\tB\tC\tD\tA",
    b"Section A\n1-A, 2-B, 3-C; 4) 2.5 to 3.5 5) bonus",
    "प्रश्न\t1\t2\nउत्तर\tक\tख\n1 , 1 , 1 , 1 , 1 , x!".encode(),
    b"1 2 3 4 5\n3 1 2 4 4\nANSWER KEY (Q1) [C]  2 :: MTA",
)


def read(data: bytes) -> None:
    """All answers are positions of options or numbers."""
    text = with_few_spaces(data.decode("utf-8", "replace"))
    lines = [
        Line(1, 0, 50.0, 500.0, 800.0 - 12.0 * index, 10.0, 50.0, 500.0, line.replace("    ", GAP), (50.0,))
        for index, line in enumerate(text.split("\n"))
    ]
    for part in key_grid.read(lines):
        for number, value in part.answers.items():
            assert number >= 0
            if value is not None:
                _check(value)
    for line in lines:
        key_grid.ends(line)
        key_grid.is_row(line)
        value = values.read(line.text)
        if value is not None:
            _check(value)


def _check(value: values.Value) -> None:
    assert all(0 <= position <= 4 for position in value.positions)
    assert not value.number or Decimal(value.number).is_finite()
    assert Decimal(value.tolerance) >= 0
