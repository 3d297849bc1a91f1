"""Artifacts: each function alone, layers by reference, nothing built twice."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from local.artifacts import Artifact, BuildError, build
from local.layout import Layout
from local.template import Template

TEMPLATE: Template = {
    "Globals": {"Function": {"CodeUri": "functions/"}},
    "Resources": {
        "CommonLayer": {"Type": "AWS::Serverless::LayerVersion", "Properties": {"ContentUri": "layers/common"}},
        "ExamsFunction": {"Type": "AWS::Serverless::Function", "Properties": {"Handler": "exams.app.handler"}},
        "AuthFunction": {"Type": "AWS::Serverless::Function", "Properties": {"Handler": "auth.app.handler"}},
    },
}


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    for file, text in {
        "functions/exams/__init__.py": "",
        "functions/exams/app.py": "def handler(event, context):\n    raise ValueError(event)\n",
        "functions/exams/words.txt": "one\n",
        "functions/exams/tests/test_app.py": "",
        "functions/auth/__init__.py": "",
        "functions/auth/app.py": "",
        "layers/common/smartexam/__init__.py": "PLACE = __file__\n",
    }.items():
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    (tmp_path / "venv" / "bin" / "python").symlink_to(sys.executable)
    return Layout(project=tmp_path, emulator_venv=tmp_path / "venv", work=tmp_path / "work")


def names(artifact: Artifact) -> set[str]:
    with zipfile.ZipFile(io.BytesIO(artifact.content)) as archive:
        return {name for name in archive.namelist() if not name.endswith(".pyc")}


def test_a_function_ships_its_own_package_and_nothing_else(layout: Layout) -> None:
    built = build(TEMPLATE, layout)

    assert names(built.functions["ExamsFunction"]) == {"exams/__init__.py", "exams/app.py", "exams/words.txt"}
    assert names(built.functions["AuthFunction"]) == {"auth/__init__.py", "auth/app.py"}


def test_the_layer_leads_to_one_copy_of_its_packages(layout: Layout, tmp_path: Path) -> None:
    artifact = build(TEMPLATE, layout).layers["CommonLayer"]
    with zipfile.ZipFile(io.BytesIO(artifact.content)) as archive:
        archive.extractall(tmp_path / "unpacked")

    folder = tmp_path / "unpacked" / "python" / "lib" / "python3" / "site-packages"
    call = f"import site; site.addsitedir({str(folder)!r}); import smartexam; print(smartexam.PLACE)"
    ran = subprocess.run([sys.executable, "-I", "-c", call], capture_output=True, text=True, check=True)

    assert ran.stdout.startswith(str(layout.build))


def test_only_what_changed_is_built_again(layout: Layout) -> None:
    first = build(TEMPLATE, layout)
    assert build(TEMPLATE, layout) == first
    (layout.project / "functions/exams/app.py").write_text("", encoding="utf-8")

    second = build(TEMPLATE, layout)

    assert second.functions["ExamsFunction"].name != first.functions["ExamsFunction"].name
    assert second.functions["AuthFunction"] == first.functions["AuthFunction"]
    assert second.layers == first.layers


def test_another_python_gets_byte_code_of_its_own(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    before = build(TEMPLATE, layout).layers["CommonLayer"].name

    monkeypatch.setattr("local.artifacts._interpreter", lambda _: b"another version")

    assert build(TEMPLATE, layout).layers["CommonLayer"].name != before


def test_a_function_without_its_package_cannot_be_built(layout: Layout) -> None:
    function = {"Type": "AWS::Serverless::Function", "Properties": {"Handler": "lost.app.handler"}}

    with pytest.raises(BuildError, match="LostFunction: there is no package"):
        build({**TEMPLATE, "Resources": {**TEMPLATE["Resources"], "LostFunction": function}}, layout)


def test_code_that_does_not_compile_cannot_be_built(layout: Layout) -> None:
    (layout.project / "functions/exams/app.py").write_text("def", encoding="utf-8")

    with pytest.raises(BuildError, match=r"app\.py"):
        build(TEMPLATE, layout)
    assert not list(layout.build.glob("functions-*"))
