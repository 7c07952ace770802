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
_WHOLE = "(price x shares + debt - cash + minorities)"


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
    trailing = _quotient("P/E", "price x shares / net income", cap, earnings)
    forward_eps = figures.known(company.forward_eps) if company else None
    paid = accounts.get(Line.DIVIDENDS_PAID)
    free_words = "price x shares / (operating cash flow - capital expenditure)"
    return (
        trailing,
        _quotient("P/E forward", "price / earnings per share expected", price, forward_eps),
        _quotient("P/B", "price x shares / equity", cap, accounts.get(Line.EQUITY)),
        _quotient("P/S", "price x shares / revenue", cap, accounts.get(Line.REVENUE)),
        _quotient("P/FCF", free_words, cap, free),
        _quotient("EV/EBITDA", f"{_WHOLE} / EBITDA", whole, _ebitda(accounts)),
        _quotient("EV/EBIT", f"{_WHOLE} / EBIT", whole, accounts.get(Line.EBIT)),
        _dividend_yield(company),
        _part("Payout", "dividends / net income", _size(paid), earnings),
        _peg(trailing, growth),
    )


def of_bank(accounts: Accounts, bridge: Bridge, price: float | None) -> tuple[Ratio, ...]:
    """What tells of a bank."""
    interest = accounts.get(Line.NET_INTEREST_INCOME)
    spent, revenue = accounts.get(Line.NON_INTEREST_EXPENSE), accounts.get(Line.REVENUE)
    loans, deposits = accounts.get(Line.LOANS), accounts.get(Line.DEPOSITS)
    return (
        *of_financial(accounts, bridge, price),
        _part("Net interest income / assets", "of the year", interest, _assets(accounts)),
        _part("Efficiency ratio", "expense but for interest / revenue", spent, revenue),
        _part("Loans / deposits", "of the year's end", loans, deposits),
    )


def of_insurer(accounts: Accounts, bridge: Bridge, price: float | None) -> tuple[Ratio, ...]:
    """What tells of an insurer."""
    spent = figures.total(accounts.get(Line.CLAIMS), accounts.get(Line.NON_INTEREST_EXPENSE))
    premiums = accounts.get(Line.PREMIUMS)
    combined = _part("Combined ratio", "(claims + expense) / premiums", spent, premiums)
    return (*of_financial(accounts, bridge, price), combined)


def of_financial(accounts: Accounts, bridge: Bridge, price: float | None) -> tuple[Ratio, ...]:
    """What banks and insurers have in common."""
    equity, earnings = accounts.get(Line.EQUITY), accounts.get(Line.NET_INCOME)
    goodwill = abs(accounts.get(Line.GOODWILL) or 0.0) + abs(accounts.get(Line.INTANGIBLES) or 0.0)
    cap = figures.product(price, bridge.shares)
    return (
        _part("Return on equity", "net income / equity", earnings, equity),
        _part("Return on assets", "net income / assets", earnings, _assets(accounts)),
        _part("Equity / assets", "of the year's end", equity, _assets(accounts)),
        _quotient(
            "Price / tangible book",
            "price x shares / (equity - goodwill - intangibles)",
            cap,
            figures.total(equity, -goodwill),
        ),
    )


def of_reit(
    accounts: Accounts, bridge: Bridge, price: float | None, funds: Funds
) -> tuple[Ratio, ...]:
    """What tells of a REIT."""
    cap = figures.product(price, bridge.shares)
    paid = accounts.get(Line.DIVIDENDS_PAID)
    return (
        _quotient("P/FFO", "price x shares / funds from operations", cap, funds.ffo),
        _quotient("P/AFFO", "price x shares / funds less upkeep", cap, funds.affo),
        _part("Payout of AFFO", "dividends / funds less upkeep", _size(paid), funds.affo),
        _quotient(
            "Net debt / EBITDA", "(debt - cash) / EBITDA", _net_debt(accounts), _ebitda(accounts)
        ),
    )


def _part(name: str, formula: str, above: float | None, below: float | None) -> Ratio:
    return _quotient(name, formula, above, below, Unit.PERCENT)


def _quotient(
    name: str,
    formula: str,
    above: float | None,
    below: float | None,
    unit: Unit = Unit.RATIO,
) -> Ratio:
    if above is None or below is None:
        return Ratio(name, None, unit, _UNKNOWN, formula, above, below)
    value = figures.ratio(above, below)
    reason = None if value is not None else _NOT_MEANINGFUL
    return Ratio(name, value, unit, reason, formula, above, below)


def _size(amount: float | None) -> float | None:
    return None if amount is None else abs(amount)


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
    reason = None if told is not None else _UNKNOWN
    return Ratio("Dividend yield", told, Unit.PERCENT, reason, "as the profile tells it")


def _peg(trailing: Ratio, growth: float | None) -> Ratio:
    """P/E over the growth of earnings in per cent a year."""
    per_cent = None if growth is None else growth * 100
    words = "P/E / growth of net income over three years, in percent"
    return _quotient("PEG, by 3 years' growth", words, trailing.value, per_cent)
