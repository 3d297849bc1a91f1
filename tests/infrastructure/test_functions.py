"""Each folder of `functions/` is one function with its own package, role and log."""

import importlib
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from local import template
from tests.infrastructure import stack

FUNCTIONS = stack.function_ids()
# What they need is slow to import or large, and nobody else needs it.
# Those that read documents, ask the language model, take pictures, make PDFs or check Google's tokens
WITH_A_LAYER_OF_THEIR_OWN = {
    "AdminAiFunction",
    "AdminAnalyticsFunction",
    "AdminCategoriesFunction",
    "AdminImagesFunction",
    "AdminQuestionsFunction",
    "AdminStudentsFunction",
    "AuthGoogleFunction",
    "PdfMiningFunction",
    "JobWorkerFunction",
    "ResultPdfFunction",
    "StudyFunction",
}
UNCHECKED_HASH = 0b01  # the flags of a .pyc, PEP 552


def _build(function: str, into: Path, python313: str) -> None:
    subprocess.run(
        ["make", "--silent", f"build-{function}", f"ARTIFACTS_DIR={into}", f"PYTHON313={python313}"],
        cwd=stack.ROOT / "functions",
        env={**os.environ, "MAKEFLAGS": ""},
        check=True,
        capture_output=True,
    )


def _files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_every_folder_is_a_function_and_every_function_a_folder() -> None:
    folders = {path.name for path in (stack.ROOT / "functions").iterdir() if path.is_dir() and path.name[0] not in "._"}
    assert folders == {stack.package(function) for function in FUNCTIONS}


@pytest.mark.parametrize("function", FUNCTIONS)
class TestEveryFunction:
    def test_is_named_after_its_folder(self, function: str) -> None:
        camel_case = "".join(word.capitalize() for word in stack.package(function).split("_"))
        assert function == f"{camel_case}Function"

    def test_tells_its_name_to_its_logs(self, function: str) -> None:
        properties = stack.source()["Resources"][function]["Properties"]
        assert properties["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] == stack.package(function)

    def test_has_a_handler(self, function: str) -> None:
        module, name = stack.source()["Resources"][function]["Properties"]["Handler"].rsplit(".", 1)
        assert callable(getattr(importlib.import_module(module), name))

    def test_is_built_from_its_own_package_alone(self, function: str, tmp_path: Path) -> None:
        _build(function, tmp_path, python313="")
        package = stack.package(function)
        # Descriptions are compressed when the function is built, and served so.
        shipped = {
            f"{package}/{name}{'.gz' if name.endswith('api.json') else ''}"
            for name in _files(stack.ROOT / "functions" / package)
            if not {"tests", "__pycache__"} & set(Path(name).parts)
        }
        assert _files(tmp_path) == shipped

    def test_takes_runtime_and_tracing_from_the_globals(self, function: str) -> None:
        properties = stack.deployed()[function]["Properties"]
        assert properties["Runtime"] == "python3.13"
        assert properties["Architectures"] == ["arm64"]
        assert properties["TracingConfig"] == {"Mode": "Active"}
        # SAM appends a hash to a version's logical id; a layer that the operator may bring is an `Fn::If`
        layers = [layer["Ref"] for layer in properties["Layers"] if "Ref" in layer]
        assert any(layer.startswith("CommonLayer") for layer in layers)
        assert (len(layers) > 1) == (function in WITH_A_LAYER_OF_THEIR_OWN)

    def test_ends_before_the_gateway_gives_up(self, function: str) -> None:
        if stack.routes(function):
            assert stack.deployed()[function]["Properties"]["Timeout"] < 30

    def test_logs_json_without_the_platforms_three_lines_per_call(self, function: str) -> None:
        logging = stack.deployed()[function]["Properties"]["LoggingConfig"]
        assert (logging["LogFormat"], logging["SystemLogLevel"]) == ("JSON", "WARN")

    def test_can_be_found_by_name(self, function: str) -> None:
        assert stack.source()["Outputs"][f"{function}Name"] == {"Value": {"Ref": function}}


def test_no_two_functions_share_a_role() -> None:
    properties = [stack.deployed()[function]["Properties"] for function in FUNCTIONS]
    assert len({str(item["Role"]) for item in properties}) == len(FUNCTIONS)


def test_byte_code_is_shipped_unchecked(tmp_path: Path) -> None:
    _build("DocsFunction", tmp_path, python313=sys.executable)
    byte_code = list(tmp_path.rglob("*.pyc"))
    assert byte_code
    for path in byte_code:
        assert int.from_bytes(path.read_bytes()[4:8], "little") == UNCHECKED_HASH


def test_equal_source_gives_an_equal_artifact(tmp_path: Path) -> None:
    for build in ("one", "two"):
        _build("DocsFunction", tmp_path / build, python313=sys.executable)
    for path in (tmp_path / "one").rglob("*.pyc"):
        assert path.read_bytes() == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes()


def test_every_log_group_ends() -> None:
    for group, properties in stack.deployed_of("AWS::Logs::LogGroup"):
        assert properties.get("RetentionInDays"), group


def test_no_way_to_turn_on_local_mode() -> None:
    text = (stack.ROOT / "template.yaml").read_text(encoding="utf-8")
    text += (stack.ROOT / "samconfig.toml").read_text(encoding="utf-8")
    assert not re.search(r"SMARTEXAM_LOCAL|\bLOCAL_|AWS_ENDPOINT_URL|\bJWT_SECRET\b", text)
    for function, properties in template.functions(stack.source()):
        variables = properties.get("Environment", {}).get("Variables", {})
        assert not [name for name in variables if "LOCAL" in name], function
