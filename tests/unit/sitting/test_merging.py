"""Merging syncs into a draft: whatever the order, never more than counts, and the last word on each question."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from smartexam.catalog.paper import compile_paper
from smartexam.catalog.questions import Question
from smartexam.catalog.structure import Section, Structure
from smartexam.sitting import answers
from smartexam.sitting.answers import SECTION_FULL
from smartexam.sitting.grading import grade
from smartexam.sitting.merging import Given, merge
from smartexam.sitting.store.sitting_items import Sitting
from tests.unit.catalog.strategies import EXAM

COUNT, CHOOSE = 6, 3
OPTIONS: dict[str, Any] = {"option_a": "1", "option_b": "2"}
QUESTION = Question(question_type="MCQ", question_text="?", correct_answer="A", section_id=1, **OPTIONS)
STRUCTURE = Structure(sections=(Section(1, "A", choose=CHOOSE),), first_section=1, last_section=1)
PAPER, KEY = compile_paper(EXAM, [(101 + at, QUESTION) for at in range(COUNT)], 1, structure=STRUCTURE)
FRESH = Sitting(
    user_id=1,
    exam_id=7,
    status="open",
    attempt_id=1,
    attempt_number=1,
    completed=0,
    allowance=0,
    paper_version=1,
    started_at=0,
    deadline=3600,
    closed_at=0,
    ended_by_time=False,
    revision=0,
    answers="",
    changes={},
    marked="",
    last_result_id=None,
    lasts=3600,
    lost=0,
    added=0,
    grants_version=0,
)

syncs = st.lists(
    st.tuples(st.dictionaries(st.integers(0, COUNT - 1), st.sampled_from(("", "A", "B"))), st.booleans()), max_size=8
)


def apply(sitting: Sitting, given: dict[int, str], *, replaces: bool) -> tuple[Sitting, set[int]]:
    """The sitting after a sync, and the positions that were rejected."""
    merged = merge(PAPER, sitting, Given(given, [], frozenset(), replaces=replaces, marked=None), 10.0)
    assert {each.code for each in merged.rejected} <= {SECTION_FULL}
    rejected = {PAPER.positions[each.question_id] for each in merged.rejected}
    assert merged.saved == len(given) - len(rejected)
    return structs.replace(sitting, answers=merged.answers, changes={}, seconds=merged.seconds), rejected


@given(syncs)
def test_never_more_than_counts_and_nothing_that_was_taken_is_lost(given: list[tuple[dict[int, str], bool]]) -> None:
    sitting = FRESH
    expected: dict[int, str] = {}
    for changes, replaces in given:
        sitting, rejected = apply(sitting, changes, replaces=replaces)
        if replaces:
            expected = {at: text for at, text in expected.items() if at in changes}
        expected |= {at: text for at, text in changes.items() if at not in rejected}
        saved = answers.decode(sitting.answers, COUNT)
        assert {at: text for at, text in enumerate(saved) if text} == {
            at: text for at, text in expected.items() if text
        }
        assert sum(map(bool, saved)) <= CHOOSE
        # Whatever was rejected had no place: the section is full with others.
        assert not rejected or sum(map(bool, saved)) == CHOOSE


@given(st.permutations(range(COUNT)), st.integers(0, CHOOSE))
def test_the_order_of_syncs_does_not_matter_to_what_fits(order: list[int], many: int) -> None:
    chosen = sorted(order[:many])
    states = []
    for sequence in (chosen, chosen[::-1]):
        sitting = FRESH
        for at in sequence:
            sitting, rejected = apply(sitting, {at: "A"}, replaces=False)
            assert rejected == set()
        states.append(sitting.answers)
    whole, _ = apply(FRESH, dict.fromkeys(chosen, "A"), replaces=True)

    assert states == [whole.answers] * 2
    score = grade(KEY, answers.decode(whole.answers, COUNT))
    assert (score.score, score.unanswered, score.questions) == (4 * many, CHOOSE - many, CHOOSE)
