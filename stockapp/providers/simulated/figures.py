"""What the simulated exchange tells beside a price: ranges, volume and market cap.

They follow from the same walk as the price. What is the same all day is worked out once a day.
"""

import math
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate

from stockapp.domain.money import in_major_units
from stockapp.providers.simulated import accounts
from stockapp.providers.simulated.candles import candles, volume_of
from stockapp.providers.simulated.companies import COMPANIES, MARKETS, Company
from stockapp.providers.simulated.exchange import DAY_SECONDS, Exchange, Trade, in_quoted_places

# The walk is looked at so many times a day.
_LOOKS = 2**8
_YEAR_DAYS = 365
# Enough for each company on the day that ends and on the one that begins.
_REMEMBERED = 2 * (len(COMPANIES) + len(MARKETS))


@dataclass(frozen=True, slots=True)
class Figures:
    """Ranges in the price's currency, the shares traded since midnight, and what all are worth in
    whole units of it; the latter two are None for what is no company."""

    day_low: float
    day_high: float
    year_low: float
    year_high: float
    volume: float | None
    market_cap: float | None


def figures(exchange: Exchange, trade: Trade) -> Figures:
    """The figures as of that trade."""
    company, day = trade.company, trade.at.date()
    over = _part_of_day(trade)
    lows, highs = _so_far(exchange, company, day)
    look = int(over * _LOOKS)
    low, high = min(lows[look], trade.price), max(highs[look], trade.price)
    year_low, year_high = _year_before(exchange, company, day)
    return Figures(
        low,
        high,
        min(low, year_low),
        max(high, year_high),
        float(round(over * _volume(exchange, company, day))) if company.sector else None,
        _market_cap(exchange, trade),
    )


def _part_of_day(trade: Trade) -> float:
    at = trade.at
    return (at.hour * 3600 + at.minute * 60 + at.second) / DAY_SECONDS


@lru_cache(_REMEMBERED)
def _so_far(
    exchange: Exchange, company: Company, day: date
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The lowest and the highest price of the day, up to each look.

    Between two looks the price goes further than at them, though hardly by more than three
    standard deviations: by so much the range is wider. So it never shrinks in the course of a day.
    """
    walk = exchange.walk_of_day(company, day, _LOOKS)
    beyond = 3 * exchange.volatility / math.sqrt(_LOOKS)
    lows = (in_quoted_places(company, at - beyond) for at in accumulate(walk, min))
    highs = (in_quoted_places(company, at + beyond) for at in accumulate(walk, max))
    return tuple(lows), tuple(highs)


@lru_cache(_REMEMBERED)
def _year_before(exchange: Exchange, company: Company, day: date) -> tuple[float, float]:
    """The lowest and the highest price of the history, of the year up to the day before."""
    bars = candles(exchange, company, day - timedelta(days=_YEAR_DAYS), day)
    return min(bar[3] for bar in bars), max(bar[2] for bar in bars)


@lru_cache(_REMEMBERED)
def _volume(exchange: Exchange, company: Company, day: date) -> float:
    return volume_of(exchange, company, day)


def _market_cap(exchange: Exchange, trade: Trade) -> float | None:
    if not trade.company.sector:
        return None
    price, _ = in_major_units(trade.price, trade.company.currency)
    return price * _shares(exchange.seed, trade.company)


@lru_cache(_REMEMBERED)
def _shares(seed: int, company: Company) -> float:
    return accounts.traits(seed, company).shares
