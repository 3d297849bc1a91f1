"""Snapshots of the emulator, also when two runs make the same one at once."""

from pathlib import Path

import pytest

from local.layout import Layout
from local.snapshots import Snapshots


@pytest.fixture
def snapshots(tmp_path: Path) -> Snapshots:
    return Snapshots(Layout(project=tmp_path, emulator_venv=tmp_path / "venv", work=tmp_path / "work"))


def state_of(folder: Path, content: str) -> Path:
    folder.mkdir()
    (folder / "tables.json").write_text(content, encoding="utf-8")
    return folder


def test_a_kept_state_comes_back(snapshots: Snapshots, tmp_path: Path) -> None:
    snapshots.keep("one", state_of(tmp_path / "state", "as deployed"))

    snapshots.restore("one", tmp_path / "again")

    assert (tmp_path / "again" / "tables.json").read_text(encoding="utf-8") == "as deployed"


def test_of_two_runs_that_make_the_same_one_the_first_stays(snapshots: Snapshots, tmp_path: Path) -> None:
    snapshots.keep("one", state_of(tmp_path / "first", "first"))
    second = state_of(tmp_path / "second", "second")

    snapshots.keep("one", second)

    snapshots.restore("one", tmp_path / "again")
    assert (tmp_path / "again" / "tables.json").read_text(encoding="utf-8") == "first"
    assert not second.exists()
