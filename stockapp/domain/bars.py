"""Daily bars of a price, in columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Bars:
    """Trading days, oldest first; all columns are of one length, and without gaps.

    Prices are in `currency` (which may be a minor unit). `open`, `high`, `low` and `close` are
    adjusted for splits; `adjusted` is the close adjusted for dividends too: what one who reinvests
    them had.
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

    def __len__(self) -> int:
        return len(self.days)
