"""Compound growth over exactly so many years."""

from datetime import date

from stockapp.analysis import figures
from stockapp.analysis.accounts import Accounts
from stockapp.analysis.soundness.yearly import plain_free_cash_flow
from stockapp.domain.analysis import Growth
from stockapp.domain.statement import Line

_SPANS = (1, 3, 5)
_DAYS_OFF = 45
_NOT_MEANINGFUL = "n/m: the first or the last value is not positive"


def rates(accounts: Accounts) -> tuple[Growth, ...]:
    """Revenue, net income and free cash flow, each over 1, 3 and 5 years."""
    rows = {
        "Revenue": accounts.series(Line.REVENUE),
        "Net income": accounts.series(Line.NET_INCOME),
        "Free cash flow": [plain_free_cash_flow(year) for year in accounts.years],
    }
    ends = [year.end for year in accounts.years]
    return tuple(
        _over(name, values, ends, years) for name, values in rows.items() for years in _SPANS
    )


def _over(name: str, values: list[float | None], ends: list[date], years: int) -> Growth:
    first = _place(ends, years)
    if first is None:
        return Growth(name, years, None, f"no statement of {years} y before")
    now, before = values[0], values[first]
    if now is None or before is None:
        return Growth(name, years, None, "not told for both years")
    if now <= 0 or before <= 0:
        return Growth(name, years, None, _NOT_MEANINGFUL, before, now)
    return Growth(name, years, figures.compound(before, now, years), None, before, now)


def _place(ends: list[date], years: int) -> int | None:
    """Where the year that ended so many years before the newest stands."""
    for place, end in enumerate(ends):
        if abs((ends[0] - end).days - 365.25 * years) <= _DAYS_OFF:
            return place
    return None
