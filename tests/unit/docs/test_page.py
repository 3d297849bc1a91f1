"""The reference page: one small document that needs only its own server."""

import re

from docs.assets import reference_page

LARGEST = 80_000


def test_is_small() -> None:
    assert len(reference_page().asset.text.encode()) < LARGEST


def test_fetches_nothing_from_elsewhere() -> None:
    text = reference_page().asset.text
    assert not re.search(r"https?://|//\w+\.\w+|@import|url\(", text)
    assert re.findall(r'(?:src|href)="([^"]*)"', text) == ["data:,", "#content", "#introduction", "openapi.json"]


def test_never_makes_markup_of_text() -> None:
    text = reference_page().asset.text
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|style=", text)


def test_holds_style_and_script_where_their_places_were() -> None:
    text = reference_page().asset.text
    assert "/*style*/" not in text
    assert "/*script*/" not in text
    assert text.count("</script>") == 1
    assert text.count("</style>") == 1
