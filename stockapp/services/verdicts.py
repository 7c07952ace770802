"""What a list shows of analyses."""

from dataclasses import dataclass
from datetime import datetime

from stockapp.domain.analysis import Verdict


@dataclass(frozen=True, slots=True)
class Line:
    """What a list shows of the last analysis by the symbol's own assumptions.

    `margin` of safety is a fraction; `price` is that of the analysis, both in `currency`.
    """

    symbol: str
    made_at: datetime
    verdict: Verdict
    currency: str | None
    fair_value: float | None
    price: float | None
    margin: float | None
    reason: str
