"""Usernames made from names."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartexam.accounts.names import person_name
from smartexam.accounts.usernames import username_base


@pytest.mark.parametrize(
    ("first", "last", "base"),
    [
        ("John", "Doe", "john.doe"),
        ("José María", "Núñez", "josemaria.nunez"),
        ("Søren", "Łukasz", "soren.lukasz"),
        ("Anne-Marie", "O'Neil", "annemarie.oneil"),
        ("Groß", "Ærø", "gross.aero"),
        ("राम", "शर्मा", "ram.sharma"),
        ("प्रिया", "सिंह", "priya.sinh"),
        ("ज़ोया", "ख़ान", "joya.khan"),
        ("ਅਮਨ", "Kaur", "kaur"),
        ("王", "小明", "user"),
        ("", "", "user"),
        ("A" * 80, "B" * 80, "a" * 30 + "." + "b" * 30),
    ],
)
def test_are_plain(first: str, last: str, base: str) -> None:
    assert username_base(first, last) == base


@given(st.text(max_size=60), st.text(max_size=60))
def test_are_never_anything_else(first: str, last: str) -> None:
    assert re.fullmatch(r"[a-z0-9]{1,30}(\.[a-z0-9]{1,30})?", username_base(first, last))


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        (" Mary  Ann ", "Mary Ann"),
        ("", None),
        (" ", None),
        ("a\x00b", None),
        ("a\u200db", "a\u200db"),
        ("x" * 101, None),
    ],
)
def test_names_are_kept_as_typed_but_for_spaces(typed: str, name: str | None) -> None:
    assert person_name(typed) == name
