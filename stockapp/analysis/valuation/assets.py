"""What the assets are worth: as the books say, without goodwill, and if sold in a hurry.

Graham and Dodd, Security Analysis (1934), for the shares of book value that a liquidation brings.
"""

from stockapp.analysis import figures
from stockapp.analysis.accounts import Accounts
from stockapp.analysis.caveats import Caveats
from stockapp.analysis.valuation.equity import Bridge
from stockapp.domain.analysis import MethodValue, Severity, Step, Unit
from stockapp.domain.statement import Line
from stockapp.domain.wording import spelled

KEY, TITLE = "asset", "Asset value"
_ASSET_HEAVY = 2.0
_RECOVERED = {
    Line.CASH: 1.0,
    Line.RECEIVABLES: 0.85,
    Line.INVENTORY: 0.60,
    Line.NET_PPE: 0.50,
}


def tangible_book(accounts: Accounts, caveats: Caveats) -> float | None:
    """Equity - goodwill - intangibles; what is not told of these is taken as none, and noted."""
    equity = accounts.get(Line.EQUITY)
    if equity is None:
        return None
    taken = 0.0
    for line in (Line.GOODWILL, Line.INTANGIBLES):
        told = accounts.get(line)
        if told is None:
            message = f"{spelled(line)}: not told, and taken as none."
            caveats.add(Severity.LOW, line, message, "tangible book value")
        taken += abs(told or 0.0)
    return figures.known(equity - taken)


def liquidation(accounts: Accounts, caveats: Caveats) -> float | None:
    """Cash + 0.85 receivables + 0.60 inventory + 0.50 net PPE - total liabilities."""
    liabilities = accounts.get(Line.TOTAL_LIABILITIES)
    if liabilities is None:
        return None
    got = 0.0
    for line, share in _RECOVERED.items():
        told = accounts.get(line)
        if told is None:
            message = f"{spelled(line)}: not told, and nothing was counted for it."
            caveats.add(Severity.LOW, line, message, "liquidation value")
        got += share * (told or 0.0)
    return figures.known(got - liabilities)


def method(accounts: Accounts, bridge: Bridge, caveats: Caveats) -> MethodValue:
    """Tangible book where assets are more than twice the revenue, else book; at least 0."""
    book = bridge.equity_per_share(accounts.get(Line.EQUITY))
    if book is None:
        known = accounts.get(Line.EQUITY) is not None
        lack = "The number of shares is unknown." if known else "The equity is unknown."
        return MethodValue(KEY, TITLE, None, lack)
    tangible = bridge.equity_per_share(tangible_book(accounts, caveats))
    revenue = accounts.get(Line.REVENUE)
    turnover = figures.ratio(accounts.get(Line.TOTAL_ASSETS), revenue)
    sells_nothing = revenue is not None and revenue <= 0
    heavy = sells_nothing or (turnover is not None and turnover > _ASSET_HEAVY)
    by_tangible = heavy and tangible is not None and tangible > 0
    value = max(0.0, tangible if by_tangible and tangible is not None else book)
    sold = bridge.equity_per_share(liquidation(accounts, caveats))
    steps = (
        Step("Book value per share", book, Unit.PER_SHARE, "equity / shares"),
        Step("Tangible book per share", tangible, Unit.PER_SHARE, "without goodwill and the like"),
        Step("Liquidation value per share", sold, Unit.PER_SHARE, "shown, not used"),
        Step("Assets / revenue", turnover, Unit.RATIO, "over 2: tangible book is used"),
        Step("Value per share", value, Unit.PER_SHARE, "tangible" if by_tangible else "book"),
    )
    reason = None if value > 0 else "The liabilities exceed the assets: the equity is negative."
    return MethodValue(KEY, TITLE, value, reason, steps)
