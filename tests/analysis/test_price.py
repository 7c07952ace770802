"""Indicators as the field defines them, and figures of prices worked out by hand."""

import math
import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from stockapp.analysis.price_figures import price_figures
from stockapp.analysis.technicals import indicators
from stockapp.domain.bars import Bars
from stockapp.domain.indicators import Column


def bars_of(
    closes: list[float], start: date = date(2021, 1, 4), adjusted: list[float] | None = None
) -> Bars:
    days: list[date] = []
    day = start
    while len(days) < len(closes):
        if day.weekday() < 5:
            days.append(day)
        day += timedelta(days=1)
    return Bars(
        symbol="ACME",
        currency="USD",
        source="yahoo",
        method="history",
        fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
        days=days,
        open=closes,
        high=[close * 1.01 for close in closes],
        low=[close * 0.99 for close in closes],
        close=closes,
        volume=[1000.0] * len(closes),
        adjusted=adjusted or closes,
    )


@pytest.fixture(scope="module")
def walk() -> Bars:
    chance, price, closes = random.Random(7), 100.0, []
    for _ in range(1300):
        price *= math.exp(chance.gauss(0.0003, 0.015))
        closes.append(price)
    return bars_of(closes)


def same(ours: Column, theirs: Any, skip: int = 0) -> None:
    own = [math.nan if value is None else value for value in ours]
    np.testing.assert_allclose(own[skip:], theirs.to_list()[skip:], rtol=1e-7)


def test_averages_and_bands_are_those_of_pandas(walk: Bars) -> None:
    close, told = pd.Series(list(walk.close)), indicators(walk)
    same(told.sma_20, close.rolling(20).mean())
    same(told.sma_200, close.rolling(200).mean())
    middle, spread = close.rolling(20).mean(), close.rolling(20).std(ddof=0)
    same(told.bollinger_upper, middle + 2 * spread)
    same(told.bollinger_lower, middle - 2 * spread)
    assert list(told.sma_50[:49]) == [None] * 49


def test_exponential_averages_and_macd_come_to_those_of_pandas(walk: Bars) -> None:
    # They begin elsewhere: TA-Lib with a simple average; after some hundred bars that is forgotten.
    close, told = pd.Series(list(walk.close)), indicators(walk)
    fast, slow = (close.ewm(span=n, adjust=False).mean() for n in (12, 26))
    same(told.ema_12, fast, skip=400)
    same(told.ema_26, slow, skip=600)
    np.testing.assert_allclose(
        np.array(told.macd[600:], dtype=float), (fast - slow).to_numpy()[600:], rtol=1e-6, atol=1e-7
    )


def test_rsi_and_atr_are_wilders(walk: Bars) -> None:
    close, told = pd.Series(list(walk.close)), indicators(walk)
    change = close.diff()
    up, down = change.clip(lower=0), -change.clip(upper=0)
    smooth = {"alpha": 1 / 14, "adjust": False}
    rsi = 100 - 100 / (1 + up.ewm(**smooth).mean() / down.ewm(**smooth).mean())
    same(told.rsi_14, rsi, skip=700)
    high, low, before = pd.Series(list(walk.high)), pd.Series(list(walk.low)), close.shift()
    reach = pd.concat([high - low, (high - before).abs(), (low - before).abs()], axis=1).max(axis=1)
    same(told.atr_14, reach.ewm(**smooth).mean(), skip=700)


def test_few_bars_give_fewer_figures() -> None:
    told = indicators(bars_of([10.0, 11.0, 12.0]))
    assert list(told.sma_20) == list(told.rsi_14) == [None] * 3
    figures = price_figures(bars_of([10.0, 11.0, 12.0]), None)
    assert figures.returns["1d"] == pytest.approx(1 / 11)
    assert figures.returns["1y"] is None and figures.returns["5y"] is None
    assert figures.volatility is figures.week52_position is figures.beta is None
    nothing = price_figures(bars_of([]), None)
    assert nothing.returns == {} and nothing.drawdown is None


def test_returns_count_dividends() -> None:
    closes = [100.0] * 300
    reinvested = [80.0] * 150 + [100.0] * 150
    figures = price_figures(bars_of(closes, adjusted=reinvested), None)
    assert figures.returns["1y"] == pytest.approx(0.25)
    assert figures.returns["1m"] == 0.0


def test_the_deepest_fall_is_told_with_its_dates() -> None:
    closes = [100.0, 120.0, 90.0, 60.0, 110.0, 130.0, 125.0]
    fall = price_figures(bars_of(closes), None).drawdown
    assert fall and fall.depth == pytest.approx(60 / 120 - 1)
    assert (fall.peak, fall.trough) == (date(2021, 1, 5), date(2021, 1, 7))


def test_volatility_is_that_of_daily_logs() -> None:
    closes = [100.0 * (1.01 if place % 2 else 1.0) for place in range(400)]
    changes = np.diff(np.log(closes))[-252:]
    expected = np.std(changes, ddof=1) * math.sqrt(252)
    assert price_figures(bars_of(closes), None).volatility == pytest.approx(expected)


def test_beta_is_the_slope_against_the_benchmark(walk: Bars) -> None:
    first = walk.close[0]
    twice = bars_of([first * (close / first) ** 2 for close in walk.close])
    figures = price_figures(twice, walk)
    assert figures.beta == pytest.approx(2.0)
    assert figures.correlation == pytest.approx(1.0)
    assert price_figures(bars_of(list(walk.close[:200])), walk).beta is None


def test_where_in_the_years_range_the_price_is() -> None:
    figures = price_figures(bars_of([50.0] * 100 + [200.0] + [100.0] * 300), None)
    assert figures.week52_low == pytest.approx(99)
    assert figures.week52_high == pytest.approx(101)
    assert figures.week52_position == pytest.approx(0.5)
