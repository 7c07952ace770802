"""What kind of business it is, which decides how it is valued, and with which weights."""

from collections.abc import Mapping

from stockapp.analysis import figures
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

# Words of an industry, the most specific first: an insurer is no bank, biotechnology no technology.
_INDUSTRIES: tuple[tuple[str, BusinessType], ...] = (
    ("insurance", BusinessType.INSURANCE),
    ("reit", BusinessType.REIT),
    ("real estate investment trust", BusinessType.REIT),
    ("bank", BusinessType.BANK),
    ("credit services", BusinessType.BANK),
    ("mortgage finance", BusinessType.BANK),
    ("biotechnology", BusinessType.HEALTHCARE),
    ("oil & gas", BusinessType.ENERGY),
    ("auto manufacturers", BusinessType.MANUFACTURING),
    ("auto parts", BusinessType.MANUFACTURING),
    ("internet retail", BusinessType.ECOMMERCE),
    ("restaurants", BusinessType.FRANCHISE),
    ("lodging", BusinessType.FRANCHISE),
    ("consulting services", BusinessType.PROFESSIONAL_SERVICES),
    ("staffing", BusinessType.PROFESSIONAL_SERVICES),
    ("advertising agencies", BusinessType.PROFESSIONAL_SERVICES),
    ("telecom services", BusinessType.SUBSCRIPTION),
    ("airlines", BusinessType.CYCLICAL),
    ("semiconductor equipment", BusinessType.TECHNOLOGY),
    ("stores", BusinessType.RETAIL),
    ("retail", BusinessType.RETAIL),
    ("auto & truck dealerships", BusinessType.RETAIL),
)
_SECTORS: Mapping[str, BusinessType] = {
    "technology": BusinessType.TECHNOLOGY,
    "healthcare": BusinessType.HEALTHCARE,
    "energy": BusinessType.ENERGY,
    "utilities": BusinessType.UTILITY,
    "basic materials": BusinessType.CYCLICAL,
    "industrials": BusinessType.MANUFACTURING,
}
_HIGH_GROWTH, _GROWTH, _SHRINKING = 0.20, 0.10, -0.10
_ASSET_HEAVY = 2.0

FINANCIAL = frozenset({BusinessType.BANK, BusinessType.INSURANCE})

# Growth is capped by what an industry can hold for years.
_CAP_FAST, _CAP_MIDDLE, _CAP_OTHER = 0.15, 0.10, 0.07
_MIDDLE_SECTORS = frozenset({"industrials", "basic materials", "energy"})


def weights_of(business: BusinessType) -> dict[str, float]:
    """The table's weights, which sum to 1."""
    return dict(zip(METHODS, _TABLE[business], strict=True))


def detected(sector: str | None, industry: str | None, accounts: Accounts) -> BusinessType:
    """By industry, then by sector, else by the figures."""
    words = (industry or "").casefold()
    for part, business in _INDUSTRIES:
        if part in words:
            return business
    by_sector = _SECTORS.get((sector or "").casefold())
    return by_sector or _by_figures(accounts)


def growth_cap(sector: str | None, industry: str | None) -> float:
    """The highest growth of the first five years that is believed."""
    sector, industry = (sector or "").casefold(), (industry or "").casefold()
    if sector == "technology" or "biotechnology" in industry:
        return _CAP_FAST
    if sector in _MIDDLE_SECTORS or industry.startswith("auto "):
        return _CAP_MIDDLE
    return _CAP_OTHER


def _by_figures(accounts: Accounts) -> BusinessType:
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
    return figures.compound(first, last, round(last_when - first_when))
