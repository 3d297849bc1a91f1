"""Caches age by the clock that moved more."""

import pytest

from smartexam.platform import stopwatch
from smartexam.platform.stopwatch import Stopwatch


@pytest.mark.parametrize(
    ("monotonic", "wall", "age"),
    [
        (2.0, 2.0, 2.0),
        pytest.param(0.0, 1800.0, 1800.0, id="the process was frozen"),
        pytest.param(3.0, -3600.0, 3.0, id="the wall clock was set back"),
    ],
)
def test_age(monkeypatch: pytest.MonkeyPatch, monotonic: float, wall: float, age: float) -> None:
    monkeypatch.setattr(stopwatch, "monotonic", lambda: 100.0)
    monkeypatch.setattr(stopwatch, "time", lambda: 5000.0)
    started = Stopwatch()

    monkeypatch.setattr(stopwatch, "monotonic", lambda: 100.0 + monotonic)
    monkeypatch.setattr(stopwatch, "time", lambda: 5000.0 + wall)

    assert started.seconds() == age
