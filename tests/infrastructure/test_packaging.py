"""Built functions run with only their own packages."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from local import artifacts, template
from smartexam.platform.aws import client
from tests.conftest import local_layout
from tests.infrastructure import stack
from tools import sizes

ROOT = stack.ROOT
FUNCTIONS = stack.function_ids()
LAYOUT = local_layout()
_MAKE = ("make", "--silent", "--makefile")

# Run without the environment and site-packages: only the standard library and these folders can be imported. Lambda's
# own botocore is not among them, so nothing depends on it.
IMPORT = """
import importlib, sys
*folders, handler = sys.argv[1:]
sys.path[:0] = folders
module, name = handler.rsplit(".", 1)
assert callable(getattr(importlib.import_module(module), name))
"""
# What AWS sets, and what Powertools reads while it is imported.
ENVIRONMENT = {"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "POWERTOOLS_SERVICE_NAME": "packaging"}


@pytest.fixture(scope="module", name="layers")
def _layers() -> dict[str, list[Path]]:
    """The folders of each layer, as the local stack builds and keeps them."""
    layers = template.resources(stack.source(), "AWS::Serverless::LayerVersion")
    return {name: artifacts.layer_folders(name, layer["Properties"], LAYOUT) for name, layer in layers}


def _built(function: str, into: Path) -> Path:
    subprocess.run(
        ["make", "--silent", f"build-{function}", f"ARTIFACTS_DIR={into}", "PYTHON313="],
        cwd=ROOT / "functions",
        env={**os.environ, "MAKEFLAGS": ""},
        check=True,
        capture_output=True,
    )
    return into


def _layers_of(function: str) -> list[str]:
    own = stack.source()["Resources"][function]["Properties"].get("Layers", [])
    return [layer["Ref"] for layer in [*stack.source()["Globals"]["Function"]["Layers"], *own] if "Ref" in layer]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_imports_with_its_artifact_and_its_layers_alone(
    function: str, layers: dict[str, list[Path]], tmp_path: Path
) -> None:
    folders = [_built(function, tmp_path), *(folder for layer in _layers_of(function) for folder in layers[layer])]
    assert sizes.measure(tmp_path).unpacked <= sizes.LARGEST_PACKAGE, "`make build` would refuse it"
    handler = stack.source()["Resources"][function]["Properties"]["Handler"]
    done = subprocess.run(
        [LAYOUT.emulator_python, "-I", "-S", "-B", "-c", IMPORT, *folders, handler],
        env=ENVIRONMENT,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_missing_package_would_be_noticed(layers: dict[str, list[Path]], tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("import pytest\n", encoding="utf-8")
    folders = [tmp_path, *layers["CommonLayer"]]
    done = subprocess.run(
        [LAYOUT.emulator_python, "-I", "-S", "-B", "-c", IMPORT, *folders, "broken.lambda_handler"],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "No module named 'pytest'" in done.stderr


def test_editing_one_function_leaves_the_others_as_they_are(tmp_path: Path) -> None:
    source = tmp_path / "functions"
    for name in ("exams", "docs"):
        (source / name).mkdir(parents=True)
        (source / name / "app.py").write_text("", encoding="utf-8")

    def build(function: str, into: Path) -> dict[str, bytes]:
        subprocess.run(
            [*_MAKE, ROOT / "functions" / "Makefile", f"build-{function}", f"ARTIFACTS_DIR={into}", "PYTHON313="],
            cwd=source,
            env={**os.environ, "MAKEFLAGS": ""},
            check=True,
            capture_output=True,
        )
        return {str(file.relative_to(into)): file.read_bytes() for file in into.rglob("*") if file.is_file()}

    before = {name: build(name, tmp_path / "before" / name) for name in ("ExamsFunction", "DocsFunction")}
    (source / "exams" / "app.py").write_text("changed = True\n", encoding="utf-8")
    after = {name: build(name, tmp_path / "after" / name) for name in ("ExamsFunction", "DocsFunction")}

    assert after["DocsFunction"] == before["DocsFunction"]
    assert after["ExamsFunction"] != before["ExamsFunction"]


@pytest.mark.parametrize(("python313", "suffixes"), [("", {".py"}), (sys.executable, {".py", ".pyc"})])
def test_a_layer_is_the_packages_of_its_folder(python313: str, suffixes: set[str], tmp_path: Path) -> None:
    source, built = tmp_path / "source", tmp_path / "built"
    for file in ("ours/__init__.py", "ours/deeper/code.py", "ours/tests/test_code.py", "notes/read.me"):
        (source / file).parent.mkdir(parents=True, exist_ok=True)
        (source / file).touch()
    (source / "requirements.txt").touch()
    makefile = ROOT / "layers" / "Makefile"
    subprocess.run(
        [
            *_MAKE,
            makefile,
            "build-OursLayer",
            f"ARTIFACTS_DIR={built}",
            f"PYTHON313={python313}",
            f"PYTHON={sys.executable}",
        ],
        cwd=source,
        env={**os.environ, "MAKEFLAGS": ""},
        check=True,
        capture_output=True,
    )

    files = [path for path in built.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == suffixes
    sources = {str(path.relative_to(built)) for path in files if path.suffix == ".py"}
    assert sources == {"python/ours/__init__.py", "python/ours/deeper/code.py"}


def test_every_layer_is_built_by_the_one_makefile() -> None:
    for name, layer in template.resources(stack.source(), "AWS::Serverless::LayerVersion"):
        assert (layer["Metadata"]["BuildMethod"], layer["Metadata"]["ContextPath"]) == ("makefile", "layers"), name
        assert re.fullmatch(r"\w+Layer", name)
    assert not list((ROOT / "layers").glob("*/Makefile"))


def test_layers_hold_no_tool_of_developers(layers: dict[str, list[Path]]) -> None:
    tools = {"pytest", "mypy", "ruff", "moto", "hypothesis", "schemathesis", "boto3", "pip", "setuptools"}
    for folders in layers.values():
        for folder in folders:
            assert not tools & {path.name for path in folder.iterdir()}


def test_the_layer_describes_the_services_that_are_called() -> None:
    """Descriptions of unused services are left out of the layer; locally all of botocore is installed."""
    makefile = (ROOT / "layers" / "Makefile").read_text(encoding="utf-8")
    kept = re.findall(r"^SERVICES := (.+)$", makefile, re.MULTILINE)
    sources = [path for folder in ("layers", "functions") for path in (ROOT / folder).rglob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    called = set(re.findall(r'create_client\(\s*"(\w+)"', text)) | {
        service.service_name for service in vars(client).values() if isinstance(service, client.Service)
    }
    # One client is created for all services in `smartexam.platform.aws.client`.
    assert len(re.findall(r"create_client\((?!\s*\")", text)) == 1
    assert set(kept[0].split()) == called
