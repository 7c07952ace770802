"""Prices of the simulated exchange: a seeded random walk that every process agrees on.

The walk of the logarithm of a price has one normal step a day; within a day it is a Brownian
bridge between the two closes, by midpoint displacement (Fournier, Fussell and Carpenter 1982).
A price is a function of seed, symbol and instant alone; nothing is kept but for speed.
"""

import hashlib
import math
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from stockapp.providers.simulated.companies import (
    COMPANIES,
    DECIMALS,
    MARKETS,
    SAMPLE_SIZE,
    Company,
)

FIRST_DAY = date(2020, 1, 1)
DAY_SECONDS = 86_400
# Daily volatility of log prices, and the pull back to the base price that keeps them sensible.
_VOLATILITY = 0.017
_REVERSION = 0.002
# Exchange rates and yields are told more exactly.
_SMALL, _RATE_PLACES = 5.0, 4
# 2**17 steps a day: a price moves about every 0.7 seconds.
_BRIDGE_DEPTH = 17


@dataclass(frozen=True, slots=True)
class Trade:
    """The last price of a company, and the close of the day before, in its currency."""

    company: Company
    price: float
    previous_close: float
    at: datetime


class Exchange:
    """An exchange that is open around the clock; days end at midnight UTC."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._companies = {company.symbol: company for company in (*COMPANIES, *MARKETS)}
        # Each walk as far as it was asked for, and where its next steps come from.
        self._walks: dict[str, tuple[list[float], random.Random]] = {}

    @property
    def sample(self) -> tuple[Company, ...]:
        """The companies offered to a newcomer."""
        return COMPANIES[:SAMPLE_SIZE]

    @property
    def seed(self) -> int:
        """What everything here follows from."""
        return self._seed

    @property
    def volatility(self) -> float:
        """The standard deviation of a day's step of the walk."""
        return _VOLATILITY

    def company(self, symbol: str) -> Company | None:
        """What is listed by that symbol."""
        return self._companies.get(symbol)

    def trade(self, symbol: str, instant: datetime) -> Trade | None:
        """The last trade at that instant; None for a symbol that is not listed."""
        company = self._companies.get(symbol)
        if company is None:
            return None
        moment = instant.astimezone(UTC)
        day = moment.date()
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
        step = int((moment - midnight).total_seconds() / DAY_SECONDS * 2**_BRIDGE_DEPTH)
        log_price = self._bridge(company, day, step)
        at = midnight + timedelta(seconds=step * DAY_SECONDS / 2**_BRIDGE_DEPTH)
        previous = self._log_close(company, day - timedelta(days=1))
        return Trade(
            company, in_quoted_places(company, log_price), in_quoted_places(company, previous), at
        )

    def daily_closes(self, symbol: str, first: date, last: date) -> list[tuple[date, float]]:
        """The closes of those days, both included; empty for a symbol that is not listed."""
        company = self._companies.get(symbol)
        if company is None:
            return []
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        return [(day, in_quoted_places(company, self._log_close(company, day))) for day in days]

    def _log_close(self, company: Company, day: date) -> float:
        """The walk at the end of that day, relative to the base price; 0 before the first."""
        walk, source = self._walks.setdefault(
            company.symbol, ([0.0], random.Random(f"{self._seed}/{company.symbol}"))
        )
        wanted = max(0, (day - FIRST_DAY).days + 1)
        while len(walk) <= wanted:
            walk.append(walk[-1] * (1 - _REVERSION) + _VOLATILITY * source.gauss(0.0, 1.0))
        return walk[wanted]

    def walk_of_day(self, company: Company, day: date, looks: int) -> list[float]:
        """The walk at so many evenly spaced moments of the day, from midnight to midnight.

        `looks` must be a power of two, of at most `_BRIDGE_DEPTH`.
        """
        walk = [self._log_close(company, day - timedelta(days=1)), self._log_close(company, day)]
        step, spread = 2**_BRIDGE_DEPTH, _VOLATILITY
        while len(walk) <= looks:
            step //= 2
            finer = [walk[0]]
            for place, (left, right) in enumerate(pairwise(walk)):
                shock = self._normal(f"{company.symbol}/{day}/{(2 * place + 1) * step}")
                finer += [(left + right) / 2 + spread / 2 * shock, right]
            walk = finer
            spread /= math.sqrt(2)
        return walk

    def _bridge(self, company: Company, day: date, step: int) -> float:
        """The walk at that step of the day, between the closes before and after."""
        left = self._log_close(company, day - timedelta(days=1))
        right = self._log_close(company, day)
        low, high = 0, 2**_BRIDGE_DEPTH
        spread = _VOLATILITY
        while low != step and high - low > 1:
            middle = (low + high) // 2
            # Of a bridge of variance v the midpoint has variance v/4; each half has v/2.
            shock = self._normal(f"{company.symbol}/{day}/{middle}")
            value = (left + right) / 2 + spread / 2 * shock
            if step < middle:
                high, right = middle, value
            else:
                low, left = middle, value
            spread /= math.sqrt(2)
        return left

    def _normal(self, key: str) -> float:
        """A standard normal number of seed and key alone (Box and Muller 1958)."""
        digest = hashlib.blake2b(f"{self._seed}/{key}".encode(), digest_size=16).digest()
        first = (int.from_bytes(digest[:8]) + 1) / 2**64
        second = int.from_bytes(digest[8:]) / 2**64
        return math.sqrt(-2 * math.log(first)) * math.cos(2 * math.pi * second)


def places(company: Company) -> int:
    """Decimals of its prices."""
    if company.base_price < _SMALL:
        return _RATE_PLACES
    return DECIMALS.get(company.currency, 2)


def in_quoted_places(company: Company, log_price: float) -> float:
    """The price that the walk is at, as it is quoted."""
    decimals = places(company)
    smallest = 10.0**-decimals
    return round(max(smallest, company.base_price * math.exp(log_price)), decimals)
