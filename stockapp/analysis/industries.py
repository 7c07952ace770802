"""What the names of industries mean: the type of business, and whether it makes things.

The names are those that Yahoo and Financial Modeling Prep give, compared letter by letter but for
case and the kind of dash.
"""

from collections.abc import Mapping

from stockapp.domain.choices import BusinessType

_BY_TYPE: Mapping[BusinessType, tuple[str, ...]] = {
    BusinessType.INSURANCE: (
        "insurance - diversified",
        "insurance - life",
        "insurance - property & casualty",
        "insurance - reinsurance",
        "insurance - specialty",
    ),
    # What lends, or trades with its balance sheet: free cash flow means nothing there. A REIT of
    # mortgages is a lender too: it has no buildings whose depreciation one could add.
    BusinessType.BANK: (
        "banks",
        "banks - diversified",
        "banks - global",
        "banks - regional",
        "capital markets",
        "financial - capital markets",
        "financial - mortgages",
        "mortgage finance",
        "reit - mortgage",
    ),
    BusinessType.REIT: (
        "reit - diversified",
        "reit - healthcare facilities",
        "reit - hotel & motel",
        "reit - industrial",
        "reit - office",
        "reit - residential",
        "reit - retail",
        "reit - specialty",
    ),
    BusinessType.HEALTHCARE: ("biotechnology",),
    BusinessType.ENERGY: (
        "oil & gas drilling",
        "oil & gas e&p",
        "oil & gas energy",
        "oil & gas equipment & services",
        "oil & gas exploration & production",
        "oil & gas integrated",
        "oil & gas midstream",
        "oil & gas refining & marketing",
    ),
    BusinessType.MANUFACTURING: (
        "auto - manufacturers",
        "auto - parts",
        "auto manufacturers",
        "auto parts",
    ),
    BusinessType.ECOMMERCE: ("internet retail",),
    BusinessType.FRANCHISE: ("lodging", "restaurants", "travel lodging"),
    BusinessType.PROFESSIONAL_SERVICES: (
        "advertising agencies",
        "asset management",
        "consulting services",
        "insurance - brokers",
        "insurance brokers",
        "staffing & employment services",
    ),
    BusinessType.SUBSCRIPTION: ("telecom services", "telecommunications services"),
    BusinessType.CYCLICAL: ("airlines", "airlines, airports & air services"),
    BusinessType.RETAIL: (
        "apparel - retail",
        "apparel retail",
        "auto & truck dealerships",
        "department stores",
        "discount stores",
        "grocery stores",
        "home improvement",
        "home improvement retail",
        "pharmaceutical retailers",
        "specialty retail",
    ),
}
_TYPES = {name: business for business, names in _BY_TYPE.items() for name in names}
_SECTORS: Mapping[str, BusinessType] = {
    "technology": BusinessType.TECHNOLOGY,
    "healthcare": BusinessType.HEALTHCARE,
    "energy": BusinessType.ENERGY,
    "utilities": BusinessType.UTILITY,
    "basic materials": BusinessType.CYCLICAL,
    "industrials": BusinessType.MANUFACTURING,
}

# Of the sector Industrials all but these make things; of other sectors only the industries below.
_SERVICES = frozenset(
    {
        "airlines",
        "airlines, airports & air services",
        "airports & air services",
        "consulting services",
        "engineering & construction",
        "industrial distribution",
        "infrastructure operations",
        "integrated freight & logistics",
        "marine shipping",
        "railroads",
        "rental & leasing services",
        "security & protection services",
        "specialty business services",
        "staffing & employment services",
        "trucking",
        "waste management",
    }
)
_MAKERS = frozenset(
    {
        *_BY_TYPE[BusinessType.MANUFACTURING],
        "agricultural inputs",
        "aluminum",
        "apparel - manufacturers",
        "apparel manufacturing",
        "beverages - brewers",
        "beverages - non-alcoholic",
        "beverages - wineries & distilleries",
        "building materials",
        "chemicals",
        "chemicals - specialty",
        "communication equipment",
        "computer hardware",
        "confectioners",
        "consumer electronics",
        "drug manufacturers - general",
        "drug manufacturers - specialty & generic",
        "electronic components",
        "footwear & accessories",
        "furnishings, fixtures & appliances",
        "household & personal products",
        "lumber & wood production",
        "medical devices",
        "medical instruments & supplies",
        "packaged foods",
        "packaging & containers",
        "paper & paper products",
        "recreational vehicles",
        "scientific & technical instruments",
        "semiconductor equipment & materials",
        "semiconductors",
        "solar",
        "specialty chemicals",
        "steel",
        "textile manufacturing",
        "tobacco",
    }
)
_CAP_FAST, _CAP_MIDDLE, _CAP_OTHER = 0.15, 0.10, 0.07
_MIDDLE_SECTORS = frozenset({"industrials", "basic materials", "energy"})


def type_of(sector: str | None, industry: str | None) -> BusinessType | None:
    """By industry, then by sector; None where neither says it."""
    return _TYPES.get(_plain(industry)) or _SECTORS.get(_plain(sector))


def makes_things(sector: str | None, industry: str | None) -> bool:
    """Whether Altman's Z for manufacturers fits."""
    name = _plain(industry)
    return name in _MAKERS or (_plain(sector) == "industrials" and name not in _SERVICES)


def growth_cap(sector: str | None, industry: str | None) -> float:
    """The highest growth of the first five years that is believed."""
    if _plain(sector) == "technology" or _plain(industry) == "biotechnology":
        return _CAP_FAST
    makes_cars = _plain(industry) in _BY_TYPE[BusinessType.MANUFACTURING]
    return _CAP_MIDDLE if _plain(sector) in _MIDDLE_SECTORS or makes_cars else _CAP_OTHER


def _plain(name: str | None) -> str:
    """In one spelling: some write `Banks—Regional`."""
    told = (name or "").casefold().replace("\N{EM DASH}", " - ").replace("\N{EN DASH}", " - ")
    return " ".join(told.split())
