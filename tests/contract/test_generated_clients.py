"""The clients generated from the description: they compile without a warning, have every operation, and sit an exam."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from local.stack import LocalStack
from tools.openapi import document

pytestmark = pytest.mark.contract

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / "clients" / "python"
TYPESCRIPT = ROOT / "clients" / "typescript"
PROGRAM = Path(__file__).parent / "programs" / "sit_typed.py"
OPERATIONS = {
    (method, re.sub(r"{\w+}", "{}", path)) for path, item in document.build()["paths"].items() for method in item
}


def run(*command: str | Path, folder: Path = ROOT, **environment: str) -> str:
    """What a command prints; it must succeed."""
    path = os.pathsep.join([str(ROOT / ".node" / "bin"), str(ROOT / "node_modules" / ".bin"), os.environ["PATH"]])
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", "CI": "1", "PATH": path, **environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module", name="generated")
def _generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the generated package."""
    folder = tmp_path_factory.mktemp("python")
    printed = run(
        Path(sys.executable).with_name("openapi-python-client"),
        *("generate", "--path", document.OUTPUT, "--config", PYTHON / "generator.yaml", "--meta", "none"),
        *("--fail-on-warning", "--output-path", folder / "smartexam_api"),
    )
    assert printed.strip() == f"Generating {folder / 'smartexam_api'}"
    (folder / "smartexam_api" / "py.typed").touch()
    return folder


class TestPython:
    def test_has_every_operation(self, generated: Path) -> None:
        texts = [path.read_text(encoding="utf-8") for path in (generated / "smartexam_api" / "api").rglob("*.py")]
        found = [re.search(r'"method": "(\w+)",\s*"url": "([^"]+)"', text) for text in texts]
        assert {(each[1], re.sub(r"{\w+}", "{}", each[2])) for each in found if each} == OPERATIONS

    def test_its_types_fit_and_so_do_those_of_a_program(self, generated: Path) -> None:
        settings = generated / "mypy.ini"
        settings.write_text("[mypy]\nstrict = True\npython_version = 3.11\n", encoding="utf-8")
        run(
            *(sys.executable, "-m", "mypy", "--config-file", settings, "--cache-dir", generated / "cache"),
            *("-p", "smartexam_api", "-p", "smartexam_client", "-m", PROGRAM.stem),
            MYPYPATH=os.pathsep.join(map(str, (PYTHON, generated, PROGRAM.parent))),
        )

    def test_sits_an_exam(self, generated: Path, stack: LocalStack, new_exam: Callable[..., int]) -> None:
        printed = run(
            *(sys.executable, "-W", "error", PROGRAM, stack.base_url, str(new_exam(name="By generated Python"))),
            PYTHONPATH=os.pathsep.join([str(generated), str(PYTHON)]),
        )
        assert float(printed) == 12

    def test_the_readmes_program_runs(self, generated: Path, stack: LocalStack) -> None:
        text = (PYTHON / "README.md").read_text(encoding="utf-8")
        (program,) = (code for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "typed_client" in code)
        printed = run(
            *(sys.executable, "-W", "error", "-c", program.replace("http://127.0.0.1:3000", stack.base_url)),
            PYTHONPATH=os.pathsep.join([str(generated), str(PYTHON)]),
        )
        assert "ongoing" in printed


class TestTypeScript:
    """`make test` has built it, and `make lint` compiles all of it and the program below, in strict mode."""

    def test_has_every_operation(self) -> None:
        text = (TYPESCRIPT / "src" / "generated" / "schema.ts").read_text(encoding="utf-8")
        paths = text[text.index("export interface paths") : text.index("\n}\n")]
        found = set()
        for path, item in re.findall(r'^    "(/[^"]*)": {\n(.*?)^    };', paths, re.MULTILINE | re.DOTALL):
            methods = re.findall(r"^        (get|put|post|delete|patch): operations", item, re.MULTILINE)
            found |= {(method, re.sub(r"{\w+}", "{}", path)) for method in methods}
        assert found == OPERATIONS, "run `make clients`"

    def test_sits_an_exam(self, stack: LocalStack, new_exam: Callable[..., int]) -> None:
        run(
            *("vitest", "run", "--dir", "e2e"),
            folder=TYPESCRIPT,
            EXAM_API=stack.base_url,
            EXAM_ID=str(new_exam(name="By generated TypeScript")),
        )
