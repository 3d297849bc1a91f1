"""What a browser has to load for a screen, compressed as it is sent."""

import gzip
import json
from typing import Any

import pytest

from local.layout import PROJECT

DIST = PROJECT / "web" / "dist"
MOST_BYTES = 120_000
ENTRY = "index.html"
FORMULAS = "src/shared/math/typeset.ts"


@pytest.fixture(scope="module")
def manifest(built: None) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads((DIST / ".vite" / "manifest.json").read_text(encoding="utf-8"))
    return found


def scripts(manifest: dict[str, dict[str, Any]], *names: str) -> set[str]:
    """The files of some modules and of all that they import at once."""
    files: set[str] = set()
    waiting = list(names)
    while waiting:
        module = manifest[waiting.pop()]
        if module["file"] not in files:
            files.add(module["file"])
            waiting += module.get("imports", ())
    return files


def compressed(files: set[str]) -> int:
    return sum(len(gzip.compress((DIST / file).read_bytes(), 9)) for file in files if file.endswith(".js"))


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(["src/features/account/LoginScreen.tsx"], id="sign-in"),
        pytest.param(["src/features/sitting/SittingScreen.tsx", FORMULAS], id="sitting, with formulas"),
    ],
)
def test_a_slow_connection_need_not_load_more(manifest: dict[str, dict[str, Any]], names: list[str]) -> None:
    assert compressed(scripts(manifest, ENTRY, *names)) <= MOST_BYTES


def test_no_screen_is_much_larger(manifest: dict[str, dict[str, Any]]) -> None:
    screens = {name: compressed(scripts(manifest, ENTRY, name)) for name in manifest if name.endswith("Screen.tsx")}

    assert len(screens) >= 7
    assert {name: size for name, size in screens.items() if size > MOST_BYTES} == {}


def test_formulas_are_loaded_only_where_one_is_shown(manifest: dict[str, dict[str, Any]]) -> None:
    formulas = manifest[FORMULAS]["file"]
    screens = [name for name in manifest if name.endswith("Screen.tsx")]

    assert not any(formulas in scripts(manifest, ENTRY, name) for name in screens)
