"""What the business is worth if it only goes on earning what it earns.

Greenwald, Kahn, Sonkin and van Biema, Value Investing (2001). EBIT is before interest and tax, so
tax is taken once; depreciation stands for the capital expenditure that standing still needs.
"""

from stockapp.analysis import figures
from stockapp.analysis.accounts import Accounts
from stockapp.analysis.valuation.equity import Bridge
from stockapp.domain.analysis import CostOfCapital, MethodValue, Step, Unit
from stockapp.domain.statement import Line

KEY, TITLE = "epv", "Earnings power value"
_LEAST_YEARS = 3


def method(accounts: Accounts, capital: CostOfCapital, bridge: Bridge) -> MethodValue:
    """Mean EBIT margin x latest revenue x (1 - tax) / WACC, to equity, per share."""
    margins = [
        figures.ratio(year.get(Line.EBIT), year.get(Line.REVENUE)) for year in accounts.years
    ]
    told = [margin for margin in margins if margin is not None]
    if len(told) < _LEAST_YEARS:
        reason = f"EBIT and revenue of three years are needed; there are {len(told)}."
        return MethodValue(KEY, TITLE, None, reason)
    ebit = figures.product(figures.mean(told), accounts.get(Line.REVENUE))
    if ebit is None:
        return MethodValue(KEY, TITLE, None, "The latest revenue is unknown.")
    enterprise = figures.ratio(ebit * (1 - capital.tax_rate), capital.rate)
    value = bridge.per_share(enterprise)
    steps = (
        Step("Mean EBIT margin", figures.mean(told), Unit.PERCENT, f"of {len(told)} years"),
        Step("Latest revenue", accounts.get(Line.REVENUE), Unit.MONEY),
        Step("Normalised EBIT", ebit, Unit.MONEY, "margin x revenue; depreciation is the upkeep"),
        Step("Tax rate", capital.tax_rate, Unit.PERCENT, "taken once"),
        Step("Discount rate", capital.rate, Unit.PERCENT, "the cost of capital, or yours"),
        *bridge.steps(enterprise, "normalised EBIT x (1 - tax) / rate"),
    )
    return MethodValue(KEY, TITLE, value, _doubt(value, bridge), steps)


def for_financials(roe: float | None, equity: float | None, cost: float, b: Bridge) -> MethodValue:
    """Banks and insurers: mean return on equity x equity / cost of equity, per share."""
    earnings = figures.product(roe, equity)
    value = b.equity_per_share(figures.ratio(earnings, cost))
    steps = (
        Step("Mean return on equity", roe, Unit.PERCENT, "of at most five years"),
        Step("Equity", equity, Unit.MONEY),
        Step("Normalised earnings", earnings, Unit.MONEY, "return x equity"),
        Step("Cost of equity", cost, Unit.PERCENT),
        Step("Shares", b.shares, Unit.COUNT),
        Step("Value per share", value, Unit.PER_SHARE, "earnings / cost of equity / shares"),
    )
    return MethodValue(KEY, "Normalised earnings", value, _lack(value), steps)


def _doubt(value: float | None, bridge: Bridge) -> str | None:
    if value is None:
        return bridge.lack
    return None if value > 0 else "The earnings do not cover the debt: the value is not positive."


def _lack(value: float | None) -> str | None:
    if value is None:
        return "Earnings, a positive equity or the number of shares are unknown."
    return None if value > 0 else "Return on equity and equity are not both positive."
