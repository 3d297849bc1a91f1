"""Timed sections: by the clock, left early, and with extra time."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from smartexam.catalog.paper import ExamPaper, PaperSection
from smartexam.sitting.sections import after, current, entered, states, stretched
from smartexam.sitting.store.sitting_items import Sitting
from tests.unit.catalog.strategies import EXAM

START = 1_000_000
minutes = st.lists(st.integers(1, 90), min_size=2, max_size=5)


def paper(*given: int) -> ExamPaper:
    sections = [
        PaperSection(number, f"{number}", "", each, None, 0, 0, 0, 0) for number, each in enumerate(given, start=1)
    ]
    return ExamPaper(EXAM, 1, [], sections=sections)


def sitting(of: ExamPaper, deadline: int) -> Sitting:
    place = entered(of, 0, START, deadline)
    fields = {"user_id": 1, "exam_id": 7, "status": "open", "attempt_id": 1, "attempt_number": 1, "completed": 0}
    fields |= {"allowance": 0, "paper_version": 1, "started_at": START, "deadline": deadline, "closed_at": 0}
    fields |= {
        "ended_by_time": False,
        "revision": 0,
        "answers": "",
        "changes": {},
        "marked": "",
        "last_result_id": None,
        "lasts": deadline - START,
        "lost": 0,
        "added": 0,
        "grants_version": 0,
    }
    return msgspec.convert(
        {
            **fields,
            "lasts": deadline - START,
            "lost": 0,
            "added": 0,
            "grants_version": 0,
            "section": 0,
            "section_from": START,
            "section_ends": place.ends,
        },
        Sitting,
        strict=False,
    )


@given(minutes, st.integers(0, 3600))
def test_they_follow_one_another_to_the_deadline(given_minutes: list[int], late: int) -> None:
    of = paper(*given_minutes)
    deadline = START + 60 * sum(given_minutes)
    now = min(START + late, deadline)
    place = current(of, sitting(of, deadline), now)

    begun = START + 60 * sum(given_minutes[: place.index])
    assert place.begun == begun
    assert begun <= now <= begun + 60 * given_minutes[place.index]
    shown = states(of, sitting(of, deadline), (), now)
    assert sum(each.remaining_seconds for each in shown) == deadline - now


@given(minutes, st.integers(0, 3600))
def test_leaving_early_loses_just_the_time_that_was_left(given_minutes: list[int], late: int) -> None:
    of = paper(*given_minutes)
    deadline = START + 60 * sum(given_minutes)
    now = START + late % (60 * given_minutes[0])
    place, shorter = after(of, current(of, sitting(of, deadline), now), now, deadline)

    assert place.index == 1
    assert shorter - now == 60 * sum(given_minutes[1:])


@given(minutes, st.integers(0, 3600), st.integers(0, 7200))
def test_extra_time_is_spread_over_what_is_open_and_to_come(given_minutes: list[int], late: int, extra: int) -> None:
    of = paper(*given_minutes)
    deadline = START + 60 * sum(given_minutes)
    now = min(START + late, deadline)
    before = current(of, sitting(of, deadline), now)
    place, longer = stretched(of, sitting(of, deadline), extra, now)

    assert (place.index, place.begun, longer) == (before.index, before.begun, deadline + extra)
    assert place.ends >= before.ends
    left = given_minutes[place.index :]
    if len(left) > 1:
        assert place.ends - place.begun == (longer - place.begun) * left[0] // sum(left)
