"""Financial Modeling Prep: lists are successes."""

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from tests.upstream.accounts import FUND, company_of, statement_of, type_of
from tests.upstream.bars import bars_of
from tests.upstream.listed import Listed, found_by
from tests.upstream.world import Reply, currency_of, is_known, json_reply, price_of

HOSTS = {"financialmodelingprep.com"}
ROUTE = "fmp"
_RESEARCH = {
    "/stable/profile": "profile",
    "/stable/income-statement": "income",
    "/stable/balance-sheet-statement": "balance",
    "/stable/cash-flow-statement": "cash_flow",
    "/stable/historical-price-eod/dividend-adjusted": "history",
}
_SEARCHES = ("/stable/search-symbol", "/stable/search-name", "/stable/search-isin")
# Its names for ours; what a company does not tell is 0, and what it spends negative.
_LABELS: Mapping[str, Mapping[str, str]] = {
    "income": {
        "revenue": "revenue",
        "grossProfit": "gross_profit",
        "ebit": "ebit",
        "ebitda": "ebitda",
        "operatingIncome": "ebit",
        "interestExpense": "interest_expense",
        "netInterestIncome": "net_interest_income",
        "incomeBeforeTax": "pretax_income",
        "incomeTaxExpense": "tax",
        "netIncome": "net_income",
        "epsDiluted": "eps",
        "weightedAverageShsOutDil": "diluted_shares",
    },
    "balance": {
        "totalAssets": "assets",
        "totalCurrentAssets": "current_assets",
        "cashAndShortTermInvestments": "cash",
        "netReceivables": "receivables",
        "inventory": "inventory",
        "propertyPlantEquipmentNet": "ppe",
        "goodwill": "goodwill",
        "intangibleAssets": "intangibles",
        "totalLiabilities": "liabilities",
        "totalCurrentLiabilities": "current_liabilities",
        "totalDebt": "debt",
        "longTermDebt": "long_term_debt",
        "totalStockholdersEquity": "equity",
        "minorityInterest": "minority",
        "retainedEarnings": "retained_earnings",
    },
    "cash_flow": {
        "operatingCashFlow": "operating_cash_flow",
        "capitalExpenditure": "capital_expenditure",
        "depreciationAndAmortization": "depreciation",
        "commonDividendsPaid": "dividends",
    },
}
_NEGATIVE = ("capital_expenditure", "dividends")


def route_of(host: str, path: str, query: str) -> str:
    """fmp for quotes; fmp/income, fmp/search and so on for the rest, which are ones of fmp."""
    if path in _SEARCHES:
        return f"{ROUTE}/search"
    return f"{ROUTE}/{_RESEARCH[path]}" if path in _RESEARCH else ROUTE


def symbols_of(path: str, query: str) -> list[str]:
    found = parse_qs(query)
    if path in _SEARCHES:
        return found.get("query") or found.get("isin") or [""]
    return (found.get("symbols") or found.get("symbol") or [""])[0].split(",")


def answer(path: str, query: str, symbols: list[str], tick: int) -> Reply:
    key = parse_qs(query).get("apikey", [""])[0]
    if not key:
        return error("no_key", query)
    if path in _RESEARCH:
        found = parse_qs(query)
        return json_reply(_research(_RESEARCH[path], symbols[0], found, tick))
    if path in _SEARCHES:
        return json_reply([_found(listed) for listed in found_by(symbols[0])])
    if path == "/stable/quote" and len(symbols) > 1:
        return json_reply([])
    return json_reply([_row(symbol, tick) for symbol in symbols if is_known(symbol)])


def error(name: str, query: str) -> Reply:
    key = parse_qs(query).get("apikey", [""])[0]
    if name == "symbol_plan":
        words = (
            "Premium Query Parameter: 'Special Endpoint : This value set for 'symbol' is not"
            " available under your current subscription"
        )
        return Reply(402, words.encode(), "text/plain")
    status, text = {
        "no_key": (401, f"Invalid API KEY {key}."),
        "daily": (429, "Limit Reach . Please upgrade your plan"),
        "daily_as_200": (200, "Limit Reach . Please upgrade your plan"),
        "legacy": (403, "Legacy Endpoint : no longer supported"),
    }[name]
    return json_reply({"Error Message": text}, status)


def _row(symbol: str, tick: int) -> dict[str, object]:
    price = price_of(symbol, tick)
    return {
        "symbol": symbol,
        "name": f"{symbol} Holdings",
        "price": price,
        "changePercentage": 2.04,
        "change": round(price * 0.02, 2),
        "exchange": "NASDAQ",
        "previousClose": round(price * 0.98, 2),
        "timestamp": int(time.time()) - 900,
    }


def _found(listed: Listed) -> dict[str, str]:
    return {
        "symbol": listed.symbol,
        "name": listed.name,
        "currency": currency_of(listed.symbol),
        "exchangeFullName": "Upstream Exchange",
        "exchange": "UPS",
    }


def _research(what: str, symbol: str, found: Mapping[str, list[str]], tick: int) -> list[Any]:
    if not is_known(symbol):
        return []
    if what == "profile":
        return [_profile(symbol, tick)]
    if what == "history":
        return [_bar(symbol, bar) for bar in reversed(bars_of(symbol, tick))]
    rows = _statement(what, symbol)
    return rows[: int(found.get("limit", ["5"])[0])]


def _profile(symbol: str, tick: int) -> dict[str, Any]:
    company = company_of(symbol, tick)
    row: dict[str, Any] = {
        "symbol": symbol,
        "price": price_of(symbol, tick),
        "companyName": f"{symbol} Holdings",
        "currency": currency_of(symbol),
        "isEtf": type_of(symbol) == FUND,
        "isFund": False,
    }
    if company:
        row |= {
            "marketCap": round(company.market_cap or 0),
            "beta": company.kind.beta,
            "sector": company.kind.sector,
            "industry": company.kind.industry,
            "country": company.kind.country,
            "description": company.about,
        }
    return row


def _statement(what: str, symbol: str) -> list[dict[str, Any]]:
    company = company_of(symbol)
    return [
        {
            "date": end.isoformat(),
            "symbol": symbol,
            "reportedCurrency": company.reports_in if company else "",
            "fiscalYear": str(end.year),
            "period": "FY",
            **{
                label: lines.get(name, 0) * (-1 if name in _NEGATIVE else 1)
                for label, name in _LABELS[what].items()
            },
        }
        for end, lines in statement_of(symbol, what).items()
    ]


def _bar(symbol: str, bar: Any) -> dict[str, Any]:
    prices = {
        f"adj{name.title()}": round(getattr(bar, name) * bar.factor, 4)
        for name in ("open", "high", "low", "close")
    }
    return {"symbol": symbol, "date": bar.day.isoformat(), "volume": bar.volume, **prices}
