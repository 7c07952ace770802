"""Invented annual accounts: a function of seed, company and year alone.

Each follows from a few traits of the company, drawn within the bounds of its sector, so that the
three statements of a year agree with each other, and the year's earnings with a sensible price.
"""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from stockapp.domain.money import in_major_units
from stockapp.domain.statement import Line
from stockapp.providers.simulated.companies import Company

YEARS = 5
# Accounts are published so long after the year they are of.
_PUBLISHED_AFTER_DAYS = 60
# The year from which growth counts, whose earnings are what the base price is held against.
_ANCHOR = 2025
_TAX, _INTEREST = 0.23, 0.05
_EUR_IN_USD = 1.1

Values = dict[Line, float]


@dataclass(frozen=True, slots=True)
class Traits:
    """What a company is like. All but shares, growth and price_earnings are parts of revenue."""

    shares: float
    growth: float
    price_earnings: float
    gross: float
    operating: float
    depreciation: float
    capital_expenditure: float
    assets: float
    debt: float
    beta: float


# By sector, from and to: growth, gross and operating margin, depreciation, assets over revenue.
_RANGES: Mapping[str, tuple[tuple[float, float], ...]] = {
    "Technology": ((0.05, 0.16), (0.5, 0.75), (0.16, 0.32), (0.03, 0.06), (1.1, 1.8)),
    "Healthcare": ((0.02, 0.09), (0.55, 0.7), (0.15, 0.26), (0.04, 0.07), (1.5, 2.2)),
    "Utilities": ((0.0, 0.05), (0.35, 0.5), (0.16, 0.24), (0.1, 0.15), (2.6, 3.6)),
    "Energy": ((-0.03, 0.05), (0.25, 0.4), (0.09, 0.16), (0.07, 0.12), (1.1, 1.6)),
    "Financial Services": ((0.02, 0.07), (1.0, 1.0), (0.3, 0.4), (0.02, 0.04), (9.0, 14.0)),
    "Real Estate": ((0.01, 0.06), (0.6, 0.75), (0.28, 0.38), (0.24, 0.32), (6.0, 8.0)),
}
_OTHER = ((0.0, 0.08), (0.28, 0.48), (0.08, 0.17), (0.03, 0.06), (0.9, 1.4))


def accounts(seed: int, company: Company, today: date) -> Mapping[date, Values]:
    """All lines of the last years that are published by then, in the currency it reports in."""
    newest = today.year - 1
    if (today - date(newest, 12, 31)).days < _PUBLISHED_AFTER_DAYS:
        newest -= 1
    rate = 1 / _EUR_IN_USD if company.reports_in else 1.0
    own = traits(seed, company)
    return {
        date(year, 12, 31): _in_currency(_year(seed, company, own, year), rate)
        for year in range(newest, newest - YEARS, -1)
    }


def traits(seed: int, company: Company) -> Traits:
    """What the company is like."""
    draw = random.Random(f"{seed}/{company.symbol}/traits").uniform
    growth, gross, operating, depreciation, assets = (
        draw(low, high) for low, high in _RANGES.get(company.sector, _OTHER)
    )
    return Traits(
        shares=round(10 ** draw(7.7, 9.1)),
        growth=growth,
        price_earnings=draw(9, 26),
        gross=gross,
        operating=operating,
        depreciation=depreciation,
        capital_expenditure=depreciation * draw(0.9, 1.3),
        assets=assets,
        debt=0.06 * assets if company.sector == "Financial Services" else assets * draw(0.08, 0.3),
        beta=round(draw(0.5, 1.7), 2),
    )


def _year(seed: int, company: Company, own: Traits, year: int) -> Values:
    chance = random.Random(f"{seed}/{company.symbol}/{year}").gauss
    price, _ = in_major_units(company.base_price, company.currency)
    earned = price * own.shares / own.price_earnings
    # Net income is (operating margin - interest) less tax, of revenue: solved for revenue.
    kept = (own.operating - _INTEREST * own.debt) * (1 - _TAX)
    size = earned / max(0.02, kept)
    revenue = size * math.exp(own.growth * (year - _ANCHOR)) * (1 + 0.025 * chance(0, 1))
    ebit = revenue * own.operating * (1 + 0.06 * chance(0, 1))
    interest = _INTEREST * own.debt * revenue
    pretax = ebit - interest
    tax = max(0.0, _TAX * pretax)
    income: Values = {
        Line.REVENUE: revenue,
        Line.EBIT: ebit,
        Line.OPERATING_INCOME: ebit,
        Line.EBITDA: ebit + own.depreciation * revenue,
        Line.INTEREST_EXPENSE: interest,
        Line.PRETAX_INCOME: pretax,
        Line.TAX_PROVISION: tax,
        Line.NET_INCOME: pretax - tax,
        Line.DILUTED_SHARES: own.shares * 1.01,
        Line.SHARES: own.shares,
        Line.DEPRECIATION: own.depreciation * revenue,
        Line.OPERATING_CASH_FLOW: pretax - tax + own.depreciation * revenue,
        Line.DIVIDENDS_PAID: 0.35 * max(0.0, pretax - tax),
    }
    return income | _balance(company, own, revenue) | _of_kind(company, own, revenue, income)


def _balance(company: Company, own: Traits, revenue: float) -> Values:
    assets, debt = own.assets * revenue, own.debt * revenue
    other = 0.78 * assets if company.sector == "Financial Services" else 0.2 * assets
    equity = assets - debt - other
    return {
        Line.TOTAL_ASSETS: assets,
        Line.TOTAL_LIABILITIES: debt + other,
        Line.TOTAL_DEBT: debt,
        Line.LONG_TERM_DEBT: 0.8 * debt,
        Line.EQUITY: equity,
        Line.RETAINED_EARNINGS: 0.6 * equity,
        Line.CASH: 0.08 * assets,
    }


def _of_kind(company: Company, own: Traits, revenue: float, income: Values) -> Values:
    """The lines that only such a business has."""
    assets = own.assets * revenue
    if company.industry.startswith("Banks"):
        return {
            Line.NET_INTEREST_INCOME: 0.7 * revenue,
            Line.NON_INTEREST_EXPENSE: 0.5 * revenue,
            Line.LOANS: 0.62 * assets,
            Line.DEPOSITS: 0.72 * assets,
        }
    if company.industry.startswith("Insurance"):
        return {Line.PREMIUMS: 0.85 * revenue, Line.CLAIMS: 0.55 * revenue}
    spent = own.capital_expenditure * revenue
    lines = {
        Line.GROSS_PROFIT: own.gross * revenue,
        Line.CAPITAL_EXPENDITURE: spent,
        Line.CURRENT_ASSETS: 0.34 * assets,
        Line.RECEIVABLES: 0.12 * assets,
        Line.INVENTORY: 0.1 * assets,
        Line.CURRENT_LIABILITIES: 0.18 * assets,
        Line.NET_PPE: 0.4 * assets,
        Line.GOODWILL: 0.08 * assets,
        Line.INTANGIBLES: 0.04 * assets,
    }
    if company.industry.startswith("REIT"):
        # Nearly all it has is houses, beside its cash.
        lines |= {
            Line.NET_PPE: 0.85 * assets,
            Line.CURRENT_ASSETS: 0.1 * assets,
            Line.RECEIVABLES: 0.02 * assets,
            Line.GOODWILL: 0.02 * assets,
            Line.INTANGIBLES: 0.01 * assets,
            Line.CAPITAL_EXPENDITURE: 0.3 * spent,
            Line.GAIN_ON_SALE: 0.01 * revenue,
            Line.DIVIDENDS_PAID: 0.7 * income[Line.OPERATING_CASH_FLOW],
        }
        del lines[Line.INVENTORY]
    return lines


def _in_currency(values: Values, rate: float) -> Values:
    counts = (Line.DILUTED_SHARES, Line.SHARES)
    return {
        line: float(round(value if line in counts else value * rate))
        for line, value in values.items()
    }
