"""A price with everything one must know to trust it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from stockapp.domain import moment
from stockapp.domain.money import minor_unit

# Told at another moment than the price, a range may lack its last move; by more it is another's.
_REACH = 0.05
# A range of pence that is wider than this has pounds at its lower end: it was seen at Yahoo.
_WIDEST_IN_MINOR_UNITS = 20.0


class MarketState(StrEnum):
    """Which session the price belongs to."""

    PRE = "pre"
    REGULAR = "regular"
    POST = "post"
    CLOSED = "closed"


class NotAPrice(ValueError):
    """The number is zero, negative or not finite, and must not be shown as a price."""


@dataclass(frozen=True, slots=True)
class OtherPrice:
    """What another source said of the same symbol at a comparable time, where it disagrees."""

    source: str
    method: str
    price: float
    currency: str | None
    as_of: datetime

    def to_json(self) -> dict[str, Any]:
        """The price as the JSON interface and the cache hold it."""
        return {
            "source": self.source,
            "method": self.method,
            "price": self.price,
            "currency": self.currency,
            "as_of": moment.to_text(self.as_of),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "OtherPrice":
        """The price that `to_json` wrote."""
        return cls(
            source=data["source"],
            method=data["method"],
            price=data["price"],
            currency=data["currency"],
            as_of=moment.from_text(data["as_of"]),
        )


@dataclass(frozen=True, slots=True)
class Quote:
    """The last price of one symbol, with its currency, its time and where it came from.

    `price`, `previous_close` and `change` are in `currency`, which may be a minor unit such as
    GBp (see domain.money) or None when nobody said. `change_percent` is a percentage: -2.03 means
    -2.03 %. `as_of` is the market's time, `fetched_at` ours. `delay_minutes` is how far behind the
    market the source admits to be. With `end_of_day` the source names the trading day only: `as_of`
    is that day at 00:00 UTC, and the price its close. `currency_assumed` says that the currency
    was known of the symbol, not told with this price. `disagreeing` are prices of other sources.
    With `rolling_24h` the change is over the last 24 hours, not since `previous_close`.

    `day_low` to `day_high` and `year_low` to `year_high` (52 weeks) are in `currency` as well; a
    range has both ends or none. `volume` counts shares (units) of the trading day of the price.
    `market_cap` is in whole units of the major currency: pounds where the price is in pence. What
    cannot be right of these is None.
    """

    symbol: str
    price: float
    currency: str | None
    as_of: datetime
    source: str
    method: str
    fetched_at: datetime
    previous_close: float | None = None
    change: float | None = None
    change_percent: float | None = None
    market_state: MarketState | None = None
    exchange: str | None = None
    delay_minutes: int | None = None
    name: str | None = None
    end_of_day: bool = False
    currency_assumed: bool = False
    rolling_24h: bool = False
    disagreeing: tuple[OtherPrice, ...] = ()
    day_low: float | None = None
    day_high: float | None = None
    year_low: float | None = None
    year_high: float | None = None
    volume: float | None = None
    market_cap: float | None = None

    def __post_init__(self) -> None:
        if not math.isfinite(self.price) or self.price <= 0:
            raise NotAPrice(f"{self.price!r} is not a price")
        self._leave_out(not self._is_range(self.day_low, self.day_high), "day_low", "day_high")
        self._leave_out(not self._is_range(self.year_low, self.year_high), "year_low", "year_high")
        volume, cap = self.volume, self.market_cap
        # NaN is not at least 0 either.
        self._leave_out(volume is not None and not 0 <= volume < math.inf, "volume")
        self._leave_out(cap is not None and not 0 < cap < math.inf, "market_cap")

    def _leave_out(self, nonsense: bool, *names: str) -> None:
        if nonsense:
            for name in names:
                object.__setattr__(self, name, None)

    def _is_range(self, low: float | None, high: float | None) -> bool:
        """Whether these can be the ends of a range in which the price was made."""
        if low is None or high is None or not 0 < low <= high < math.inf:
            return False
        if minor_unit(self.currency) and high > _WIDEST_IN_MINOR_UNITS * low:
            return False
        return low * (1 - _REACH) <= self.price <= high * (1 + _REACH)

    def to_json(self) -> dict[str, Any]:
        """The quote as the JSON interface and the cache hold it (age and freshness excluded)."""
        return {
            "symbol": self.symbol,
            "name": self.name,
            "price": self.price,
            "currency": self.currency,
            "previous_close": self.previous_close,
            "change": self.change,
            "change_percent": self.change_percent,
            "market_state": self.market_state.value if self.market_state else None,
            "exchange": self.exchange,
            "as_of": moment.to_text(self.as_of),
            "delay_minutes": self.delay_minutes,
            "source": self.source,
            "method": self.method,
            "fetched_at": moment.to_text(self.fetched_at),
            "end_of_day": self.end_of_day,
            "currency_assumed": self.currency_assumed,
            "rolling_24h": self.rolling_24h,
            "disagreeing": [other.to_json() for other in self.disagreeing],
            "day_low": self.day_low,
            "day_high": self.day_high,
            "year_low": self.year_low,
            "year_high": self.year_high,
            "volume": self.volume,
            "market_cap": self.market_cap,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Quote":
        """The quote that `to_json` wrote. Raises KeyError or ValueError for anything else."""
        state = data["market_state"]
        return cls(
            symbol=data["symbol"],
            name=data["name"],
            price=data["price"],
            currency=data["currency"],
            previous_close=data["previous_close"],
            change=data["change"],
            change_percent=data["change_percent"],
            market_state=MarketState(state) if state else None,
            exchange=data["exchange"],
            as_of=moment.from_text(data["as_of"]),
            delay_minutes=data["delay_minutes"],
            source=data["source"],
            method=data["method"],
            fetched_at=moment.from_text(data["fetched_at"]),
            # What an older version kept says nothing of these.
            end_of_day=data.get("end_of_day", False),
            currency_assumed=data.get("currency_assumed", False),
            rolling_24h=data.get("rolling_24h", False),
            disagreeing=tuple(OtherPrice.from_json(o) for o in data.get("disagreeing", ())),
            day_low=data.get("day_low"),
            day_high=data.get("day_high"),
            year_low=data.get("year_low"),
            year_high=data.get("year_high"),
            volume=data.get("volume"),
            market_cap=data.get("market_cap"),
        )


@dataclass(frozen=True, slots=True)
class Change:
    """A move against the previous close: in the quote's currency, and in per cent."""

    amount: float | None
    percent: float | None


def change_since(price: float, previous_close: float | None) -> Change:
    """The move from `previous_close`; unknown, not zero, when that is missing or zero."""
    if previous_close is None or not math.isfinite(previous_close) or previous_close <= 0:
        return Change(None, None)
    amount = price - previous_close
    # Round away binary noise such as 0.30000000000001137.
    return Change(round(amount, 10), round(100 * amount / previous_close, 6))
