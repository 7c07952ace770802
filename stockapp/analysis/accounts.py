"""The three statements side by side, year by year, in the currency of the price."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from stockapp.analysis import figures
from stockapp.domain.analysis import FxRate
from stockapp.domain.report import AccountYear
from stockapp.domain.statement import (
    MOST_YEARS,
    SHARE_COUNTS,
    FiscalYear,
    Line,
    Statement,
    StatementKind,
)

# Statements of the same year end within days of each other, as some sources round the date.
_SAME_YEAR = timedelta(days=45)


class CurrencyMismatch(ValueError):
    """A statement is not in the currency that the rate converts from."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """Years newest first; at most ten."""

    years: tuple[AccountYear, ...]

    @property
    def latest(self) -> AccountYear | None:
        """The newest year."""
        return self.years[0] if self.years else None

    def get(self, line: Line) -> float | None:
        """The newest year's line."""
        return self.years[0].get(line) if self.years else None

    def series(self, line: Line) -> list[float | None]:
        """The line of every year, newest first."""
        return [year.get(line) for year in self.years]


def converted(statement: Statement, rate: FxRate) -> Statement:
    """The statement in the rate's target currency; counts of shares stay.

    Raises CurrencyMismatch unless the statement is in the rate's base currency: so none is
    converted twice.
    """
    if statement.currency != rate.base:
        raise CurrencyMismatch(
            f"the {statement.kind} statement is in {statement.currency}, not in {rate.base}"
        )
    years = tuple(
        FiscalYear(year.end, {line: _in(line, v, rate.rate) for line, v in year.values.items()})
        for year in statement.years
    )
    return replace(statement, currency=rate.target, years=years)


def merged(statements: Mapping[StatementKind, Statement]) -> Accounts:
    """The statements side by side. What is not a believable number is left out.

    A balance sheet without an income statement of its year makes a year of its own.
    """
    years: list[AccountYear] = []
    for kind in (StatementKind.INCOME, StatementKind.BALANCE, StatementKind.CASH_FLOW):
        for year in statements[kind].years if kind in statements else ():
            _merge(years, year)
    years.sort(key=lambda year: year.end, reverse=True)
    return Accounts(tuple(years[:MOST_YEARS]))


def aligned(
    accounts: Accounts, statements: Mapping[StatementKind, Statement]
) -> tuple[Accounts, tuple[date, ...]]:
    """The accounts from the newest year on that all statements tell of, and the ends left out.

    A balance sheet of last year beside an income statement of this one makes no year. As they are
    where no year is told by all.
    """
    ends = [[year.end for year in one.years] for one in statements.values() if one.years]
    for place, year in enumerate(accounts.years):
        if all(any(abs(year.end - end) <= _SAME_YEAR for end in told) for told in ends):
            left_out = tuple(newer.end for newer in accounts.years[:place])
            return Accounts(accounts.years[place:]), left_out
    return accounts, ()


def _in(line: Line, value: float, rate: float) -> float:
    return value if line in SHARE_COUNTS else value * rate


def _merge(years: list[AccountYear], new: FiscalYear) -> None:
    told = {
        line: number
        for line, value in new.values.items()
        if (number := figures.known(value)) is not None
    }
    for place, year in enumerate(years):
        if abs(year.end - new.end) <= _SAME_YEAR:
            # The first statement to tell of a line has the word.
            years[place] = AccountYear(year.end, {**told, **year.values})
            return
    years.append(AccountYear(new.end, told))
