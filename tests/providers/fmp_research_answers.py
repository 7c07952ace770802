"""Answers in the shapes of Financial Modeling Prep's profiles, statements and histories."""

from typing import Any

from stockapp.domain.attempt import Failure
from stockapp.domain.bars import Bars
from stockapp.domain.company import Company
from stockapp.domain.research import Finding, Part
from stockapp.domain.statement import Statement
from stockapp.providers.fmp_research import FmpResearch

from .yahoo_answers import answer

FMP = FmpResearch("fmp-key")


def year(end: str, **numbers: Any) -> dict[str, Any]:
    head = {"date": end, "symbol": "ACME", "reportedCurrency": "USD", "cik": "0000000007"}
    return {**head, "period": "FY", "filingDate": "2025-02-14", **numbers}


def day(text: str, price: float, **changes: Any) -> dict[str, Any]:
    """A bar that closes at that price, 2 above its open."""
    columns = {"adjOpen": price - 2, "adjHigh": price + 1, "adjLow": price - 3, "adjClose": price}
    return {"symbol": "ACME", "date": text, **columns, "volume": 500, **changes}


def profile(**changes: Any) -> dict[str, Any]:
    fields = {
        "symbol": "ACME",
        "price": 102.5,
        "marketCap": 5_000_000,
        "beta": 1.25,
        "companyName": "Acme Anvils",
        "currency": "USD",
        "sector": "Industrials",
        "industry": "Tools & Accessories",
        "country": "US",
        "description": "Makes anvils.",
        "isEtf": False,
        "isFund": False,
    }
    return {**fields, **changes}


def parsed(part: Part, body: object, symbol: str = "ACME") -> Finding | Failure:
    return FMP.parse(part, symbol, answer(body))


def statement(part: Part, *rows: object) -> Statement:
    found = parsed(part, list(rows))
    assert isinstance(found, Statement), found
    return found


def company(symbol: str = "ACME", /, **changes: Any) -> Company:
    found = parsed(Part.PROFILE, [profile(**changes)], symbol)
    assert isinstance(found, Company), found
    return found


def history(*rows: object, symbol: str = "ACME") -> Bars:
    found = parsed(Part.HISTORY, list(rows), symbol)
    assert isinstance(found, Bars), found
    return found
