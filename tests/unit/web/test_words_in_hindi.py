"""The web app has a translation for every sentence of the server that its screens show without an error's code."""

import ast
import json
import re
from collections.abc import Iterator

from local.layout import PROJECT

TRANSLATIONS = PROJECT / "web" / "src" / "shared" / "i18n" / "wordsInHindi.ts"
SOURCES = ("functions", "layers/common", "layers/documents", "layers/media")
# What tells people something, and which argument is the sentence
CALLS = {
    "Fault": 1,
    "MarksError": 0,
    "Notice": 1,
    "Problem": 1,
    "Warning_": 1,
    "_fault": 1,
    "_warn": 1,
    "fault": 1,
    "report": 1,
    "warn": 0,
}


def template(node: ast.expr) -> str | None:
    """A sentence with `{}` for what is filled in."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def sources() -> Iterator[ast.Module]:
    for folder in SOURCES:
        for path in sorted((PROJECT / folder).rglob("*.py")):
            yield ast.parse(path.read_text(encoding="utf-8"))


def sentences() -> tuple[set[str], set[str]]:
    """All texts of the source as templates, and those that are arguments of `CALLS`."""
    texts, told = set(), set()
    for module in sources():
        for node in ast.walk(module):
            if isinstance(node, ast.expr) and (text := template(node)):
                texts.add(text)
            if isinstance(node, ast.Call):
                place = CALLS.get(str(getattr(node.func, "id", None) or getattr(node.func, "attr", "")))
                if place is not None and place < len(node.args) and (text := template(node.args[place])):
                    told.add(text)
    return texts, told


def translated() -> set[str]:
    lines = TRANSLATIONS.read_text(encoding="utf-8")
    quoted = re.findall(r"""^  ("(?:[^"\\]|\\.)*"|'[^']*'|[a-z]+):""", lines, re.MULTILINE)
    return {json.loads(key) if key.startswith('"') else key.strip("'") for key in quoted}


def test_every_sentence_has_a_translation_and_none_is_left_over() -> None:
    texts, told = sentences()
    keys = translated()

    assert len(told) > 80
    assert told - keys - {"", "{}"} == set()
    assert keys - texts == set()
