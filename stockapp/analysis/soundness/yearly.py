"""Figures of each year that several scores read, newest first."""

from collections.abc import Sequence

from stockapp.analysis import figures
from stockapp.analysis.accounts import Accounts
from stockapp.domain.report import AccountYear
from stockapp.domain.statement import Line

_MEAN_YEARS = 5


def ratios(accounts: Accounts, above: Line, below: Line) -> list[float | None]:
    """One line over another; None where the one below is not positive."""
    return [figures.ratio(year.get(above), year.get(below)) for year in accounts.years]


def recent_mean(values: Sequence[float | None]) -> float | None:
    """Mean of the last five years."""
    return figures.mean(values[:_MEAN_YEARS])


def plain_free_cash_flow(year: AccountYear) -> float | None:
    """Operating cash flow - |capital expenditure|, what is left for all who hold the share."""
    spent = year.get(Line.CAPITAL_EXPENDITURE)
    return None if spent is None else figures.total(year.get(Line.OPERATING_CASH_FLOW), -abs(spent))


def returns_on_capital(accounts: Accounts, tax: float) -> list[float | None]:
    """ROIC = EBIT x (1 - tax) / (debt + equity - cash)."""
    outcome = []
    for year in accounts.years:
        cash = year.get(Line.CASH)
        capital = (
            None
            if cash is None
            else figures.total(year.get(Line.TOTAL_DEBT), year.get(Line.EQUITY), -cash)
        )
        outcome.append(figures.ratio(figures.product(year.get(Line.EBIT), 1 - tax), capital))
    return outcome


def trend(values: Sequence[float | None]) -> float | None:
    """Slope a year over the mean's size; `values` newest first."""
    level = figures.mean(values)
    rise = figures.slope(list(reversed(values)))
    if rise is None or not level:
        return None
    return figures.known(rise / abs(level))
