"""Everything that an analysis is made from, gathered beforehand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from stockapp.domain.analysis import Caveat, FxRate
from stockapp.domain.choices import Choices
from stockapp.domain.company import Company, SecurityType
from stockapp.domain.report import PricePoint
from stockapp.domain.statement import Statement, StatementKind


@dataclass(frozen=True, slots=True)
class Inputs:
    """One symbol. What could not be had is None or left out.

    `fx` converts the statements' currency to the price's major one, where they differ. `security`
    is what the symbol stands for, as far as is known. `notes` are doubts from the gathering.
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
    security: SecurityType = SecurityType.SHARE
    notes: tuple[Caveat, ...] = ()
    risk_free_symbol: str = "^TNX"
