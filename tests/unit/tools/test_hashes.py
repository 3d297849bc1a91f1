"""Hashes stand beside each pin, and comments stay where they were."""

from tools.hashes import hashed

KNOWN = {"one-two": ["--hash=sha256:aa", "--hash=sha256:bb"], "three": ["--hash=sha256:cc"]}
WITH_HASHES = [
    "# Why these",
    "One_Two==1.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb",
    "",
    "three==2 \\\n    --hash=sha256:cc",
]


def test_every_pin_gets_its_hashes() -> None:
    assert hashed(["# Why these", "One_Two==1.0", "", "three==2"], KNOWN) == WITH_HASHES


def test_former_hashes_go() -> None:
    lines = "\n".join(WITH_HASHES).replace(":aa", ":old").splitlines()
    assert hashed(lines, KNOWN) == WITH_HASHES
