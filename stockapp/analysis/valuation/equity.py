"""From the value of the whole business to that of one share."""

from dataclasses import dataclass

from stockapp.analysis import figures
from stockapp.analysis.accounts import Accounts
from stockapp.analysis.caveats import Caveats
from stockapp.domain.analysis import Severity, Step, Unit
from stockapp.domain.statement import Line

# A listed share that differs from the statements' by more than this stands for another number of
# them, as depositary receipts do.
_SAME_UNIT = (0.7, 1.4)


@dataclass(frozen=True, slots=True)
class Listing:
    """The share as it is traded: price in whole currency, and the market's own figures."""

    price: float | None
    market_cap: float | None
    shares: float | None


@dataclass(frozen=True, slots=True)
class Bridge:
    """What belongs to lenders and others, and in how many shares the rest is divided.

    `shares` is None when nobody told them.
    """

    debt: float
    cash: float
    minority: float
    shares: float | None

    def per_share(self, enterprise: float | None) -> float | None:
        """Enterprise value - debt + cash - minority interest, per share."""
        return self.equity_per_share(
            figures.total(enterprise, -self.debt, self.cash, -self.minority)
        )

    def equity_per_share(self, equity: float | None) -> float | None:
        """The same of a value that is the shareholders' already."""
        if equity is None or self.shares is None or self.shares <= 0:
            return None
        return figures.known(equity / self.shares)

    def steps(self, enterprise: float | None) -> tuple[Step, ...]:
        """The way from enterprise value to the share."""
        return (
            Step("Enterprise value", enterprise, Unit.MONEY),
            Step("Total debt", self.debt, Unit.MONEY, "subtracted"),
            Step("Cash and short-term investments", self.cash, Unit.MONEY, "added"),
            Step("Minority interest", self.minority, Unit.MONEY, "subtracted"),
            Step("Diluted shares", self.shares, Unit.COUNT),
            Step("Value per share", self.per_share(enterprise), Unit.PER_SHARE),
        )


def bridge(accounts: Accounts, listing: Listing, caveats: Caveats) -> Bridge:
    """The bridge of the newest balance sheet; what it lacks is noted."""
    return Bridge(
        debt=_debt(accounts, caveats),
        cash=_or_none(accounts, Line.CASH, "Cash", caveats, Severity.MEDIUM),
        minority=_or_none(
            accounts, Line.MINORITY_INTEREST, "Minority interest", caveats, Severity.LOW
        ),
        shares=_shares(accounts, listing, caveats),
    )


def _debt(accounts: Accounts, caveats: Caveats) -> float:
    debt = accounts.get(Line.TOTAL_DEBT)
    if debt is not None:
        return max(0.0, debt)
    pays_interest = bool(accounts.get(Line.INTEREST_EXPENSE))
    long_term = accounts.get(Line.LONG_TERM_DEBT)
    severity = Severity.HIGH if pays_interest else Severity.MEDIUM
    taken = f"only the long-term debt of {long_term:,.0f}" if long_term else "none"
    message = f"The statements do not tell the total debt: {taken} was taken."
    caveats.add(severity, Line.TOTAL_DEBT, message, "values of the whole business, per share")
    return max(0.0, long_term or 0.0)


def _or_none(
    accounts: Accounts, line: Line, name: str, caveats: Caveats, severity: Severity
) -> float:
    told = accounts.get(line)
    if told is None:
        message = f"{name} is not told: it was taken as none."
        caveats.add(severity, line, message, "values of the whole business, per share")
    return told or 0.0


def _shares(accounts: Accounts, listing: Listing, caveats: Caveats) -> float | None:
    """Diluted shares of the statements, in units of the share that is traded."""
    implied = figures.ratio(listing.market_cap, listing.price) or figures.known(listing.shares)
    told = accounts.get(Line.DILUTED_SHARES) or accounts.get(Line.SHARES)
    if told is None or told <= 0:
        if implied is None or implied <= 0:
            message = "Nobody told the number of shares: there is no value per share."
            caveats.add(Severity.HIGH, Line.SHARES, message, "every value per share")
            return None
        message = "The statements do not tell the shares: the market's number was taken."
        caveats.assumed(Line.SHARES, message, "every value per share")
        return implied
    unit = figures.ratio(told, implied)
    if unit is None or implied is None or _SAME_UNIT[0] < unit < _SAME_UNIT[1]:
        return told
    message = (
        f"One traded share stands for about {unit:.3g} shares of the statements"
        " (market capitalisation / price): the traded ones were counted."
    )
    caveats.assumed(Line.SHARES, message, "every value per share")
    return implied
