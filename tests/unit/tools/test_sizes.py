"""The sizes that `make build` reports."""

from pathlib import Path

import pytest

from tools import sizes
from tools.sizes import MIB, Size, too_large

TEMPLATE = """
Globals: {Function: {Layers: [!Ref CommonLayer]}}
Resources:
  CommonLayer: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: CommonLayer}}
  ExamsFunction: {Type: AWS::Serverless::Function, Properties: {CodeUri: ExamsFunction}}
  JwtSecret: {Type: AWS::SecretsManager::Secret}
"""


@pytest.fixture(name="build")
def _build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    for name, size in (("CommonLayer", 5000), ("ExamsFunction", 200)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "app.py").write_bytes(b"#" * size)
    monkeypatch.setattr(sizes, "BUILD", tmp_path)
    return tmp_path


def test_lists_what_was_built_the_largest_first(build: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sizes.main() == 0

    _, *rows = capsys.readouterr().out.splitlines()
    assert [row.split()[0] for row in rows] == ["CommonLayer", "ExamsFunction"]
    assert rows[0].split()[1:3] == ["5", "KiB"]


def test_third_party_code_in_a_function_fails_the_build(build: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (build / "ExamsFunction" / "library.py").write_bytes(b"#" * 2 * MIB)

    assert sizes.main() == 1
    assert "ExamsFunction is 2.0 MiB by itself" in capsys.readouterr().err


def test_what_lambda_would_refuse_is_said() -> None:
    layer = Size("CommonLayer", 250 * MIB, MIB)

    (problem,) = too_large({"ExamsFunction": Size("ExamsFunction", 1, 1)}, {"ExamsFunction": [layer]})
    assert problem.startswith("ExamsFunction with its layers is 250 MiB unpacked")
