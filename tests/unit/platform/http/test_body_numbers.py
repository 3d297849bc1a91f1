"""Numbers in bodies that need care are found as a pattern finds them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartexam.platform.http.numbers import may_be_special

PATTERN = re.compile(rb"[0-9]{16}|[0-9]\.0|[0-9][eE][-+0-9]")


@given(st.text('0019eE.+-:,"', max_size=40).map(str.encode))
def test_of_any_spelling(content: bytes) -> None:
    assert may_be_special(content) == (PATTERN.search(content) is not None)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'{"id":1234567890123456}', True),
        (b'{"id":123456789012345}', False),
        (b'{"id":7.0}', True),
        (b'{"id":7E0}', True),
        (b'{"id":7e}', False),
        (b'{"mail":"a9e@x.org"}', False),
        (b'{"answers":{"101":"-1234.5678"}}', False),
        (b"", False),
    ],
)
def test_of_bodies(content: bytes, *, expected: bool) -> None:
    assert may_be_special(content) is expected
