"""Whether people create accounts themselves is one of two words, and nothing else starts a function."""

import pytest

from smartexam.platform.settings import SettingsError, parse


@pytest.mark.parametrize(("word", "is_open"), [("", True), ("open", True), ("closed", False)])
def test_the_words(word: str, is_open: bool) -> None:
    assert parse({"SIGN_UP": word}).sign_up_open is is_open


def test_another_word_stops_the_function() -> None:
    with pytest.raises(SettingsError, match="SIGN_UP"):
        parse({"SIGN_UP": "shut"})
