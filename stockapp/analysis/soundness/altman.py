"""Altman's Z: how close a business is to bankruptcy.

Altman (1968), Journal of Finance 23(4), for manufacturers; Z'' of Altman, Hartzell and Peck (1995)
for all others but banks and insurers.
"""

from stockapp.analysis import figures
from stockapp.analysis.accounts import Accounts
from stockapp.domain.analysis import AltmanScore, Step, Unit
from stockapp.domain.statement import Line

_SAFE, _DISTRESS = 2.99, 1.81
_SAFE_2, _DISTRESS_2 = 2.60, 1.10


def score(accounts: Accounts, market_cap: float | None, *, manufacturer: bool) -> AltmanScore:
    """Z of the newest year; `market_cap` in the statements' (converted) currency."""
    assets = accounts.get(Line.TOTAL_ASSETS)
    liabilities = accounts.get(Line.TOTAL_LIABILITIES)
    current, due = accounts.get(Line.CURRENT_ASSETS), accounts.get(Line.CURRENT_LIABILITIES)
    capital = None if due is None else figures.total(current, -due)
    x1 = figures.ratio(capital, assets)
    x2 = figures.ratio(accounts.get(Line.RETAINED_EARNINGS), assets)
    x3 = figures.ratio(accounts.get(Line.EBIT), assets)
    if manufacturer:
        x4 = figures.ratio(figures.known(market_cap), liabilities)
        x5 = figures.ratio(accounts.get(Line.REVENUE), assets)
        value = _weighted((1.2, x1), (1.4, x2), (3.3, x3), (0.6, x4), (0.999, x5))
        steps = _steps(x1, x2, x3)
        steps += (
            Step("Market value / liabilities", x4, Unit.RATIO, "x 0.6"),
            Step("Revenue / assets", x5, Unit.RATIO, "x 0.999"),
        )
        return AltmanScore("Z", value, _zone(value, _SAFE, _DISTRESS), steps)
    x4 = figures.ratio(accounts.get(Line.EQUITY), liabilities)
    value = _weighted((6.56, x1), (3.26, x2), (6.72, x3), (1.05, x4))
    steps = _steps(x1, x2, x3, second=True)
    steps += (Step("Book equity / liabilities", x4, Unit.RATIO, "x 1.05"),)
    return AltmanScore('Z"', value, _zone(value, _SAFE_2, _DISTRESS_2), steps)


def _steps(
    x1: float | None, x2: float | None, x3: float | None, *, second: bool = False
) -> tuple[Step, ...]:
    factors = ("x 6.56", "x 3.26", "x 6.72") if second else ("x 1.2", "x 1.4", "x 3.3")
    return (
        Step("Working capital / assets", x1, Unit.RATIO, factors[0]),
        Step("Retained earnings / assets", x2, Unit.RATIO, factors[1]),
        Step("EBIT / assets", x3, Unit.RATIO, factors[2]),
    )


def _weighted(*terms: tuple[float, float | None]) -> float | None:
    return figures.total(*(figures.product(factor, value) for factor, value in terms))


def _zone(value: float | None, safe: float, distress: float) -> str:
    if value is None:
        return "unknown"
    if value > safe:
        return "safe"
    return "distress" if value < distress else "grey"
