"""The companies of the invented world and their accounts, in words of our own.

Every share is a company: what kind of one is told by the beginning of its symbol, such as BANK of
BANK7. Its accounts follow from its price, so that each symbol has others, and they make sense of
it. Amounts that are spent are positive here; each service writes them with signs of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from tests.upstream.world import currency_of, is_known, pair_of, price_of, rate

_PUBLISHED_AFTER_DAYS = 60
_TAX, _INTEREST = 0.22, 0.05

Lines = dict[str, float]

STATEMENTS: Mapping[str, tuple[str, ...]] = {
    "income": (
        *("revenue", "gross_profit", "ebit", "ebitda", "interest_expense", "net_interest_income"),
        *("claims", "pretax_income", "tax", "net_income", "eps", "diluted_shares"),
    ),
    "balance": (
        *("assets", "current_assets", "cash", "receivables", "inventory", "ppe", "goodwill"),
        *("intangibles", "loans", "liabilities", "current_liabilities", "debt", "long_term_debt"),
        *("equity", "minority", "retained_earnings", "shares"),
    ),
    "cash_flow": (
        *("operating_cash_flow", "capital_expenditure", "depreciation", "gain_on_sale"),
        "dividends",
    ),
}
COUNTS = ("shares", "diluted_shares")


@dataclass(frozen=True)
class Kind:
    """A kind of company. Of revenue: `gross` to `assets`, and `debt`; of assets: the rest.

    `reports_in`: the currency of its statements; "" for that of its price.
    """

    sector: str = "Industrials"
    industry: str = "Specialty Industrial Machinery"
    country: str = "United States"
    reports_in: str = ""
    shares: float = 100e6
    years: int = 5
    price_earnings: float = 14.0
    growth: float = 0.05
    gross: float = 0.4
    operating: float = 0.15
    depreciation: float = 0.04
    assets: float = 1.3
    current: float = 0.42
    fixed: float = 0.4
    liabilities: float = 0.5
    debt: float = 0.25
    beta: float = 1.1


_BANK = Kind(
    "Financial Services",
    "Banks - Regional",
    price_earnings=11,
    operating=0.36,
    assets=14,
    liabilities=0.88,
    debt=0.6,
)
_INSURER = Kind(
    "Financial Services",
    "Insurance - Property & Casualty",
    price_earnings=12,
    operating=0.13,
    assets=4,
    liabilities=0.78,
    debt=0.2,
)
_REIT = Kind(
    "Real Estate",
    "REIT - Industrial",
    price_earnings=30,
    gross=0.7,
    operating=0.34,
    depreciation=0.28,
    assets=7,
    current=0.08,
    fixed=0.8,
    liabilities=0.45,
    debt=2.5,
)
_FOREIGN = Kind("Technology", "Semiconductors", "Taiwan", "TWD", gross=0.55, operating=0.4)
_KINDS: Mapping[str, Kind] = {
    "BANK": _BANK,
    "INSUR": _INSURER,
    "REIT": _REIT,
    "TWDF": _FOREIGN,
    # Owes more than it has.
    "OWES": Kind(liabilities=1.4, debt=0.9),
    "YOUNG": Kind(years=1),
    # Nobody tells how many shares there are.
    "COUNTLESS": Kind(shares=0),
}
FUND, INDEX, PAIR, SHARE = "ETF", "INDEX", "CURRENCY", "EQUITY"


def type_of(symbol: str) -> str:
    """What the symbol stands for, in Yahoo's word."""
    if symbol.startswith("^"):
        return INDEX
    if pair_of(symbol):
        return PAIR
    return FUND if symbol.startswith("FUND") else SHARE


@dataclass(frozen=True)
class Company:
    """A listed company. `price` and `market_cap` in `currency`, the whole one of the price."""

    symbol: str
    kind: Kind
    currency: str
    price: float

    @property
    def name(self) -> str:
        return f"{self.symbol} Holdings"

    @property
    def reports_in(self) -> str:
        return self.kind.reports_in or self.currency

    @property
    def market_cap(self) -> float | None:
        return self.price * self.kind.shares or None

    @property
    def about(self) -> str:
        return f"{self.name} is invented, and so is everything that is told of it."


def company_of(symbol: str, tick: int = 0) -> Company | None:
    """The company behind a symbol in Yahoo's notation; None where there is none."""
    if not is_known(symbol) or type_of(symbol) != SHARE:
        return None
    kind = next((kind for start, kind in _KINDS.items() if symbol.startswith(start)), Kind())
    pence = currency_of(symbol) == "GBp"
    price = price_of(symbol, tick)
    return Company(
        symbol,
        kind,
        "GBP" if pence else currency_of(symbol),
        price / 100 if pence else price,
    )


def accounts_of(symbol: str) -> dict[date, Lines]:
    """All lines of the published years, newest first, in the currency the company reports in."""
    company = company_of(symbol)
    if company is None:
        return {}
    exchanged = rate(company.currency, company.reports_in)
    return {
        date(year, 12, 31): _rounded(_lines(company, years_ago), exchanged)
        for years_ago, year in enumerate(_years(company.kind.years))
    }


def statement_of(symbol: str, statement: str) -> dict[date, Lines]:
    """The lines of one statement; those that such a company does not have are left out."""
    wanted = STATEMENTS[statement]
    return {
        end: {name: lines[name] for name in wanted if name in lines}
        for end, lines in accounts_of(symbol).items()
    }


def _years(count: int) -> range:
    today = datetime.now(UTC).date()
    newest = today.year - 1
    if (today - date(newest, 12, 31)).days < _PUBLISHED_AFTER_DAYS:
        newest -= 1
    return range(newest, newest - count, -1)


def _rounded(lines: Lines, exchanged: float) -> Lines:
    return {
        name: round(value)
        if name in COUNTS
        else round(value * exchanged, 2 if name == "eps" else 0)
        for name, value in lines.items()
    }


def _lines(company: Company, years_ago: int) -> Lines:
    kind = company.kind
    # What remains of each unit of revenue decides how much of it there must be for the price.
    kept = (kind.operating - _INTEREST * kind.debt) * (1 - _TAX)
    earned = company.price * (kind.shares or 100e6) / kind.price_earnings
    revenue = earned / kept / (1 + kind.growth) ** years_ago
    net = kept * revenue
    depreciation = kind.depreciation * revenue
    interest = _INTEREST * kind.debt * revenue
    lines = {
        "revenue": revenue,
        "interest_expense": interest,
        "pretax_income": net / (1 - _TAX),
        "tax": net / (1 - _TAX) * _TAX,
        "net_income": net,
        "operating_cash_flow": net + depreciation,
        "depreciation": depreciation,
        "dividends": 0.35 * net,
    }
    if kind.shares:
        lines |= {
            "eps": net / kind.shares,
            "diluted_shares": kind.shares * 1.01,
            "shares": kind.shares,
        }
    return lines | _balance(kind, revenue) | _of_kind(kind, revenue)


def _balance(kind: Kind, revenue: float) -> Lines:
    assets, debt = kind.assets * revenue, kind.debt * revenue
    liabilities = kind.liabilities * assets
    equity = assets - liabilities
    return {
        "assets": assets,
        "liabilities": liabilities,
        "debt": debt,
        "long_term_debt": 0.8 * debt,
        "equity": equity,
        "retained_earnings": 0.6 * equity,
        "cash": 0.3 * kind.current * assets,
    }


def _of_kind(kind: Kind, revenue: float) -> Lines:
    """The lines that only such a company has."""
    assets = kind.assets * revenue
    if kind is _BANK:
        return {"net_interest_income": 0.7 * revenue, "loans": 0.6 * assets}
    if kind is _INSURER:
        return {"claims": 0.62 * revenue}
    ebit = kind.operating * revenue
    lines = {
        "gross_profit": kind.gross * revenue,
        "ebit": ebit,
        "ebitda": ebit + kind.depreciation * revenue,
        "current_assets": kind.current * assets,
        "receivables": 0.3 * kind.current * assets,
        "current_liabilities": 0.5 * kind.current * assets,
        "ppe": kind.fixed * assets,
        "goodwill": 0.08 * assets,
        "intangibles": 0.04 * assets,
        "capital_expenditure": 0.05 * revenue,
    }
    return lines | (
        {"gain_on_sale": 0.01 * revenue} if kind is _REIT else {"inventory": 0.1 * assets}
    )
