"""The whole of an analysis but for the price history, and the price that it is held against."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from stockapp.domain.analysis import Caveat, Soundness, Valuation
from stockapp.domain.money import in_major_units
from stockapp.domain.statement import Line


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
class AccountYear:
    """All lines of one year, of whichever statement."""

    end: date
    values: Mapping[Line, float]

    def get(self, line: Line) -> float | None:
        """The line, or None where no statement has it."""
        return self.values.get(line)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that statements, profile and price tell. Money in `currency`, whole units.

    `valuation` and `soundness` are None without any statement. `years` are the (converted)
    accounts, newest first; the caveats come with the gravest first.
    """

    symbol: str
    currency: str | None
    valuation: Valuation | None
    soundness: Soundness | None
    years: tuple[AccountYear, ...]
    caveats: tuple[Caveat, ...]
