"""Five years of daily bars that end at the price of the moment."""

import math
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate

from tests.upstream.accounts import company_of
from tests.upstream.world import price_of

_YEARS = 5
_SATURDAY = 5
# Month and day; some 1,260 trading days are left.
_HOLIDAYS = frozenset(
    ((1, 1), (1, 20), (2, 17), (4, 18), (5, 26), (6, 19), (7, 4), (9, 1), (11, 27), (12, 25))
)
_PAYS_EVERY, _PAYS = 63, 0.005


@dataclass(frozen=True)
class Bar:
    """One day. `adjusted` is the close as it would be if dividends had been paid before."""

    day: date
    open: float
    high: float
    low: float
    close: float
    volume: int
    adjusted: float

    @property
    def factor(self) -> float:
        return self.adjusted / self.close


def bars_of(symbol: str, tick: int) -> tuple[Bar, ...]:
    """The bars, oldest first: those of five years, up to the last trading day before today."""
    return _bars(symbol, tick, datetime.now(UTC).date())


@lru_cache(maxsize=128)
def _bars(symbol: str, tick: int, today: date) -> tuple[Bar, ...]:
    days = _days(today)
    closes = _closes(symbol, price_of(symbol, tick), len(days))
    chance = random.Random(f"{symbol}/bars")
    pays = company_of(symbol) is not None
    bars, before = [], closes[0]
    for place, (day, close) in enumerate(zip(days, closes, strict=True)):
        edges = sorted((before, close))
        still_to_pay = (len(days) - 1 - place) // _PAYS_EVERY if pays else 0
        bars.append(
            Bar(
                day,
                open=before,
                high=_price(edges[1] * (1 + 0.006 * chance.random())),
                low=_price(edges[0] * (1 - 0.006 * chance.random())),
                close=close,
                volume=chance.randrange(500_000, 2_000_000),
                adjusted=close * (1 - _PAYS) ** still_to_pay,
            )
        )
        before = close
    return tuple(bars)


def _closes(symbol: str, last: float, count: int) -> list[float]:
    """A walk of its own beside that of the market, so that there is a beta to be found."""
    market, own = random.Random("market"), random.Random(f"{symbol}/closes")
    share = 0.0 if symbol.startswith("^") else 0.009
    steps = [market.gauss(0.0003, 0.008) + share * own.gauss(0, 1) for _ in range(count)]
    walk = list(accumulate(steps))
    return [_price(last * math.exp(at - walk[-1])) for at in walk]


def _price(value: float) -> float:
    return round(value, 2 if value >= 1 else 6)


def _days(today: date) -> list[date]:
    # Not the same day of the month: on February 29 there is none.
    first = today - timedelta(days=_YEARS * 365 + 1)
    every = (first + timedelta(days=number) for number in range((today - first).days))
    return [
        day for day in every if day.weekday() < _SATURDAY and (day.month, day.day) not in _HOLIDAYS
    ]
