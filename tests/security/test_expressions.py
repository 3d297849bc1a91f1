"""Regular expressions with their worst inputs: their time must be linear in the text's length."""

import ast
import importlib
import re
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from paper_reader.layout.line import with_few_spaces

ROOT = Path(__file__).parents[2]
SHIPPED = ("layers/common", "layers/documents", "layers/media", "functions")
LENGTH = 2_000
# A quadratic expression takes about a hundred times as long as a linear one; ours have many alternatives.
REFERENCE = re.compile(r"(?:a|b|ab)*c")
PASSES = 40
WHOLE = ("fullmatch", "match")
ANYWHERE = ("search", "sub", "split", "findall", "finditer", "subn")


def expressions() -> Iterator[tuple[str, re.Pattern[str], str]]:
    """(name, expression, how it is used) of every regular expression for text in our code."""
    for folder in SHIPPED:
        base = ROOT / folder
        for path in sorted((ROOT / folder).rglob("*.py")):
            source = path.read_text(encoding="utf-8")
            if "re." in source:
                module = importlib.import_module(".".join(path.relative_to(base).with_suffix("").parts))
                yield from _written_in(source, module)


def _written_in(source: str, module: ModuleType) -> Iterator[tuple[str, re.Pattern[str], str]]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not ast.unparse(node.func).startswith("re."):
            continue
        function = ast.unparse(node.func).removeprefix("re.")
        if function not in {"compile", *WHOLE, *ANYWHERE}:
            continue
        text = _evaluated(node.args[0], module)
        flags = _evaluated(node.args[1], module) if function == "compile" and len(node.args) > 1 else 0
        if not isinstance(text, str):
            continue  # of bytes, or built at run time
        used = set(re.findall(rf"\b{_name_of(node, source)}\.(\w+)\(", source)) if function == "compile" else {function}
        way = "search" if used & set(ANYWHERE) else "match" if used == {"match"} else "fullmatch"
        yield f"{module.__name__}:{node.lineno}", re.compile(text, flags or 0), way


def _evaluated(node: ast.expr, module: ModuleType) -> Any:
    try:
        return eval(ast.unparse(node), dict(vars(module)))  # noqa: S307 - our own code, as it is
    except NameError:
        return None


def _name_of(node: ast.Call, source: str) -> str:
    """The name of a compiled expression, for messages."""
    before = "\n".join(source.splitlines()[: node.lineno])
    names = re.findall(r"(\w+)(?:: \S+)? = (?:re\.compile\(|\()", before)
    return names[-1] if names else "-"


def inputs(expression: re.Pattern[str]) -> Iterator[str]:
    """Texts that repeat what an expression looks for, without what would end it."""
    literals = set(re.findall(r"\\?[^\w\s]|\w", expression.pattern)) | {" ", "\n", "\t", "a", "A", "1", "(", ".", "-"}
    atoms = sorted({literal.removeprefix("\\") or "\\" for literal in literals})
    words = sorted(set(re.findall(r"[A-Za-z]{2,}", expression.pattern)))[:12]
    for atom in (*atoms, *words):
        many = atom * (LENGTH // len(atom))
        yield f"{many}\x00"
        yield f"1{many}\x00"
    for word in (*words, *(atom for atom in atoms if atom.isalnum())):
        yield f"{word}{' ' * LENGTH}\x00"
    for first in ("1", "(", "a", " ", "\\", "$", "["):
        for second in (" ", ".", "\\", "(", "1", "a"):
            yield (first + second) * (LENGTH // 2) + "\x00"


def seconds(expression: re.Pattern[str], way: str, text: str) -> float:
    """CPU time of one pass."""
    started = time.process_time()
    getattr(expression, way)(text)
    return time.process_time() - started


@pytest.fixture(scope="module")
def allowed() -> float:
    """The limit for a text: a multiple of a linear expression's time."""
    return PASSES * min(seconds(REFERENCE, "search", "x" * LENGTH) for _ in range(20))


FOUND = list(expressions())


def test_all_are_found() -> None:
    assert len(FOUND) > 120
    assert {name.partition(":")[0] for name, _, _ in FOUND} >= {
        "admin_exams.readers",
        "smartexam.catalog.numeric",
        "result_sheets.latex",
        "paper_reader.paper.numbering",
        "paper_reader.paper.span",
    }


def test_an_expression_that_is_slow_is_noticed(allowed: float) -> None:
    slow = re.compile(r"\s*x")
    assert max(seconds(slow, "search", text) for text in inputs(slow)) > allowed


def _given(name: str, expression: re.Pattern[str]) -> Iterator[str]:
    """The inputs of an expression; for those that read papers, whole lines."""
    is_of_papers = name.startswith("paper_reader.")
    return (with_few_spaces(text) if is_of_papers else text for text in inputs(expression))


@pytest.mark.parametrize(("name", "expression", "way"), [pytest.param(*found, id=found[0]) for found in FOUND])
def test_time_grows_with_the_text(name: str, expression: re.Pattern[str], way: str, allowed: float) -> None:
    slow = [text for text in _given(name, expression) if seconds(expression, way, text) > allowed]
    # Measured again, because the machine may have been busy.
    slow = [text for text in slow if min(seconds(expression, way, text) for _ in range(3)) > allowed]
    assert [text[:40] for text in slow] == []
