"""Piotroski's F-score: nine yes/no tests of the newest year against the one before.

Piotroski (2000), Journal of Accounting Research 38, supplement. As there, returns, cash flow and
turnover are held against the assets at the year's beginning, debt against their mean of the year.
"""

from stockapp.analysis import figures
from stockapp.analysis.accounts import Accounts
from stockapp.domain.analysis import Check, Unit
from stockapp.domain.statement import Line

# A figure of the newest year, and of the one before.
_Pair = tuple[float | None, float | None]


def checks(accounts: Accounts) -> tuple[Check, ...]:
    """The tests; those that cannot be told are neither passed nor failed."""
    returns = _at_beginning(accounts, Line.NET_INCOME)
    earned, cash = accounts.get(Line.NET_INCOME), accounts.get(Line.OPERATING_CASH_FLOW)
    debts = _at_mean(accounts, Line.LONG_TERM_DEBT)
    shares = _pair(accounts, Line.SHARES)
    if None in shares:
        shares = _pair(accounts, Line.DILUTED_SHARES)
    return (
        _above("Net income is positive", (earned, 0.0), Unit.MONEY),
        _above("Operating cash flow is positive", (cash, 0.0), Unit.MONEY),
        _above("Net income / assets rose", returns, Unit.PERCENT),
        _above("Cash flow exceeds net income", (cash, earned), Unit.MONEY),
        Check("Long-term debt / assets fell", *debts, Unit.PERCENT, _fell(debts)),
        _above(
            "Current ratio rose",
            _ratios(accounts, Line.CURRENT_ASSETS, Line.CURRENT_LIABILITIES),
            Unit.RATIO,
        ),
        Check("No new shares", *shares, Unit.COUNT, _not_more(shares)),
        _above(
            "Gross margin rose", _ratios(accounts, Line.GROSS_PROFIT, Line.REVENUE), Unit.PERCENT
        ),
        _above("Revenue / assets rose", _at_beginning(accounts, Line.REVENUE), Unit.RATIO),
    )


def _exceeds(value: float, other: float) -> bool:
    # Statements are rounded: a change of less than a ten-thousandth is none.
    return figures.exceeds(value, other, 1e-4)


def _pair(accounts: Accounts, line: Line) -> _Pair:
    now, before = [*accounts.series(line)[:2], None, None][:2]
    return now, before


def _at_beginning(accounts: Accounts, line: Line) -> _Pair:
    """Over the assets at the end of the year before."""
    assets = [*accounts.series(Line.TOTAL_ASSETS), None, None, None]
    now, before = _pair(accounts, line)
    return figures.ratio(now, assets[1]), figures.ratio(before, assets[2])


def _at_mean(accounts: Accounts, line: Line) -> _Pair:
    """Over the mean of the assets at both ends of the year."""
    assets = [*accounts.series(Line.TOTAL_ASSETS), None, None, None]
    now, before = _pair(accounts, line)
    return (
        figures.product(2.0, figures.ratio(now, figures.total(assets[0], assets[1]))),
        figures.product(2.0, figures.ratio(before, figures.total(assets[1], assets[2]))),
    )


def _ratios(accounts: Accounts, above: Line, below: Line) -> _Pair:
    (now, before), (now_below, before_below) = _pair(accounts, above), _pair(accounts, below)
    return figures.ratio(now, now_below), figures.ratio(before, before_below)


def _above(name: str, pair: _Pair, unit: Unit) -> Check:
    now, before = pair
    passed = None if now is None or before is None else _exceeds(now, before)
    return Check(name, now, before, unit, passed)


def _fell(pair: _Pair) -> bool | None:
    now, before = pair
    if now is None or before is None:
        return None
    # Without debt in either year there is nothing to pay back.
    return _exceeds(before, now) or now == before == 0


def _not_more(pair: _Pair) -> bool | None:
    now, before = pair
    return None if now is None or before is None else not _exceeds(now, before)
