"""How long clients are told to wait."""

import pytest

from smartexam.platform.dynamodb.items import FloatAttribute
from smartexam.platform.errors import RateLimited
from smartexam.platform.times import whole_seconds


def test_storing_when_a_window_ends_does_not_lengthen_it() -> None:
    number = FloatAttribute()
    starts = [1_796_000_000 + step * 0.123_456_7 for step in range(1000)]
    assert {whole_seconds(number.deserialize(number.serialize(now + 900)) - now) for now in starts} == {900}


@pytest.mark.parametrize(("duration", "seconds"), [(-1, 1), (0, 1), (0.4, 1), (1.4, 2), (2, 2), (2.000_000_3, 2)])
def test_nobody_is_asked_back_too_early(duration: float, seconds: int) -> None:
    assert whole_seconds(duration) == seconds
    assert RateLimited("Wait.", retry_after=duration).headers["Retry-After"] == str(seconds)
