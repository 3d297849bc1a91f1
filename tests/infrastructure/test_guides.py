"""The guides name existing files, parameters and targets, and follow the code."""

import re
from pathlib import Path

import pytest

from tests.infrastructure import stack

ROOT = stack.ROOT
GUIDES = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")), *sorted(ROOT.glob("examples/**/*.md"))]
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def _anchors(text: str) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: str(path.relative_to(ROOT)))
class TestEveryGuide:
    def test_leads_to_what_exists(self, guide: Path) -> None:
        for target in re.findall(r"\]\(([^)\s]+)\)", guide.read_text(encoding="utf-8")):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            file = guide.parent / path if path else guide
            assert file.exists(), target
            assert not anchor or anchor in _anchors(file.read_text(encoding="utf-8")), target

    def test_names_targets_that_make_has(self, guide: Path) -> None:
        named = set(re.findall(r"(?:^|`)make ([a-z]+)", guide.read_text(encoding="utf-8"), re.MULTILINE))
        assert named <= TARGETS

    def test_names_files_that_are_there(self, guide: Path) -> None:
        text = guide.read_text(encoding="utf-8")
        for path in re.findall(r"`((?:tests|tools|infrastructure|examples|layers|docs)/[\w./-]+)`", text):
            assert (ROOT / path).exists(), path


def test_every_guide_is_found_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert {path.name for path in ROOT.glob("docs/*.md")} == set(re.findall(r"\(docs/([\w-]+\.md)\)", readme))


def test_the_deploy_guide_sets_parameters_that_exist() -> None:
    guide = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    named = set(re.findall(r'"(\w+)=', guide)) | set(re.findall(r"`([A-Z][a-z]+[A-Z]\w+)`", guide))
    known = set(stack.source()["Parameters"]) | set(stack.source()["Outputs"])
    assert named <= known
