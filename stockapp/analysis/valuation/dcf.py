"""Discounted cash flow to the firm in two stages, what it hangs on, and what the price implies.

Damodaran, Investment Valuation (3rd ed., 2012), chapters 12 and 15; Gordon (1959) for what comes
after the tenth year.
"""

from dataclasses import dataclass, replace

from stockapp.analysis import figures
from stockapp.analysis.accounts import Accounts
from stockapp.analysis.business_type import compound_growth, longest_growth
from stockapp.analysis.caveats import Caveats
from stockapp.analysis.valuation.equity import Bridge
from stockapp.domain.analysis import MethodValue, Sensitivity, Severity, Step, Unit
from stockapp.domain.statement import Line

KEY, TITLE = "dcf", "Discounted cash flow"
YEARS, FIRST_STAGE = 10, 5
_BASE_YEARS = 3
_FALLBACK_GROWTH, _LEAST_GROWTH = 0.03, -0.10
_TERMINAL = 0.025
LEAST_SPREAD = 0.01
_STEPS = (-0.01, -0.005, 0.0, 0.005, 0.01)
_IMPLIED_RANGE = 0.50
_IMPLIED_PRECISION = 0.0001
_SCALES = ((1e12, " tn"), (1e9, " bn"), (1e6, " m"))


@dataclass(frozen=True, slots=True)
class Forecast:
    """Everything the value follows from. Rates are fractions a year; `base` is a year's FCFF."""

    base: float
    growth: float
    terminal: float
    rate: float
    bridge: Bridge
    mid_year: bool = False
    of_base: str = ""
    of_growth: str = ""

    def flows(self) -> list[float]:
        """The free cash flow of each of the ten years."""
        told, flow = [], self.base
        for year in range(1, YEARS + 1):
            flow *= 1 + self._growth_in(year)
            told.append(flow)
        return told

    def present_values(self) -> tuple[float, float] | None:
        """Today's value of the ten years, and of all that comes after (Gordon).

        None where the rate is too close to the growth.
        """
        if figures.exceeds(LEAST_SPREAD, self.rate - self.terminal):
            return None
        early = 0.5 if self.mid_year else 0.0
        flows = self.flows()
        ten = sum(flow / (1 + self.rate) ** (year - early) for year, flow in enumerate(flows, 1))
        after = flows[-1] * (1 + self.terminal) / (self.rate - self.terminal)
        return ten, after / (1 + self.rate) ** (YEARS - early)

    def enterprise(self) -> float | None:
        """The value of the whole business; None where the rate is too close to the growth."""
        parts = self.present_values()
        return figures.total(*parts) if parts else None

    def per_share(self) -> float | None:
        """The value of one share."""
        return self.bridge.per_share(self.enterprise())

    def _growth_in(self, year: int) -> float:
        if year <= FIRST_STAGE:
            return self.growth
        way = (year - FIRST_STAGE) / (YEARS - FIRST_STAGE)
        return self.growth + (self.terminal - self.growth) * way


def free_cash_flows(accounts: Accounts, tax: float, caveats: Caveats) -> list[float | None]:
    """Operating cash flow - |capital expenditure| + interest x (1 - tax), newest first."""
    flows = []
    for year in accounts.years:
        operating, spent = (
            year.get(Line.OPERATING_CASH_FLOW),
            year.get(Line.CAPITAL_EXPENDITURE),
        )
        interest = year.get(Line.INTEREST_EXPENSE)
        if interest is None and operating is not None:
            message = "Interest is not told for every year: none was added back there."
            caveats.assumed(Line.INTEREST_EXPENSE, message, "free cash flow")
        flows.append(
            None
            if operating is None or spent is None
            else figures.total(operating, -abs(spent), max(0.0, interest or 0.0) * (1 - tax))
        )
    return flows


@dataclass(frozen=True, slots=True)
class Basis:
    """A figure that the forecast starts from, and how it came about."""

    value: float
    formula: str


def base_flow(accounts: Accounts, flows: list[float | None], caveats: Caveats) -> Basis | None:
    """The mean free cash flow margin of the last three years, at the latest revenue."""
    margins = [
        figures.ratio(flow, year.get(Line.REVENUE))
        for flow, year in zip(flows, accounts.years, strict=True)
    ][:_BASE_YEARS]
    told = [margin for margin in margins if margin is not None]
    base = figures.product(figures.mean(told), accounts.get(Line.REVENUE))
    if base is None:
        return None
    if len(told) < _BASE_YEARS:
        years = "year tells" if len(told) == 1 else "years tell"
        message = f"Only {len(told)} of the last three {years} a free cash flow margin."
        caveats.assumed(Line.OPERATING_CASH_FLOW, message, "the discounted cash flow")
    shown = ", ".join(f"{margin:.1%}" for margin in told)
    return Basis(base, f"latest revenue x the mean of the margins {shown}")


def first_growth(
    accounts: Accounts, flows: list[float | None], cap: float, caveats: Caveats
) -> Basis:
    """The smaller of what revenue and free cash flow grew by, within -10 % and the cap."""
    dates = [year.end.toordinal() / 365.25 for year in accounts.years]
    grown = {
        "revenue": compound_growth(accounts, Line.REVENUE),
        "free cash flow": longest_growth(list(zip(dates, flows, strict=True))),
    }
    told = {name: rate for name, rate in grown.items() if rate is not None}
    if not told:
        message = f"Past growth cannot be told: {_FALLBACK_GROWTH:.0%} a year was assumed."
        caveats.assumed("growth", message, "the discounted cash flow")
        return Basis(_FALLBACK_GROWTH, "assumed")
    least = min(told.values())
    growth = figures.clamp(least, _LEAST_GROWTH, cap)
    shown = " and ".join(f"{name} {rate:.1%}" for name, rate in told.items())
    words = f"the smaller of {shown} a year" if len(told) > 1 else f"{shown} a year"
    if growth != least:
        words += f", kept within -10 % and {cap:.0%}"
        message = f"Past growth of {least:.1%} a year was taken as {growth:.0%}."
        caveats.add(Severity.LOW, "growth", message, "the discounted cash flow")
    return Basis(growth, words)


def terminal_growth(risk_free: float) -> float:
    """2.5 %, or the risk-free rate if that is less."""
    return min(_TERMINAL, risk_free)


def method(forecast: Forecast | None, lacking: str) -> MethodValue:
    """The method's value with its steps; without a forecast, that something is `lacking`."""
    if forecast is None:
        return MethodValue(KEY, TITLE, None, lacking)
    enterprise, parts = forecast.enterprise(), forecast.present_values()
    ten, after = parts or (None, None)
    flows = ", ".join(_short(flow) for flow in forecast.flows())
    steps = (
        Step("Free cash flow to the firm", forecast.base, Unit.MONEY, forecast.of_base),
        Step("Growth, years 1 to 5", forecast.growth, Unit.PERCENT, forecast.of_growth),
        Step("Growth after year 10", forecast.terminal, Unit.PERCENT, "reached in a line"),
        Step("Discount rate", forecast.rate, Unit.PERCENT, "the cost of capital, or yours"),
        Step("Ten years' cash flows, today", ten, Unit.MONEY, f"discounted: {flows}"),
        Step(
            "What comes after, today",
            after,
            Unit.MONEY,
            "last flow x (1 + growth) / (rate - growth), discounted",
        ),
        *forecast.bridge.steps(enterprise, "ten years + what comes after"),
    )
    value = forecast.per_share()
    return MethodValue(KEY, TITLE, value, _reason(forecast, enterprise, value), steps)


def _short(amount: float) -> str:
    size = abs(amount)
    scale, name = next(((s, n) for s, n in _SCALES if size >= s), (1.0, ""))
    return f"{amount / scale:,.2f}{name}"


def _reason(forecast: Forecast, enterprise: float | None, value: float | None) -> str | None:
    if enterprise is None:
        return (
            f"The discount rate of {forecast.rate:.2%} is less than one point above the growth of"
            f" {forecast.terminal:.2%} for ever: such a value means nothing."
        )
    if value is None:
        return forecast.bridge.lack
    if value <= 0:
        return "The cash flows do not cover the debt: the value is not positive."
    return None


def sensitivity(forecast: Forecast) -> Sensitivity:
    """The value per share for discount rates and terminal growths around those taken."""
    rates = tuple(forecast.rate + step for step in _STEPS)
    growths = tuple(forecast.terminal + step for step in _STEPS)
    values = tuple(
        tuple(replace(forecast, rate=rate, terminal=growth).per_share() for growth in growths)
        for rate in rates
    )
    return Sensitivity(rates, growths, values)


def implied_growth(forecast: Forecast, price: float) -> float | None:
    """The growth of the first five years at which the value is the price, to 0.01 %.

    By bisection; None when it is not between -50 and +50 %.
    """
    low, high = -_IMPLIED_RANGE, _IMPLIED_RANGE
    at_low, at_high = (replace(forecast, growth=g).per_share() for g in (low, high))
    if at_low is None or at_high is None or not at_low <= price <= at_high:
        return None
    # Ten times as exact as it is told, so that the value it gives is the price again.
    while high - low > _IMPLIED_PRECISION / 10_000:
        middle = (low + high) / 2
        value = replace(forecast, growth=middle).per_share()
        if value is None or value < price:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _moves(rate: float) -> str:
    return f"{'grows' if rate >= 0 else 'shrinks'} by {abs(rate):.2%}"


def implied_words(forecast: Forecast | None, price: float | None) -> str:
    """What growth the price asks for, in a sentence."""
    if forecast is None or price is None or forecast.per_share() is None:
        return "What growth the price implies cannot be told."
    implied = implied_growth(forecast, price)
    if implied is not None:
        return f"The price implies that free cash flow {_moves(implied)} a year for five years."
    if forecast.base <= 0:
        return "There is no free cash flow that could grow: the price rests on a turn-round."
    lowest = replace(forecast, growth=-_IMPLIED_RANGE).per_share()
    if lowest is not None and price < lowest:
        return "The price implies that free cash flow falls by more than 50 % a year."
    return "The price implies growth of more than 50 % a year for five years."
