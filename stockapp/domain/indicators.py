"""Technical indicators of a price, in columns."""

from collections.abc import Sequence
from dataclasses import dataclass

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
