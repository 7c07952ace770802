"""Banks and insurers: book value and what is earned above the cost of equity.

Ohlson (1995), Contemporary Accounting Research 11(2).
"""

from stockapp.analysis import figures
from stockapp.analysis.accounts import Accounts
from stockapp.analysis.caveats import Caveats
from stockapp.analysis.valuation.dcf import KEY
from stockapp.analysis.valuation.equity import Bridge
from stockapp.domain.analysis import MethodValue, Step, Unit
from stockapp.domain.statement import Line

TITLE = "Residual income"
_YEARS, _MEAN_YEARS = 10, 5


def mean_roe(accounts: Accounts) -> float | None:
    """Mean return on the year's equity, of at most five years."""
    returns = [
        figures.ratio(year.get(Line.NET_INCOME), year.get(Line.EQUITY)) for year in accounts.years
    ]
    return figures.mean(returns[:_MEAN_YEARS])


def payout(accounts: Accounts, caveats: Caveats) -> float:
    """The mean part of earnings that is paid out, within 0 and 1."""
    parts = []
    for year in accounts.years[:_MEAN_YEARS]:
        paid = year.get(Line.DIVIDENDS_PAID)
        told = None if paid is None else abs(paid)
        parts.append(figures.ratio(told, year.get(Line.NET_INCOME)))
    part = figures.mean(parts)
    if part is None:
        message = "Dividends are not told: it was assumed that none are paid."
        caveats.assumed(Line.DIVIDENDS_PAID, message, "the residual income value")
    return figures.clamp(part or 0.0, 0.0, 1.0)


def value_of(equity: float, roe: float, cost: float, paid: float) -> float | None:
    """B0 + sum of (ROEt - Ke) x B(t-1) / (1 + Ke)^t; ROE falls from its mean to Ke in a line."""
    book, value = equity, equity
    for year in range(1, _YEARS + 1):
        earning = roe + (cost - roe) * (year - 1) / (_YEARS - 1)
        value += (earning - cost) * book / (1 + cost) ** year
        # Of a loss nothing is paid out.
        book *= 1 + earning * (1 - paid if earning > 0 else 1)
    return figures.known(value)


def method(accounts: Accounts, cost: float, bridge: Bridge, caveats: Caveats) -> MethodValue:
    """The value per share, in the place of the discounted cash flow."""
    equity, roe = accounts.get(Line.EQUITY), mean_roe(accounts)
    if equity is None or roe is None:
        return MethodValue(KEY, TITLE, None, "Equity or net income are unknown.")
    if equity <= 0:
        return MethodValue(KEY, TITLE, None, "The equity is negative.")
    paid = payout(accounts, caveats)
    whole = value_of(equity, roe, cost, paid)
    value = bridge.equity_per_share(whole)
    steps = (
        Step("Equity", equity, Unit.MONEY, "book value at the start"),
        Step("Mean return on equity", roe, Unit.PERCENT, "moving to the cost of equity"),
        Step("Cost of equity", cost, Unit.PERCENT),
        Step("Payout", paid, Unit.PERCENT, "dividends / net income"),
        Step("Value of the equity", whole, Unit.MONEY, "book + residual incomes, discounted"),
        Step("Shares", bridge.shares, Unit.COUNT),
        Step("Value per share", value, Unit.PER_SHARE),
    )
    reason = None if value is not None and value > 0 else "No positive value per share follows."
    return MethodValue(KEY, TITLE, value, reason, steps)
