"""REITs: funds from operations in the place of earnings.

Nareit, Funds From Operations White Paper (2018 restatement).
"""

from dataclasses import dataclass

from stockapp.analysis import figures
from stockapp.analysis.accounts import Accounts
from stockapp.analysis.caveats import Caveats
from stockapp.analysis.valuation.earnings_power import KEY
from stockapp.analysis.valuation.equity import Bridge
from stockapp.domain.analysis import MethodValue, Severity, Step, Unit
from stockapp.domain.statement import Line

_UPKEEP_LEFT = 0.85


@dataclass(frozen=True, slots=True)
class Funds:
    """Funds from operations of the newest year, and those adjusted for upkeep; money."""

    ffo: float | None
    affo: float | None


def funds(accounts: Accounts, caveats: Caveats) -> Funds:
    """FFO = net income + depreciation - gains on sale; AFFO = FFO - capital expenditure."""
    gains = accounts.get(Line.GAIN_ON_SALE)
    if gains is None:
        message = "Gains on sales of property are not told: none were taken off."
        caveats.add(Severity.LOW, Line.GAIN_ON_SALE, message, "funds from operations")
    ffo = figures.total(
        accounts.get(Line.NET_INCOME), accounts.get(Line.DEPRECIATION), -(gains or 0.0)
    )
    if ffo is None:
        return Funds(None, None)
    spent = accounts.get(Line.CAPITAL_EXPENDITURE)
    if spent is not None and 0 < abs(spent) < ffo:
        return Funds(ffo, ffo - abs(spent))
    message = "Capital expenditure on upkeep is not told: 15 % of FFO was taken for it."
    if spent:
        message = (
            f"Capital expenditure of {abs(spent):,.0f} exceeds the funds from operations, so it"
            " must hold purchases of property: 15 % of FFO was taken for upkeep."
        )
    caveats.assumed(Line.CAPITAL_EXPENDITURE, message, "adjusted funds from operations")
    return Funds(ffo, figures.known(ffo * _UPKEEP_LEFT))


def method(earned: Funds, cost: float, bridge: Bridge) -> MethodValue:
    """AFFO per share, capitalised at the cost of equity."""
    per_share = bridge.equity_per_share(earned.affo)
    value = figures.ratio(per_share, cost)
    steps = (
        Step("Funds from operations", earned.ffo, Unit.MONEY, "net income + depreciation - gains"),
        Step("Adjusted funds from operations", earned.affo, Unit.MONEY, "less upkeep"),
        Step("AFFO per share", per_share, Unit.PER_SHARE),
        Step("Cap rate", cost, Unit.PERCENT, "the cost of equity, with no growth"),
        Step("Value per share", value, Unit.PER_SHARE),
    )
    reason = None
    if value is None:
        reason = "Net income, depreciation or the number of shares are unknown."
    elif value <= 0:
        reason = "The funds from operations are not positive."
    return MethodValue(KEY, "Adjusted funds from operations", value, reason, steps)
