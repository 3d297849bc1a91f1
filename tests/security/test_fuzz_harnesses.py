"""The harnesses of `make fuzz`, briefly: their seeds, past failures, and some similar inputs."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz import HARNESSES

# An input that failed once, in a folder named after its harness; the file's name says why.
REGRESSIONS = sorted((Path(__file__).parent / "regressions").glob("*/*"))
# Fewer for slow inputs.
EXAMPLES = {"pdf": 15, "result_pdf": 3, "images": 25}


@pytest.fixture(autouse=True)
def _google(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_CLIENT_ID", "a-client")


def harness(name: str) -> Any:
    return importlib.import_module(f"fuzz.{name}")


def test_every_harness_is_run() -> None:
    files = {path.stem for path in (Path(__file__).parents[2] / "fuzz").glob("[a-z]*.py")}
    assert files - {"requests"} == set(HARNESSES)
    assert {path.parent.name for path in REGRESSIONS} <= set(HARNESSES)


@pytest.mark.parametrize("name", HARNESSES)
def test_seeds(name: str) -> None:
    for seed in (b"", *harness(name).SEEDS):
        harness(name).read(seed)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("path", REGRESSIONS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_once_failed(path: Path) -> None:
    harness(path.parent.name).read(path.read_bytes())


@st.composite
def like(draw: st.DrawFn, seeds: tuple[bytes, ...]) -> bytes:
    """A seed with parts left out, doubled, or replaced."""
    data = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 8)))
        new = draw(st.one_of(st.binary(max_size=8), st.just(data[start:end] * 3), st.just(b"")))
        data = data[:start] + new + data[end:]
    return data


@pytest.mark.parametrize("name", HARNESSES)
def test_inputs_like_the_seeds(name: str) -> None:
    read: Callable[[bytes], None] = harness(name).read

    @settings(
        max_examples=EXAMPLES.get(name, 60),
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(like(harness(name).SEEDS))
    def whatever_it_is(data: bytes) -> None:
        read(data)

    whatever_it_is()
