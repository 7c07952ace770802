"""Daily bars of a price, in columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class BarsOrigin:
    """Of what bars are, and who told them."""

    symbol: str
    currency: str | None
    source: str
    method: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class Bars:
    """Trading days, oldest first; all columns are of one length, and without gaps.

    Prices are in `currency` (which may be a minor unit). `open`, `high`, `low` and `close` are
    adjusted for splits, and for dividends too where the source tells no others
    (`without_dividends`); `adjusted` is the close adjusted for both: what one who reinvests
    dividends had.
    """

    symbol: str
    currency: str | None
    source: str
    method: str
    fetched_at: datetime
    days: Sequence[date]
    open: Sequence[float]
    high: Sequence[float]
    low: Sequence[float]
    close: Sequence[float]
    volume: Sequence[float]
    adjusted: Sequence[float]
    without_dividends: bool = field(default=False, kw_only=True)

    @classmethod
    def of(
        cls,
        about: "BarsOrigin",
        rows: Mapping[date, Sequence[float]],
        *,
        without_dividends: bool = False,
    ) -> "Bars":
        """Bars of rows by day, in any order: open, high, low, close, volume, adjusted."""
        days = tuple(sorted(rows))
        columns = zip(*(rows[day] for day in days), strict=True) if days else [()] * 6
        opened, high, low, close, volume, adjusted = (tuple(column) for column in columns)
        return cls(
            about.symbol,
            about.currency,
            about.source,
            about.method,
            about.fetched_at,
            days,
            opened,
            high,
            low,
            close,
            volume,
            adjusted,
            without_dividends=without_dividends,
        )

    def __len__(self) -> int:
        return len(self.days)

    def to_json(self) -> dict[str, Any]:
        """The bars in JSON shape, column by column."""
        return {
            "symbol": self.symbol,
            "currency": self.currency,
            "source": self.source,
            "method": self.method,
            "fetched_at": self.fetched_at.isoformat(),
            "days": [day.isoformat() for day in self.days],
            "open": list(self.open),
            "high": list(self.high),
            "low": list(self.low),
            "close": list(self.close),
            "volume": list(self.volume),
            "adjusted": list(self.adjusted),
            "without_dividends": self.without_dividends,
        }
