"""Everything that an analysis is made from, gathered beforehand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from stockapp.analysis.business_type import BusinessType
from stockapp.domain.analysis import FxRate
from stockapp.domain.company import Company
from stockapp.domain.money import in_major_units
from stockapp.domain.statement import Statement, StatementKind


@dataclass(frozen=True, slots=True)
class PricePoint:
    """A price in `currency`, which may be a minor unit such as GBp; None when nobody said."""

    amount: float
    currency: str | None
    as_of: datetime

    def in_major(self) -> tuple[float, str | None]:
        """The price in whole currency."""
        return in_major_units(self.amount, self.currency)


@dataclass(frozen=True, slots=True)
class Choices:
    """What the reader chose in place of what follows from the data; rates are fractions a year."""

    business_type: BusinessType | None = None
    weights: Mapping[str, float] | None = None
    growth: float | None = None
    discount_rate: float | None = None
    terminal_growth: float | None = None


@dataclass(frozen=True, slots=True)
class Inputs:
    """One symbol. What could not be had is None or left out.

    `fx` converts the statements' currency to the price's major one, where they differ.
    """

    symbol: str
    today: date
    company: Company | None
    statements: Mapping[StatementKind, Statement]
    price: PricePoint | None
    fx: FxRate | None
    risk_free: float | None
    equity_premium: float = 0.05
    mid_year: bool = False
    choices: Choices = field(default_factory=Choices)
