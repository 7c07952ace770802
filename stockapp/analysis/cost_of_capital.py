"""What capital costs the business: equity by CAPM, debt by what it pays, both by their shares.

Sharpe (1964) for the cost of equity; Modigliani and Miller (1963) for the tax shield of debt.
"""

from dataclasses import dataclass

from stockapp.analysis import figures
from stockapp.analysis.accounts import Accounts
from stockapp.analysis.caveats import Caveats
from stockapp.domain.analysis import CostOfCapital, Step, Unit
from stockapp.domain.statement import Line

FALLBACK_RISK_FREE = 0.0425
_RISK_FREE_RANGE = (0.0, 0.20)
_BETA_RANGE = (0.3, 3.0)
_DEBT_SPREAD, _MOST_DEBT_SPREAD = 0.02, 0.06
_FALLBACK_TAX, _MOST_TAX, _TAX_YEARS = 0.21, 0.35, 5
_WACC_RANGE = (0.05, 0.20)


@dataclass(frozen=True, slots=True)
class Market:
    """What is known of markets and the share: fractions a year, money in the price's currency.

    `risk_free` is None when no source told it, `beta` and `market_cap` likewise.
    """

    risk_free: float | None
    equity_premium: float
    beta: float | None
    market_cap: float | None
    risk_free_symbol: str = "^TNX"


def cost_of_capital(
    accounts: Accounts, market: Market, caveats: Caveats, chosen: float | None = None
) -> CostOfCapital:
    """All rates, with what had to be assumed noted; `chosen` replaces the WACC."""
    risk_free = _risk_free(market, caveats)
    beta = _beta(market, caveats)
    equity_cost = risk_free + beta * market.equity_premium
    tax = _tax_rate(accounts, caveats)
    debt = accounts.get(Line.TOTAL_DEBT)
    debt_cost = _cost_of_debt(accounts, risk_free, caveats)
    equity_share = _equity_share(market.market_cap, debt, caveats)
    raw = equity_share * equity_cost + (1 - equity_share) * debt_cost * (1 - tax)
    wacc = figures.clamp(raw, *_WACC_RANGE)
    steps: tuple[Step, ...] = (
        Step(
            "Risk-free rate",
            risk_free,
            Unit.PERCENT,
            f"the yield that {market.risk_free_symbol} tells",
        ),
        Step("Beta", beta, Unit.RATIO, "as the source tells it, within 0.3 and 3"),
        Step("Equity risk premium", market.equity_premium, Unit.PERCENT, "setting"),
        Step("Cost of equity", equity_cost, Unit.PERCENT, "risk-free rate + beta x premium"),
        Step("Cost of debt", debt_cost, Unit.PERCENT, "interest expense / average total debt"),
        Step("Effective tax rate", tax, Unit.PERCENT, "mean of tax / pretax income"),
        Step("Equity's share", equity_share, Unit.PERCENT, "market cap / (market cap + debt)"),
        Step("WACC", wacc, Unit.PERCENT, "weighted by shares, debt after tax, within 5 and 20 %"),
    )
    if chosen is not None:
        wacc = chosen
        steps += (Step("Your discount rate", chosen, Unit.PERCENT, "in place of the WACC"),)
    return CostOfCapital(risk_free, beta, equity_cost, debt_cost, tax, wacc, steps)


def _risk_free(market: Market, caveats: Caveats) -> float:
    told = figures.known(market.risk_free)
    if told is not None and _RISK_FREE_RANGE[0] < told < _RISK_FREE_RANGE[1]:
        return told
    told_by = market.risk_free_symbol
    message = f"No source told the yield of {told_by}: {FALLBACK_RISK_FREE:.2%} was assumed."
    caveats.assumed("risk_free", message, "every discount rate")
    return FALLBACK_RISK_FREE


def _beta(market: Market, caveats: Caveats) -> float:
    told = figures.known(market.beta)
    if told is None:
        caveats.assumed("beta", "No source told the beta: 1.0 was assumed.", "the cost of equity")
        return 1.0
    clamped = figures.clamp(told, *_BETA_RANGE)
    if clamped != told:
        message = f"The beta of {told:.2f} was taken as {clamped:.1f}."
        caveats.assumed("beta", message, "the cost of equity")
    return clamped


def _tax_rate(accounts: Accounts, caveats: Caveats) -> float:
    """The mean effective rate of years in which both tax and pretax income are positive."""
    rates = []
    for year in accounts.years:
        tax, pretax = year.get(Line.TAX_PROVISION), year.get(Line.PRETAX_INCOME)
        rate = figures.ratio(tax, pretax) if tax is not None and tax > 0 else None
        if rate is not None:
            rates.append(rate)
    typical = figures.mean(rates[:_TAX_YEARS])
    if typical is None:
        message = f"No year tells a tax rate: {_FALLBACK_TAX:.0%} was assumed."
        caveats.assumed("tax_rate", message, "cash flows and earnings after tax")
        return _FALLBACK_TAX
    return figures.clamp(typical, 0.0, _MOST_TAX)


def _cost_of_debt(accounts: Accounts, risk_free: float, caveats: Caveats) -> float:
    interest = accounts.get(Line.INTEREST_EXPENSE)
    debt = figures.mean(accounts.series(Line.TOTAL_DEBT)[:2])
    rate = figures.ratio(abs(interest), debt) if interest is not None else None
    if rate is None:
        if debt != 0:
            message = "No interest is told: the risk-free rate + 2 % was assumed for debt."
            caveats.assumed("cost_of_debt", message, "the discount rate")
        return risk_free + _DEBT_SPREAD
    return figures.clamp(rate, risk_free, risk_free + _MOST_DEBT_SPREAD)


def _equity_share(market_cap: float | None, debt: float | None, caveats: Caveats) -> float:
    cap = figures.known(market_cap)
    if cap is None or cap <= 0:
        message = "The market capitalisation is unknown: all capital was taken as equity."
        caveats.assumed("market_cap", message, "the discount rate")
        return 1.0
    if debt is None:
        message = "The total debt is unknown: all capital was taken as equity."
        caveats.assumed("total_debt", message, "the discount rate")
        return 1.0
    return cap / (cap + max(0.0, debt))
