"""What is installed is pinned, and what is shipped is no more than needed."""

import re
from collections.abc import Mapping

import pytest

from tests.infrastructure import stack

SHIPPED = "layers/common/requirements.txt"
DOCUMENTS = "layers/documents/requirements.txt"
LOCKS = [SHIPPED, DOCUMENTS, "requirements/dev.txt", "requirements/local.txt", "requirements/sam.txt"]


def _pins(path: str) -> Mapping[str, str]:
    lines = (line.split("#")[0].strip() for line in (stack.ROOT / path).read_text(encoding="utf-8").splitlines())
    pairs = (line.partition("==") for line in lines if line)
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, _, version in pairs}


@pytest.mark.parametrize("path", LOCKS)
def test_every_version_is_exact(path: str) -> None:
    pins = _pins(path)
    assert pins
    for name, version in pins.items():
        assert re.fullmatch(r"\d[\w.]*", version), name


def test_what_is_tested_is_what_is_shipped() -> None:
    assert _pins(SHIPPED).items() <= _pins("requirements/dev.txt").items()
    assert _pins(DOCUMENTS).items() <= _pins("requirements/dev.txt").items()


def test_the_layers_agree_on_what_both_bring() -> None:
    common, documents = _pins(SHIPPED), _pins(DOCUMENTS)
    assert {name: documents[name] for name in common.keys() & documents} == {
        name: common[name] for name in common.keys() & documents
    }


def test_the_layer_leaves_out_what_costs_cold_starts() -> None:
    assert not {"boto3", "cryptography", "pydantic", "requests", "httpx"} & set(_pins(SHIPPED))
