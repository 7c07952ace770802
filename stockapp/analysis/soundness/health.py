"""Financial health, 0 to 100: can it pay, and does it earn?"""

from dataclasses import replace

from stockapp.analysis import figures
from stockapp.analysis.accounts import Accounts
from stockapp.analysis.soundness import points, yearly
from stockapp.domain.analysis import Point, Score, Unit
from stockapp.domain.statement import Line

_FLAT = 0.02


def score(accounts: Accounts, tax: float) -> Score:
    """Ten lines; ratios of flows are means of five years."""
    free = [yearly.plain_free_cash_flow(year) for year in accounts.years]
    margins = [
        figures.ratio(flow, year.get(Line.REVENUE))
        for flow, year in zip(free, accounts.years, strict=True)
    ]
    roa = yearly.recent_mean(yearly.ratios(accounts, Line.NET_INCOME, Line.TOTAL_ASSETS))
    roic = yearly.recent_mean(yearly.returns_on_capital(accounts, tax))
    due = Line.CURRENT_LIABILITIES
    current = yearly.recent_mean(yearly.ratios(accounts, Line.CURRENT_ASSETS, due))
    return points.score(
        (
            points.at_least("Current ratio", current, Unit.RATIO, (1.5, 1.0), 10),
            points.at_least("Quick ratio", _quick(accounts), Unit.RATIO, (1.0, 0.5), 10),
            _debt_to_equity(accounts),
            _interest_cover(accounts),
            _return_on_equity(accounts),
            points.at_least("Return on invested capital", roic, Unit.PERCENT, (0.12, 0.08), 10),
            points.at_least("Return on assets", roa, Unit.PERCENT, (0.08, 0.05), 10),
            points.at_least(
                "Free cash flow trend", yearly.trend(free), Unit.PERCENT, (_FLAT, -_FLAT), 10
            ),
            points.at_least(
                "Free cash flow margin",
                yearly.recent_mean(margins),
                Unit.PERCENT,
                (0.10, 0.02),
                5,
            ),
            _earnings_variation(accounts),
        )
    )


def _quick(accounts: Accounts) -> float | None:
    quick = []
    for year in accounts.years:
        stock = year.get(Line.INVENTORY)
        liquid = None if stock is None else figures.total(year.get(Line.CURRENT_ASSETS), -stock)
        quick.append(figures.ratio(liquid, year.get(Line.CURRENT_LIABILITIES)))
    return yearly.recent_mean(quick)


def _debt_to_equity(accounts: Accounts) -> Point:
    debt = yearly.recent_mean(yearly.ratios(accounts, Line.TOTAL_DEBT, Line.EQUITY))
    line = points.at_most("Debt / equity", debt, Unit.RATIO, (0.5, 1.0), 15)
    return _none_for_negative_equity(line, accounts)


def _return_on_equity(accounts: Accounts) -> Point:
    roe = yearly.recent_mean(yearly.ratios(accounts, Line.NET_INCOME, Line.EQUITY))
    line = points.at_least("Return on equity", roe, Unit.PERCENT, (0.15, 0.10), 10)
    return _none_for_negative_equity(line, accounts)


def _none_for_negative_equity(line: Point, accounts: Accounts) -> Point:
    """Of years of positive equity alone, a business that has lost it would look sound."""
    equity = accounts.get(Line.EQUITY)
    if equity is None or equity > 0:
        return line
    rule = "the equity is not positive: no points"
    return replace(line, value=None, rule=rule, points=0.0)


def _earnings_variation(accounts: Accounts) -> Point:
    earned = accounts.series(Line.NET_INCOME)
    line = points.at_most(
        "Earnings variation", figures.variation(earned), Unit.RATIO, (0.3, 0.5), 10
    )
    level = figures.mean(earned)
    if line.points is None or level is None or level > 0:
        return line
    return replace(line, rule="losses in the mean, however steady: no points", points=0.0)


def _interest_cover(accounts: Accounts) -> Point:
    cover = yearly.recent_mean(
        [
            figures.ratio(year.get(Line.EBIT), year.get(Line.INTEREST_EXPENSE))
            for year in accounts.years
        ]
    )
    line = points.at_least("Interest cover", cover, Unit.RATIO, (5.0, 2.0), 10)
    interest = accounts.get(Line.INTEREST_EXPENSE)
    if accounts.get(Line.TOTAL_DEBT) == 0 and (interest is None or interest <= 0):
        return replace(line, value=None, rule="no debt, no interest: full points", points=10.0)
    return line
