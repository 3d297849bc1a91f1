"""All installed packages are pinned, and only the needed ones are shipped."""

import re
from collections.abc import Mapping

import pytest

from tests.infrastructure import stack

SHIPPED = "layers/common/requirements.txt"
SHIPPED_TO_FEW = [f"layers/{layer}/requirements.txt" for layer in ("documents", "google", "media")]
LOCKS = [
    SHIPPED,
    *SHIPPED_TO_FEW,
    *(f"requirements/{name}.txt" for name in ("dev", "local", "sam", "bench", "fuzz", "audit", "node")),
]


def _blocks(path: str) -> dict[str, list[str]]:
    """Each pin's line with the lines of its hashes."""
    blocks: dict[str, list[str]] = {}
    for line in (stack.ROOT / path).read_text(encoding="utf-8").splitlines():
        if line.lstrip().startswith("--hash="):
            blocks[next(reversed(blocks))].append(line)
        elif line and not line.startswith("#"):
            blocks[line] = []
    return blocks


def _pins(path: str) -> Mapping[str, str]:
    pairs = (line.rstrip(" \\").partition("==") for line in _blocks(path))
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, _, version in pairs}


@pytest.mark.parametrize("path", LOCKS)
def test_every_version_is_exact(path: str) -> None:
    pins = _pins(path)
    assert pins
    for name, version in pins.items():
        assert re.fullmatch(r"\d[\w.]*", version), name


@pytest.mark.parametrize("path", LOCKS)
def test_every_pin_names_the_files_that_may_be_installed(path: str) -> None:
    for pin, hashes in _blocks(path).items():
        assert hashes, f"{pin}: `make hashes` writes them"
        assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line) for line in hashes), pin


@pytest.mark.parametrize("path", [SHIPPED, *SHIPPED_TO_FEW])
@pytest.mark.parametrize("tools", ["requirements/dev.txt", "requirements/fuzz.txt"])
def test_what_is_tested_is_what_is_shipped(path: str, tools: str) -> None:
    assert _pins(path).items() <= _pins(tools).items()


@pytest.mark.parametrize("path", SHIPPED_TO_FEW)
def test_the_layers_agree_on_what_both_bring(path: str) -> None:
    common, other = _pins(SHIPPED), _pins(path)
    shared = common.keys() & other
    assert {name: other[name] for name in shared} == {name: common[name] for name in shared}


def test_the_layer_leaves_out_what_costs_cold_starts() -> None:
    assert not {"boto3", "cryptography", "pydantic", "requests", "httpx"} & set(_pins(SHIPPED))
