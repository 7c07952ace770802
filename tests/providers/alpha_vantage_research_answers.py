"""Answers in the shapes of Alpha Vantage's overviews and statements."""

from typing import Any

from stockapp.domain.attempt import Failure
from stockapp.domain.company import Company
from stockapp.domain.research import Finding, Part
from stockapp.domain.statement import Statement
from stockapp.providers.alpha_vantage_research import AlphaVantageResearch

from .yahoo_answers import answer

ALPHA_VANTAGE = AlphaVantageResearch("av-key")
PARTS = list(ALPHA_VANTAGE.parts)
STATEMENTS = [Part.INCOME, Part.BALANCE, Part.CASH_FLOW]


def year(end: str, **numbers: Any) -> dict[str, Any]:
    return {"fiscalDateEnding": end, "reportedCurrency": "USD", **numbers}


def reports(*years: object, symbol: object = "ACME") -> dict[str, Any]:
    quarter = year("2026-09-30", totalRevenue="1", totalAssets="1", operatingCashflow="1")
    return {"symbol": symbol, "annualReports": list(years), "quarterlyReports": [quarter]}


def overview(**changes: Any) -> dict[str, Any]:
    fields = {
        "Symbol": "ACME",
        "AssetType": "Common Stock",
        "Name": "Acme Anvils",
        "Description": "Makes anvils.",
        "Currency": "USD",
        "Country": "USA",
        "Sector": "INDUSTRIALS",
        "Industry": "TOOLS & ACCESSORIES",
        "MarketCapitalization": "5000000",
        "SharesOutstanding": "48000",
        "Beta": "1.25",
        "DividendYield": "0.021",
    }
    return {**fields, **changes}


def parsed(part: Part, body: object, symbol: str = "ACME") -> Finding | Failure:
    return ALPHA_VANTAGE.parse(part, symbol, answer(body))


def statement(part: Part, *years: object) -> Statement:
    found = parsed(part, reports(*years))
    assert isinstance(found, Statement), found
    return found


def company(symbol: str = "ACME", /, **changes: Any) -> Company:
    found = parsed(Part.PROFILE, overview(**changes), symbol)
    assert isinstance(found, Company), found
    return found
