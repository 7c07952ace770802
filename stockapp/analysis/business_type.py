"""What kind of business it is, which decides how it is valued, and with which weights."""

from collections.abc import Mapping

from stockapp.analysis import figures, industries
from stockapp.analysis.accounts import Accounts
from stockapp.domain.choices import METHODS, BusinessType
from stockapp.domain.statement import Line

# For each type, the weights of discounted cash flow, earnings power and assets.
_TABLE: Mapping[BusinessType, tuple[float, float, float]] = {
    BusinessType.HIGH_GROWTH: (0.55, 0.25, 0.20),
    BusinessType.GROWTH: (0.50, 0.30, 0.20),
    BusinessType.MATURE: (0.50, 0.35, 0.15),
    BusinessType.CYCLICAL: (0.25, 0.50, 0.25),
    BusinessType.ASSET_HEAVY: (0.20, 0.25, 0.55),
    BusinessType.DISTRESSED: (0.10, 0.10, 0.80),
    BusinessType.BANK: (0.25, 0.50, 0.25),
    BusinessType.REIT: (0.30, 0.20, 0.50),
    BusinessType.INSURANCE: (0.20, 0.50, 0.30),
    BusinessType.UTILITY: (0.45, 0.35, 0.20),
    BusinessType.TECHNOLOGY: (0.50, 0.35, 0.15),
    BusinessType.HEALTHCARE: (0.50, 0.35, 0.15),
    BusinessType.RETAIL: (0.35, 0.40, 0.25),
    BusinessType.ENERGY: (0.25, 0.40, 0.35),
    BusinessType.PROFESSIONAL_SERVICES: (0.40, 0.50, 0.10),
    BusinessType.FRANCHISE: (0.35, 0.50, 0.15),
    BusinessType.ECOMMERCE: (0.30, 0.55, 0.15),
    BusinessType.SUBSCRIPTION: (0.20, 0.70, 0.10),
    BusinessType.MANUFACTURING: (0.20, 0.35, 0.45),
}

_HIGH_GROWTH, _GROWTH, _SHRINKING = 0.20, 0.10, -0.10
_ASSET_HEAVY = 2.0
# Years end within days of the same date, in parts of a year.
_DAYS_OFF = 0.125

FINANCIAL = frozenset({BusinessType.BANK, BusinessType.INSURANCE})


def weights_of(business: BusinessType) -> dict[str, float]:
    """The table's weights, which sum to 1."""
    return dict(zip(METHODS, _TABLE[business], strict=True))


def detected(sector: str | None, industry: str | None, accounts: Accounts) -> BusinessType:
    """By industry, then by sector, else by the figures."""
    return industries.type_of(sector, industry) or _by_figures(accounts)


def _by_figures(accounts: Accounts) -> BusinessType:
    revenue = accounts.get(Line.REVENUE)
    if revenue is not None and revenue <= 0:
        return BusinessType.DISTRESSED
    growth = compound_growth(accounts, Line.REVENUE)
    if growth is not None and growth > _HIGH_GROWTH:
        return BusinessType.HIGH_GROWTH
    if growth is not None and growth > _GROWTH:
        return BusinessType.GROWTH
    if growth is not None and growth < _SHRINKING:
        return BusinessType.DISTRESSED
    turnover = figures.ratio(accounts.get(Line.TOTAL_ASSETS), accounts.get(Line.REVENUE))
    if turnover is not None and turnover > _ASSET_HEAVY:
        return BusinessType.ASSET_HEAVY
    return BusinessType.MATURE


def compound_growth(accounts: Accounts, line: Line) -> float | None:
    """Compound growth a year of a line over the longest span with positive ends."""
    return longest_growth(
        [(year.end.toordinal() / 365.25, year.get(line)) for year in accounts.years]
    )


def longest_growth(points: list[tuple[float, float | None]]) -> float | None:
    """The same of any points of time (in years) and value, newest first."""
    told = [(when, value) for when, value in points if value is not None and value > 0]
    if not told:
        return None
    # The span of a single year is 0, over which nothing grows.
    (last_when, last), (first_when, first) = told[0], told[-1]
    span = last_when - first_when
    whole = round(span)
    return figures.compound(first, last, whole if abs(span - whole) < _DAYS_OFF else span)
