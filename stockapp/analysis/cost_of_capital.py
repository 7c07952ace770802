"""What capital costs the business: equity by CAPM, debt by what it pays, both by their shares.

Sharpe (1964) for the cost of equity; Modigliani and Miller (1963) for the tax shield of debt.
"""

from dataclasses import dataclass

from stockapp.analysis import figures
from stockapp.analysis.accounts import Accounts
from stockapp.analysis.caveats import Caveats
from stockapp.domain.analysis import CostOfCapital, Severity, Step, Unit
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


# A rate with how it came about.
_Told = tuple[float, str]


def cost_of_capital(
    accounts: Accounts,
    market: Market,
    debt: float | None,
    caveats: Caveats,
    chosen: float | None = None,
) -> CostOfCapital:
    """All rates, with what had to be assumed noted. `debt` as it is taken for the whole business.

    `chosen` is taken in place of the WACC, which is told all the same.
    """
    risk_free, of_risk_free = _risk_free(market, caveats)
    beta, of_beta = _beta(market, caveats)
    equity_cost = risk_free + beta * market.equity_premium
    tax, of_tax = _tax_rate(accounts, caveats)
    debt_cost, of_debt_cost = _cost_of_debt(accounts, debt, risk_free, caveats)
    equity_share, of_share = _equity_share(market.market_cap, debt, caveats)
    raw = equity_share * equity_cost + (1 - equity_share) * debt_cost * (1 - tax)
    wacc = figures.clamp(raw, *_WACC_RANGE)
    of_wacc = "weighted by shares, debt after tax"
    if wacc != raw:
        of_wacc += f"; {raw:.2%}, kept within 5 and 20 %"
    steps: tuple[Step, ...] = (
        Step("Risk-free rate", risk_free, Unit.PERCENT, of_risk_free),
        Step("Beta", beta, Unit.RATIO, of_beta),
        Step("Equity risk premium", market.equity_premium, Unit.PERCENT, "setting"),
        Step("Cost of equity", equity_cost, Unit.PERCENT, "risk-free rate + beta x premium"),
        Step("Cost of debt", debt_cost, Unit.PERCENT, of_debt_cost),
        Step("Effective tax rate", tax, Unit.PERCENT, of_tax),
        Step("Market capitalisation", figures.known(market.market_cap), Unit.MONEY),
        Step("Total debt", debt, Unit.MONEY),
        Step("Equity's share", equity_share, Unit.PERCENT, of_share),
        Step("WACC", wacc, Unit.PERCENT, of_wacc),
    )
    if chosen is not None:
        steps += (Step("Your discount rate", chosen, Unit.PERCENT, "in place of the WACC"),)
    rate = wacc if chosen is None else chosen
    return CostOfCapital(risk_free, beta, equity_cost, debt_cost, tax, wacc, rate, steps)


def _risk_free(market: Market, caveats: Caveats) -> _Told:
    told, symbol = figures.known(market.risk_free), market.risk_free_symbol
    if told is not None and _RISK_FREE_RANGE[0] < told < _RISK_FREE_RANGE[1]:
        return told, f"the yield that {symbol} tells"
    said = f"No source told the yield of {symbol}"
    if told is not None:
        said = f"{symbol} told a yield of {told:.2%}, which cannot be used"
    caveats.assumed(
        "risk_free", f"{said}: {FALLBACK_RISK_FREE:.2%} was assumed.", "every discount rate"
    )
    return FALLBACK_RISK_FREE, "assumed"


def _beta(market: Market, caveats: Caveats) -> _Told:
    told = figures.known(market.beta)
    if told is None:
        caveats.assumed("beta", "No source told the beta: 1.0 was assumed.", "the cost of equity")
        return 1.0, "assumed"
    clamped = figures.clamp(told, *_BETA_RANGE)
    if clamped == told:
        return told, "as the profile tells it"
    message = f"The beta of {told:.2f} was taken as {clamped:.1f}."
    caveats.assumed("beta", message, "the cost of equity")
    return clamped, f"{told:.2f}, kept within 0.3 and 3"


def _tax_rate(accounts: Accounts, caveats: Caveats) -> _Told:
    """The mean effective rate of years in which both tax and pretax income are positive."""
    rates = []
    for year in accounts.years:
        tax, pretax = year.get(Line.TAX_PROVISION), year.get(Line.PRETAX_INCOME)
        rate = figures.ratio(tax, pretax) if tax is not None and tax > 0 else None
        if rate is not None:
            rates.append(rate)
    rates = rates[:_TAX_YEARS]
    typical = figures.mean(rates)
    if typical is None:
        message = f"No year tells a tax rate: {_FALLBACK_TAX:.0%} was assumed."
        caveats.assumed("tax_rate", message, "cash flows and earnings after tax")
        return _FALLBACK_TAX, "assumed"
    how = f"mean of tax / pretax income, years: {len(rates)}"
    if typical > _MOST_TAX:
        message = f"The tax rate of {typical:.1%} was taken as {_MOST_TAX:.0%}."
        caveats.assumed("tax_rate", message, "cash flows and earnings after tax")
        how += f"; {typical:.1%}, kept below 35 %"
    return figures.clamp(typical, 0.0, _MOST_TAX), how


def _cost_of_debt(
    accounts: Accounts, debt: float | None, risk_free: float, caveats: Caveats
) -> _Told:
    interest = accounts.get(Line.INTEREST_EXPENSE)
    owed = figures.mean(accounts.series(Line.TOTAL_DEBT)[:2])
    if owed is None:
        owed = debt
    rate = figures.ratio(interest, owed) if interest is not None else None
    if rate is None:
        if owed != 0:
            message = "No interest is told: the risk-free rate + 2 % was assumed for debt."
            caveats.assumed("cost_of_debt", message, "the discount rate")
        return risk_free + _DEBT_SPREAD, "assumed: risk-free rate + 2 %"
    clamped = figures.clamp(rate, risk_free, risk_free + _MOST_DEBT_SPREAD)
    how = "interest expense / average total debt"
    if clamped != rate:
        message = f"A cost of debt of {rate:.2%} was taken as {clamped:.2%}."
        caveats.add(Severity.LOW, "cost_of_debt", message, "the discount rate")
        how += f"; {rate:.2%}, kept within the risk-free rate and 6 points above"
    return clamped, how


def _equity_share(market_cap: float | None, debt: float | None, caveats: Caveats) -> _Told:
    cap = figures.known(market_cap)
    if cap is None or cap <= 0:
        message = (
            "No market capitalisation in this currency is known: all capital was taken as equity."
        )
        caveats.assumed("market_cap", message, "the discount rate")
        return 1.0, "assumed"
    if debt is None:
        message = "The debt is unknown: all capital was taken as equity."
        caveats.assumed("total_debt", message, "the discount rate")
        return 1.0, "assumed"
    return cap / (cap + debt), "market cap / (market cap + debt)"
