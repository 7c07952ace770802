"""The closes of about the last month, as a row's small line shows them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from stockapp.domain import moment
from stockapp.domain.bars import Bars

# Trading days of a month; those that trade every day have more.
_LEAST, _MOST = 2, 31
MONTH_BARS = 22


class NoTrend(ValueError):
    """So few closes make no line, or what they are is no price."""


@dataclass(frozen=True, slots=True)
class Trend:
    """Daily closes, oldest first, with their days; the last day may not be over.

    They are in `currency`, which may be a minor unit such as GBp, or None when nobody said; all in
    the same. Adjusted for splits as their source does it.
    """

    symbol: str
    closes: tuple[float, ...]
    days: tuple[date, ...]
    currency: str | None
    source: str
    method: str
    fetched_at: datetime

    def __post_init__(self) -> None:
        if len(self.closes) < _LEAST or len(self.closes) != len(self.days):
            raise NoTrend(f"{len(self.closes)} closes of {len(self.days)} days are no trend")
        if not all(0 < close < math.inf for close in self.closes):
            raise NoTrend("a close is no price")

    @classmethod
    def of(
        cls,
        symbol: str,
        by_day: Mapping[date, float],
        *,
        currency: str | None,
        source: str,
        method: str,
        fetched_at: datetime,
    ) -> "Trend":
        """The trend of these closes, in any order; of a month at most. Raises NoTrend."""
        days = sorted(by_day)[-_MOST:]
        closes = tuple(by_day[day] for day in days)
        return cls(symbol, closes, tuple(days), currency, source, method, fetched_at)

    @classmethod
    def of_bars(cls, bars: Bars) -> "Trend":
        """The end of a price history. Raises NoTrend."""
        return cls(
            bars.symbol,
            tuple(bars.close[-MONTH_BARS:]),
            tuple(bars.days[-MONTH_BARS:]),
            bars.currency,
            bars.source,
            bars.method,
            bars.fetched_at,
        )

    def to_json(self) -> dict[str, Any]:
        """The trend as the cache holds it."""
        return {
            "symbol": self.symbol,
            "closes": list(self.closes),
            "days": [day.isoformat() for day in self.days],
            "currency": self.currency,
            "source": self.source,
            "method": self.method,
            "fetched_at": moment.to_text(self.fetched_at),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Trend":
        """The trend that `to_json` wrote. Raises KeyError or ValueError for anything else."""
        days: Sequence[str] = data["days"]
        return cls(
            symbol=data["symbol"],
            closes=tuple(data["closes"]),
            days=tuple(date.fromisoformat(day) for day in days),
            currency=data["currency"],
            source=data["source"],
            method=data["method"],
            fetched_at=moment.from_text(data["fetched_at"]),
        )
