"""What a list shows of analyses."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from stockapp.domain import moment
from stockapp.domain.analysis import Verdict


@dataclass(frozen=True, slots=True)
class Line:
    """What a list shows of the last analysis by the symbol's own assumptions.

    `margin` of safety is a fraction; `price` is that of the analysis, both in `currency`. For
    `data_at` and `incomplete` see Analysis.
    """

    symbol: str
    made_at: datetime
    data_at: datetime
    incomplete: bool
    verdict: Verdict
    currency: str | None
    fair_value: float | None
    price: float | None
    margin: float | None
    reason: str

    def to_json(self) -> dict[str, Any]:
        """The line as the JSON interface shows it."""
        return {
            "made_at": moment.to_text(self.made_at),
            "data_at": moment.to_text(self.data_at),
            "verdict": self.verdict.value,
            "fair_value": self.fair_value,
            "price": self.price,
            "currency": self.currency,
            "margin": self.margin,
            "reason": self.reason,
        }
