"""Daily bars of the simulated exchange: its closes, with invented ranges and volumes around."""

import random
from datetime import date, timedelta
from itertools import pairwise

from stockapp.providers.simulated.companies import Company
from stockapp.providers.simulated.exchange import Exchange, places

# How far a day's prices go beyond its open and close, as a part of the price.
_REACH = 0.006
_SATURDAY = 5

Candle = tuple[str, float, float, float, float, float]


def candles(exchange: Exchange, company: Company, first: date, last: date) -> list[Candle]:
    """Day, open, high, low, close, volume of each weekday; the day of `last` is not over."""
    closes = exchange.daily_closes(company.symbol, first, last - timedelta(days=1))
    usual = _usual_volume(exchange, company)
    decimals = places(company)
    bars: list[Candle] = []
    for (_, opened), (day, close) in pairwise(closes):
        if not is_trading_day(day):
            continue
        up, down, swing = _draw(exchange, company, day)
        high = round(max(opened, close) * (1 + _REACH * up), decimals)
        low = round(max(min(opened, close) * (1 - _REACH * down), 10.0**-decimals), decimals)
        bars.append((day.isoformat(), opened, high, low, close, float(round(usual * swing))))
    return bars


def is_trading_day(day: date) -> bool:
    """Whether the day has a bar; at weekends there are prices alone."""
    return day.weekday() < _SATURDAY


def volume_of(exchange: Exchange, company: Company, day: date) -> float:
    """The shares that are traded on the whole of that day."""
    return _usual_volume(exchange, company) * _draw(exchange, company, day)[2]


def _usual_volume(exchange: Exchange, company: Company) -> float:
    return 10 ** float(random.Random(f"{exchange.seed}/{company.symbol}/volume").uniform(4.5, 6.5))


def _draw(exchange: Exchange, company: Company, day: date) -> tuple[float, float, float]:
    """How far the day goes up and down, and how its volume differs from the usual.

    Each day draws for itself, so that no bar hangs on where the history begins.
    """
    source = random.Random(f"{exchange.seed}/{company.symbol}/{day}")
    return source.random(), source.random(), source.lognormvariate(0, 0.4)
