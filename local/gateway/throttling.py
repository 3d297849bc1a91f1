"""Request rates from the template's route settings: a token bucket per route, like API Gateway's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class _Bucket:
    rate: float
    burst: float
    tokens: float
    filled_at: float

    def take(self, now: float) -> bool:
        self.tokens = min(self.burst, self.tokens + (now - self.filled_at) * self.rate)
        self.filled_at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


@dataclass(slots=True)
class Throttle:
    """Limits by route key; routes without their own limit share the stage's."""

    default: tuple[float, float] | None
    by_route: Mapping[str, tuple[float, float]]
    _buckets: dict[str, _Bucket] = field(default_factory=dict)

    def allows(self, route_key: str, now: float) -> bool:
        """Whether one more request may pass; `now` is monotonic seconds."""
        name = route_key if route_key in self.by_route else ""
        limit = self.by_route.get(route_key, self.default)
        if limit is None:
            return True
        bucket = self._buckets.get(name)
        if bucket is None:
            rate, burst = limit
            bucket = self._buckets[name] = _Bucket(rate, burst, burst, now)
        return bucket.take(now)


def read_throttle(properties: Mapping[str, Any]) -> Throttle:
    """The limits in an HTTP API's resolved properties."""
    by_route = {
        str(key): limit
        for key, settings in (properties.get("RouteSettings") or {}).items()
        if (limit := _limit(settings)) is not None
    }
    return Throttle(_limit(properties.get("DefaultRouteSettings")), by_route)


def _limit(settings: Any) -> tuple[float, float] | None:
    """(requests per second, burst) if both are given as numbers."""
    if not isinstance(settings, Mapping):
        return None
    try:
        rate, burst = float(settings["ThrottlingRateLimit"]), float(settings["ThrottlingBurstLimit"])
    except (KeyError, TypeError, ValueError):
        return None
    return rate, max(1.0, burst)
