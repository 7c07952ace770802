"""What is known of the business behind a symbol, besides price and statements."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SecurityType(StrEnum):
    """What the symbol stands for; only a share has statements."""

    SHARE = "share"
    FUND = "fund"
    INDEX = "index"
    CURRENCY = "currency"
    CRYPTO = "crypto"
    FUTURE = "future"
    OTHER = "other"


# What is no business has a price alone.
PRICE_ONLY = frozenset(SecurityType) - {SecurityType.SHARE, SecurityType.OTHER}


@dataclass(frozen=True, slots=True)
class Company:
    """The profile. Money in whole units of `currency`, the major unit of the price's currency.

    `financial_currency` is that of the statements. `dividend_yield` is a fraction: 0.02 is 2 %.
    None wherever the source said nothing.
    """

    symbol: str
    source: str
    method: str
    fetched_at: datetime
    name: str | None = None
    security_type: SecurityType = SecurityType.SHARE
    sector: str | None = None
    industry: str | None = None
    country: str | None = None
    currency: str | None = None
    financial_currency: str | None = None
    market_cap: float | None = None
    shares: float | None = None
    beta: float | None = None
    forward_eps: float | None = None
    dividend_yield: float | None = None
    summary: str | None = None
