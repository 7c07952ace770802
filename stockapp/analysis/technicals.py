"""Indicators by TA-Lib, whose definitions are the field's.

Brings numpy and TA-Lib, so nothing that serves pages imports it: it runs in the process pool.
"""

import numpy as np
import talib
from numpy.typing import NDArray

from stockapp.domain.bars import Bars
from stockapp.domain.indicators import Column, Indicators


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
    # Eight digits are more than any price has, and half as much to keep and to send.
    return [float(f"{value:.8g}") if np.isfinite(value) else None for value in values]
