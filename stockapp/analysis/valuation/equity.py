"""From the value of the whole business to that of one share."""

from dataclasses import dataclass

from stockapp.analysis import figures
from stockapp.analysis.accounts import Accounts
from stockapp.analysis.caveats import Caveats
from stockapp.domain.analysis import Severity, Step, Unit
from stockapp.domain.statement import Line

# Counts of shares within a few percent are the same; those of the market that differ from the
# statements' by more than the wider bounds are of another unit, as depositary receipts are.
_SAME_COUNT = (0.95, 1.05)
_SAME_UNIT = (0.7, 1.4)
# Market capitalisation / price and the profile's number of shares should tell the same.
_AGREE = (0.8, 1.25)
_PER_SHARE = "every value per share"


@dataclass(frozen=True, slots=True)
class Listing:
    """The share as it is traded: price in whole currency, and the market's own figures."""

    price: float | None
    market_cap: float | None
    shares: float | None


@dataclass(frozen=True, slots=True)
class Bridge:
    """What belongs to lenders and others, and in how many shares the rest is divided.

    `shares` is None when nobody told them; `counted` says which shares they are. `debt` is None
    where it is unknown, and not likely to be nothing.
    """

    debt: float | None
    cash: float
    minority: float
    shares: float | None
    counted: str = "diluted, of the statements"

    def per_share(self, enterprise: float | None) -> float | None:
        """Enterprise value - debt + cash - minority interest, per share."""
        if self.debt is None:
            return None
        return self.equity_per_share(
            figures.total(enterprise, -self.debt, self.cash, -self.minority)
        )

    @property
    def lack(self) -> str | None:
        """What is missing for a value per share."""
        if self.debt is None:
            return "What is owed is unknown."
        return "The number of shares is unknown." if self.shares is None else None

    def equity_per_share(self, equity: float | None) -> float | None:
        """The same of a value that is the shareholders' already."""
        if equity is None or self.shares is None or self.shares <= 0:
            return None
        return figures.known(equity / self.shares)

    def steps(self, enterprise: float | None, of_enterprise: str) -> tuple[Step, ...]:
        """The way from enterprise value, and how that came about, to the share."""
        return (
            Step("Enterprise value", enterprise, Unit.MONEY, of_enterprise),
            Step("Total debt", self.debt, Unit.MONEY, "subtracted"),
            Step("Cash and short-term investments", self.cash, Unit.MONEY, "added"),
            Step("Minority interest", self.minority, Unit.MONEY, "subtracted"),
            Step("Shares", self.shares, Unit.COUNT, self.counted),
            Step(
                "Value per share",
                self.per_share(enterprise),
                Unit.PER_SHARE,
                "(enterprise value - debt + cash - minorities) / shares",
            ),
        )


def bridge(
    accounts: Accounts, listing: Listing, caveats: Caveats, *, by_debt: bool = True
) -> Bridge:
    """The bridge of the newest balance sheet; what it lacks is noted.

    `by_debt`: whether the way to the share leads over the debt, which it does not for banks.
    """
    shares, counted = _shares(accounts, listing, caveats)
    return Bridge(
        debt=_debt(accounts, caveats, matters=by_debt),
        cash=_or_none(accounts, Line.CASH, "Cash", caveats, Severity.MEDIUM),
        minority=_or_none(
            accounts, Line.MINORITY_INTEREST, "Minority interest", caveats, Severity.LOW
        ),
        shares=shares,
        counted=counted,
    )


def _debt(accounts: Accounts, caveats: Caveats, *, matters: bool) -> float | None:
    debt = accounts.get(Line.TOTAL_DEBT)
    if debt is not None:
        return max(0.0, debt)
    touched = "values of the whole business, per share"
    long_term = accounts.get(Line.LONG_TERM_DEBT)
    if long_term:
        message = f"The statements do not tell the total debt: {long_term:,.0f} of long-term debt"
        severity = Severity.HIGH if matters else Severity.MEDIUM
        caveats.add(severity, Line.TOTAL_DEBT, message + " was taken.", touched)
        return max(0.0, long_term)
    has_balance = accounts.get(Line.TOTAL_ASSETS) is not None
    if bool(accounts.get(Line.INTEREST_EXPENSE)) or not has_balance:
        message = "The statements do not tell the total debt, and there is likely to be some."
        severity = Severity.HIGH if matters else Severity.MEDIUM
        caveats.add(severity, Line.TOTAL_DEBT, message, touched)
        return None
    message = "The statements tell neither debt nor interest: no debt was taken."
    caveats.assumed(Line.TOTAL_DEBT, message, touched)
    return 0.0


def _or_none(
    accounts: Accounts, line: Line, name: str, caveats: Caveats, severity: Severity
) -> float:
    told = accounts.get(line)
    if told is None:
        message = f"{name} is not told: it was taken as none."
        caveats.add(severity, line, message, "values of the whole business, per share")
    return told or 0.0


def _shares(accounts: Accounts, listing: Listing, caveats: Caveats) -> tuple[float | None, str]:
    """The shares to divide by, in units of the share that is traded, and which they are."""
    told, counted = _of_statements(accounts, caveats)
    traded, sure = _traded(listing, caveats)
    if told is None:
        if traded is None:
            message = "Nobody told the number of shares: there is no value per share."
            caveats.add(Severity.HIGH, Line.SHARES, message, _PER_SHARE)
            return None, ""
        message = "The statements do not tell the shares: the market's number was taken."
        caveats.assumed(Line.SHARES, message, _PER_SHARE)
        return traded, "of the market"
    unit = figures.ratio(told, traded)
    if unit is None or traded is None or not sure or _within(unit, _SAME_COUNT):
        return told, counted
    if _within(unit, _SAME_UNIT):
        message = (
            f"The statements count {told:,.0f} shares, the market {traded:,.0f}:"
            " the larger number was taken."
        )
        caveats.assumed(Line.SHARES, message, _PER_SHARE)
        return (told, counted) if told >= traded else (traded, "of the market")
    severity = Severity.MEDIUM if listing.shares else Severity.HIGH
    message = (
        f"One traded share stands for about {unit:.3g} shares of the statements, it seems:"
        " the traded ones were counted."
    )
    caveats.add(severity, Line.SHARES, message, _PER_SHARE)
    return traded, "traded ones, of the market"


def _of_statements(accounts: Accounts, caveats: Caveats) -> tuple[float | None, str]:
    diluted, issued = accounts.get(Line.DILUTED_SHARES), accounts.get(Line.SHARES)
    if diluted is not None and diluted > 0:
        return diluted, "diluted, of the statements"
    if issued is not None and issued > 0:
        message = "Diluted shares are not told: those in issue were counted."
        caveats.add(Severity.LOW, Line.DILUTED_SHARES, message, _PER_SHARE)
        return issued, "in issue, of the statements"
    return None, ""


def _traded(listing: Listing, caveats: Caveats) -> tuple[float | None, bool]:
    """The market's number of shares, and whether what is known of it goes together.

    A capitalisation that is old, or of another unit, must not make a number of shares.
    """
    by_cap = figures.ratio(figures.known(listing.market_cap), listing.price)
    shares = figures.known(listing.shares)
    if shares is None or shares <= 0:
        return by_cap, by_cap is not None
    agreement = figures.ratio(by_cap, shares)
    if agreement is None or _within(agreement, _AGREE):
        return shares, True
    message = (
        f"The profile tells {shares:,.0f} shares, but its market capitalisation at this price"
        f" means {by_cap:,.0f}: one of the three is old or in another unit."
    )
    caveats.add(Severity.HIGH, "market_cap", message, "cost of capital, and values per share")
    return shares, False


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] < value < bounds[1]
