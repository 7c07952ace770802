"""Indicators by TA-Lib, whose definitions are the field's.

Brings numpy and TA-Lib, so nothing that serves pages imports it: it runs in the process pool.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import talib
from numpy.typing import NDArray

from stockapp.domain.bars import Bars

# None before there are enough bars.
Column = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Indicators:
    """A column for each, as long as the bars. Prices are in the bars' unit, RSI is 0 to 100."""

    sma_20: Column
    sma_50: Column
    sma_200: Column
    ema_12: Column
    ema_26: Column
    rsi_14: Column
    macd: Column
    macd_signal: Column
    macd_histogram: Column
    bollinger_upper: Column
    bollinger_middle: Column
    bollinger_lower: Column
    atr_14: Column


def indicators(bars: Bars) -> Indicators:
    """SMA 20/50/200, EMA 12/26, RSI 14 (Wilder), MACD 12/26/9, Bollinger 20/2, ATR 14."""
    high, low, close = (np.asarray(c, dtype=float) for c in (bars.high, bars.low, bars.close))
    macd, signal, histogram = talib.MACD(close, 12, 26, 9)
    upper, middle, lower = talib.BBANDS(close, 20, 2.0, 2.0)
    return Indicators(
        sma_20=_column(talib.SMA(close, 20)),
        sma_50=_column(talib.SMA(close, 50)),
        sma_200=_column(talib.SMA(close, 200)),
        ema_12=_column(talib.EMA(close, 12)),
        ema_26=_column(talib.EMA(close, 26)),
        rsi_14=_column(talib.RSI(close, 14)),
        macd=_column(macd),
        macd_signal=_column(signal),
        macd_histogram=_column(histogram),
        bollinger_upper=_column(upper),
        bollinger_middle=_column(middle),
        bollinger_lower=_column(lower),
        atr_14=_column(talib.ATR(high, low, close, 14)),
    )


def _column(values: NDArray[np.float64]) -> Column:
    return [float(value) if np.isfinite(value) else None for value in values]
