"""Times as administrators give them."""

import pytest

from smartexam.catalog.moments import read_moment

# 2026-01-05T10:00 in Kolkata, where the tests' institute is
MORNING = 1_767_587_400


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-05T10:00",
        " 2026-01-05 10:00 ",
        "2026-01-05T10:00:00",
        "2026-01-05T10:00:00+05:30",
        "2026-01-05T04:30:00Z",
        "2026-01-05T04:30:00.500Z",
    ],
)
def test_reads(text: str) -> None:
    assert read_moment(text) == MORNING


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2026-01-05",
        "10:00",
        "20260105T1000",
        "2026-13-05T10:00",
        "0001-01-01T00:00Z",
        "9999-12-31T23:59",
        5,
    ],
)
def test_refuses(text: object) -> None:
    with pytest.raises(ValueError, match="must be a time"):
        read_moment(text)
