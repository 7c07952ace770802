"""Quotas: how many requests a source still allows, counted for all workers and kept.

Days and months are those of UTC. Another key begins anew, as it is another account.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from stockapp.domain.attempt import Failure, Reason
from stockapp.ports import Clock, SharedState
from stockapp.providers.base import Period, Provider, Quota

_PREFIX = "quota:"
_KEEP_SECONDS = 40 * 86_400.0
# Where a source allows so many requests a second, one waits for its turn no longer than this.
_LONGEST_TURN = 3.0


@dataclass(frozen=True, slots=True)
class QuotaLeft:
    """What is left of a quota, and when it is whole again."""

    quota: Quota
    used: int
    resets_at: datetime

    @property
    def left(self) -> int:
        """Requests that are still allowed."""
        return max(0, self.quota.limit - self.used)


class Quotas:
    """Counts requests before they are sent."""

    def __init__(self, shared: SharedState, clock: Clock) -> None:
        self._shared = shared
        self._clock = clock

    def reserve(self, provider: Provider, cost: int) -> float | Failure:
        """Count `cost` requests. Returns the seconds to wait for one's turn, or why not to ask."""
        if not provider.quotas:
            return 0.0
        now = self._clock.now()

        def change(
            value: Mapping[str, Any] | None,
        ) -> tuple[Mapping[str, Any] | None, float | Failure]:
            used = _Used.of(value, provider, now)
            failure = used.obstacle(cost)
            if failure is not None:
                return used.to_json(), failure
            return used.with_cost(cost).to_json(), used.turn_seconds

        return self._shared.update(_PREFIX + provider.name, change, _KEEP_SECONDS)

    def left(self, provider: Provider) -> Sequence[QuotaLeft]:
        """What is left of each daily and monthly quota of the source."""
        value = self._shared.scan(_PREFIX + provider.name).get(_PREFIX + provider.name)
        used = _Used.of(value, provider, self._clock.now())
        return [
            QuotaLeft(quota, used.counts.get(quota.period, 0), _end(quota.period, used.now))
            for quota in provider.quotas
            if quota.period is not Period.SECOND
        ]


@dataclass(frozen=True, slots=True)
class _Used:
    """What a source has been asked for: `counts` by period, `next_at` when a turn is free."""

    provider: Provider
    now: datetime
    counts: Mapping[Period, int]
    next_at: float

    @classmethod
    def of(cls, value: Mapping[str, Any] | None, provider: Provider, now: datetime) -> "_Used":
        """From what is kept, leaving out what belongs to another day, month or key."""
        kept = value if value and value["key"] == provider.key_mark else {}
        counts = {
            period: kept["counts"][period][1]
            for period in (Period.DAY, Period.MONTH)
            if kept and kept["counts"][period][0] == _name(period, now)
        }
        return cls(provider, now, counts, kept.get("next_at", 0.0))

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        counts = {
            period.value: [_name(period, self.now), self.counts.get(period, 0)]
            for period in (Period.DAY, Period.MONTH)
        }
        return {"key": self.provider.key_mark, "counts": counts, "next_at": self.next_at}

    @property
    def turn_seconds(self) -> float:
        """How long to wait for the next turn of this second's."""
        return max(0.0, self.next_at - self.now.timestamp())

    def obstacle(self, cost: int) -> Failure | None:
        """Why `cost` requests more are too many."""
        title = self.provider.title
        for quota in self.provider.quotas:
            if quota.period is Period.SECOND:
                if self.turn_seconds > _LONGEST_TURN:
                    detail = f"Not asked: {title} allows {quota.limit} a second, and others wait."
                    return Failure(Reason.QUOTA_EXHAUSTED, detail, round(self.turn_seconds, 1))
            elif self.counts.get(quota.period, 0) + cost > quota.limit:
                left = (_end(quota.period, self.now) - self.now).total_seconds()
                used = self.counts.get(quota.period, 0)
                detail = (
                    f"Not asked: {used} of the {quota.limit} requests that {title} allows"
                    f" a {quota.period.value} are used."
                )
                return Failure(Reason.QUOTA_EXHAUSTED, detail, round(left))
        return None

    def with_cost(self, cost: int) -> "_Used":
        """After `cost` requests more."""
        counts = {p: self.counts.get(p, 0) + cost for p in (Period.DAY, Period.MONTH)}
        a_second = next((q.limit for q in self.provider.quotas if q.period is Period.SECOND), 0)
        turn = max(self.next_at, self.now.timestamp())
        next_at = turn + 1 / a_second if a_second else 0.0
        return _Used(self.provider, self.now, counts, next_at)


def _name(period: Period, now: datetime) -> str:
    return f"{now:%Y-%m-%d}" if period is Period.DAY else f"{now:%Y-%m}"


def _end(period: Period, now: datetime) -> datetime:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if period is Period.DAY:
        return midnight + timedelta(days=1)
    return (midnight.replace(day=1) + timedelta(days=32)).replace(day=1)
