"""Compares results with the truth."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields

from bench.mining.truth import Question, text_of
from paper_reader.paper.model import PaperQuestion


@dataclass(slots=True)
class Score:
    """Counts over papers; rates come from them."""

    expected: int = 0
    found: int = 0
    matched: int = 0
    stems: int = 0
    with_options: int = 0
    option_sets: int = 0
    keyed: int = 0
    right: int = 0
    unknown: int = 0
    wrong: int = 0
    types: int = 0
    pages: int = 0
    seconds: float = 0.0

    def add(self, other: "Score") -> None:
        """Take another score into this one."""
        for name in (item.name for item in fields(self)):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def compare(expected: Sequence[Question], found: Sequence[PaperQuestion], *, has_key: bool) -> tuple[Score, list[str]]:
    """The score of a paper, and the first differences in words."""
    score = Score(expected=len(expected), found=len(found))
    waiting: dict[str, list[PaperQuestion]] = defaultdict(list)
    for each in found:
        waiting[_signature(_stem(each))].append(each)
    differences: list[str] = []
    for index, truth in enumerate(expected):
        stem = text_of(truth.stem)
        candidates = waiting.get(_signature(stem))
        question: PaperQuestion | None = candidates.pop(0) if candidates else _closest(stem, waiting)
        if question is None:
            differences.append(f"#{index + 1} missing: {stem[:80]}")
            continue
        score.matched += 1
        score.types += question.question_type == truth.kind
        if _same(_stem(question), stem):
            score.stems += 1
        else:
            differences.append(f"#{index + 1} stem: {_first_difference([(stem, _stem(question))])}")
        if truth.options:
            score.with_options += 1
            wanted = [text_of(option) for option in truth.options]
            options = _options(question)
            if len(wanted) == len(options) and all(map(_same, options, wanted)):
                score.option_sets += 1
            else:
                wrong = [pair for pair in zip(wanted, options, strict=False) if not _same(*pair)]
                differences.append(f"#{index + 1} options ({len(options)}): {_first_difference(wrong[:1])}")
        _score_key(score, truth, question, differences, index, has_key=has_key)
    return score, differences


def _score_key(
    score: Score, truth: Question, question: PaperQuestion, differences: list[str], index: int, *, has_key: bool
) -> None:
    if not has_key:
        score.wrong += bool(question.answer)
        return
    score.keyed += 1
    if not question.answer:
        score.unknown += 1
        differences.append(f"#{index + 1} key unknown: {truth.answer} {question.warnings}")
    elif (question.answer, question.tolerance) == (truth.answer, truth.tolerance):
        score.right += 1
    else:
        score.wrong += 1
        differences.append(f"#{index + 1} KEY WRONG: want {truth.answer} got {question.answer} ± {question.tolerance}")


def _first_difference(pairs: Sequence[tuple[str, str]]) -> str:
    for want, got in pairs:
        at = next((i for i, (a, b) in enumerate(zip(want, got, strict=False)) if a != b), min(len(want), len(got)))
        return f"want ...{want[max(0, at - 20) : at + 40]!r} got ...{got[max(0, at - 20) : at + 40]!r}"
    return ""


def _stem(question: PaperQuestion) -> str:
    """The stem in all languages, in the order of the page: English stands first."""
    return " ".join([question.text, *(text.text for text in question.texts.values())])


def _options(question: PaperQuestion) -> list[str]:
    """The options, in two languages as the papers print them."""
    options = question.options
    for text in question.texts.values():
        options = [
            one if one == other else f"{one} / {other}" for one, other in zip(options, text.options, strict=True)
        ]
    return options


def _signature(text: str) -> str:
    return "".join(text.split())[:60]


def _same(one: str, other: str) -> bool:
    return one.split() == other.split()


def _closest(stem: str, waiting: dict[str, list[PaperQuestion]]) -> PaperQuestion | None:
    """A question whose words are mostly those of the stem: found, though not exact."""
    words = set(stem.split())
    best: tuple[float, str] | None = None
    for signature, candidates in waiting.items():
        if candidates:
            others = set(_stem(candidates[0]).split())
            likeness = len(words & others) / max(1, len(words | others))
            if likeness > 0.6 and (best is None or likeness > best[0]):
                best = (likeness, signature)
    return waiting[best[1]].pop(0) if best else None
