"""Ratios of the price to what stands behind it; 'n/m' where they mean nothing."""

from stockapp.analysis import figures
from stockapp.analysis.accounts import Accounts
from stockapp.analysis.soundness.yearly import plain_free_cash_flow
from stockapp.analysis.valuation.equity import Bridge
from stockapp.analysis.valuation.reit import Funds
from stockapp.domain.analysis import Ratio, Unit
from stockapp.domain.company import Company
from stockapp.domain.statement import Line

_NOT_MEANINGFUL = "n/m: not positive"
_UNKNOWN = "not told"


def of_price(
    accounts: Accounts,
    bridge: Bridge,
    price: float | None,
    company: Company | None,
    growth: float | None,
) -> tuple[Ratio, ...]:
    """The usual ones, of the latest year. `price` in the accounts' currency; `growth` of earnings
    a year over three years, for the PEG.
    """
    cap = figures.product(price, bridge.shares)
    whole = figures.total(cap, _net_debt(accounts), bridge.minority)
    latest = accounts.latest
    earnings = accounts.get(Line.NET_INCOME)
    free = plain_free_cash_flow(latest) if latest else None
    trailing = _quotient("P/E", cap, earnings)
    forward_eps = figures.known(company.forward_eps) if company else None
    paid = accounts.get(Line.DIVIDENDS_PAID)
    return (
        trailing,
        _quotient("P/E forward", price, forward_eps),
        _quotient("P/B", cap, accounts.get(Line.EQUITY)),
        _quotient("P/S", cap, accounts.get(Line.REVENUE)),
        _quotient("P/FCF", cap, free),
        _quotient("EV/EBITDA", whole, _ebitda(accounts)),
        _quotient("EV/EBIT", whole, accounts.get(Line.EBIT)),
        _dividend_yield(company),
        _quotient("Payout", abs(paid) if paid is not None else None, earnings, Unit.PERCENT),
        _peg(trailing, growth),
    )


def of_bank(accounts: Accounts, bridge: Bridge, price: float | None) -> tuple[Ratio, ...]:
    """What tells of a bank."""
    interest = accounts.get(Line.NET_INTEREST_INCOME)
    return (
        *of_financial(accounts, bridge, price),
        _quotient("Net interest income / assets", interest, _assets(accounts), Unit.PERCENT),
        _quotient(
            "Efficiency ratio",
            accounts.get(Line.NON_INTEREST_EXPENSE),
            accounts.get(Line.REVENUE),
            Unit.PERCENT,
        ),
        _quotient(
            "Loans / deposits", accounts.get(Line.LOANS), accounts.get(Line.DEPOSITS), Unit.PERCENT
        ),
    )


def of_insurer(accounts: Accounts, bridge: Bridge, price: float | None) -> tuple[Ratio, ...]:
    """What tells of an insurer."""
    spent = figures.total(accounts.get(Line.CLAIMS), accounts.get(Line.NON_INTEREST_EXPENSE))
    premiums = accounts.get(Line.PREMIUMS)
    combined = _quotient("Combined ratio", spent, premiums, Unit.PERCENT)
    return (*of_financial(accounts, bridge, price), combined)


def of_financial(accounts: Accounts, bridge: Bridge, price: float | None) -> tuple[Ratio, ...]:
    """What banks and insurers have in common."""
    equity, earnings = accounts.get(Line.EQUITY), accounts.get(Line.NET_INCOME)
    goodwill = abs(accounts.get(Line.GOODWILL) or 0.0) + abs(accounts.get(Line.INTANGIBLES) or 0.0)
    cap = figures.product(price, bridge.shares)
    return (
        _quotient("Return on equity", earnings, equity, Unit.PERCENT),
        _quotient("Return on assets", earnings, _assets(accounts), Unit.PERCENT),
        _quotient("Equity / assets", equity, _assets(accounts), Unit.PERCENT),
        _quotient("Price / tangible book", cap, figures.total(equity, -goodwill)),
    )


def of_reit(
    accounts: Accounts, bridge: Bridge, price: float | None, funds: Funds
) -> tuple[Ratio, ...]:
    """What tells of a REIT."""
    cap = figures.product(price, bridge.shares)
    paid = accounts.get(Line.DIVIDENDS_PAID)
    return (
        _quotient("P/FFO", cap, funds.ffo),
        _quotient("P/AFFO", cap, funds.affo),
        _quotient(
            "Payout of AFFO", abs(paid) if paid is not None else None, funds.affo, Unit.PERCENT
        ),
        _quotient("Net debt / EBITDA", _net_debt(accounts), _ebitda(accounts)),
    )


def _quotient(
    name: str, above: float | None, below: float | None, unit: Unit = Unit.RATIO
) -> Ratio:
    if above is None or below is None:
        return Ratio(name, None, unit, _UNKNOWN)
    value = figures.ratio(above, below)
    return Ratio(name, value, unit, None if value is not None else _NOT_MEANINGFUL)


def _net_debt(accounts: Accounts) -> float | None:
    """Debt less cash; None where either is not told, as a ratio of half of it is none."""
    cash = accounts.get(Line.CASH)
    return None if cash is None else figures.total(accounts.get(Line.TOTAL_DEBT), -cash)


def _ebitda(accounts: Accounts) -> float | None:
    told = accounts.get(Line.EBITDA)
    if told is not None:
        return told
    return figures.total(accounts.get(Line.EBIT), accounts.get(Line.DEPRECIATION))


def _assets(accounts: Accounts) -> float | None:
    return accounts.get(Line.TOTAL_ASSETS)


def _dividend_yield(company: Company | None) -> Ratio:
    told = figures.known(company.dividend_yield) if company else None
    return Ratio("Dividend yield", told, Unit.PERCENT, None if told is not None else _UNKNOWN)


def _peg(trailing: Ratio, growth: float | None) -> Ratio:
    """P/E over the growth of earnings in per cent a year."""
    per_cent = None if growth is None else growth * 100
    return _quotient("PEG, by 3 years' growth", trailing.value, per_cent)
