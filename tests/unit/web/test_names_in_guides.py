"""The guides name what stands on the screens of the web app."""

import re

import pytest

from local.layout import PROJECT


def names(guide: str) -> set[str]:
    """What a guide quotes with one capital letter in front, as buttons and fields have it; parameters have more."""
    text = (PROJECT / "docs" / guide).read_text(encoding="utf-8")
    return set(re.findall(r"`([A-Z][a-z-]*(?:\s[^`]+)?)`", text))


@pytest.mark.parametrize("guide", ["admin-guide.md", "student-guide.md"])
def test_names_are_those_of_the_screens(guide: str) -> None:
    sources = sorted((PROJECT / "web" / "src").rglob("*.ts*"))
    shown = "\n".join(path.read_text(encoding="utf-8") for path in sources)

    found = names(guide)

    assert len(found) > 5
    assert {name for name in found if f'"{" ".join(name.split())}"' not in shown} == set()
