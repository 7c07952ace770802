"""Alpha Vantage: every answer is a 200, errors included."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from tests.upstream.accounts import Company, company_of, statement_of
from tests.upstream.world import Reply, is_known, json_reply, price_of, yahoo_symbol

HOSTS = {"www.alphavantage.co"}
ROUTE = "alpha_vantage"
_RESEARCH = {
    "OVERVIEW": "profile",
    "INCOME_STATEMENT": "income",
    "BALANCE_SHEET": "balance",
    "CASH_FLOW": "cash_flow",
}
# Its names for ours; what a company does not tell is "None".
_LABELS: Mapping[str, Mapping[str, str]] = {
    "income": {
        "totalRevenue": "revenue",
        "grossProfit": "gross_profit",
        "ebit": "ebit",
        "ebitda": "ebitda",
        "operatingIncome": "ebit",
        "interestExpense": "interest_expense",
        "netInterestIncome": "net_interest_income",
        "incomeBeforeTax": "pretax_income",
        "incomeTaxExpense": "tax",
        "netIncome": "net_income",
    },
    "balance": {
        "totalAssets": "assets",
        "totalCurrentAssets": "current_assets",
        "cashAndShortTermInvestments": "cash",
        "currentNetReceivables": "receivables",
        "inventory": "inventory",
        "propertyPlantEquipment": "ppe",
        "goodwill": "goodwill",
        "intangibleAssetsExcludingGoodwill": "intangibles",
        "totalLiabilities": "liabilities",
        "totalCurrentLiabilities": "current_liabilities",
        "shortLongTermDebtTotal": "debt",
        "longTermDebt": "long_term_debt",
        "totalShareholderEquity": "equity",
        "retainedEarnings": "retained_earnings",
        "commonStockSharesOutstanding": "shares",
    },
    "cash_flow": {
        "operatingCashflow": "operating_cash_flow",
        "capitalExpenditures": "capital_expenditure",
        "depreciationDepletionAndAmortization": "depreciation",
        "dividendPayoutCommonStock": "dividends",
    },
}


def route_of(host: str, path: str, query: str) -> str:
    """alpha_vantage for prices; alpha_vantage/income and so on, which are ones of it."""
    function = parse_qs(query).get("function", [""])[0]
    return f"{ROUTE}/{_RESEARCH[function]}" if function in _RESEARCH else ROUTE


def symbols_of(path: str, query: str) -> list[str]:
    found = parse_qs(query)
    if "from_currency" in found:
        return [f"{found['from_currency'][0]}{found['to_currency'][0]}=X"]
    return found.get("symbol", [""])[0].split(",")


def answer(path: str, query: str, symbols: list[str], tick: int) -> Reply:
    found = parse_qs(query)
    if not found.get("apikey"):
        return error("no_key", query)
    if found["function"] == ["CURRENCY_EXCHANGE_RATE"]:
        return _rate(symbols[0], tick)
    if found["function"] == ["REALTIME_BULK_QUOTES"]:
        return _bulk(symbols, tick)
    symbol = symbols[0]
    if found["function"][0] in _RESEARCH:
        return _research(_RESEARCH[found["function"][0]], symbol, tick)
    if not is_known(symbol):
        return json_reply({"Global Quote": {}})
    price = price_of(yahoo_symbol(symbol), tick)
    previous = round(price * 0.98, 2)
    quote = {
        "01. symbol": symbol,
        "05. price": f"{price:.4f}",
        "06. volume": "1000",
        "07. latest trading day": f"{datetime.now(UTC):%Y-%m-%d}",
        "08. previous close": f"{previous:.4f}",
        "09. change": f"{price - previous:.4f}",
        "10. change percent": f"{(price / previous - 1) * 100:.4f}%",
    }
    return json_reply({"Global Quote": quote})


def error(name: str, query: str) -> Reply:
    """What it says instead; one of them tells the caller's key."""
    key = parse_qs(query).get("apikey", [""])[0]
    words = {
        "no_key": ("Error Message", "the parameter apikey is invalid or missing."),
        "daily": (
            "Information",
            f"We have detected your API key as {key} and our limit is 25 requests per day.",
        ),
        "burst": (
            "Information",
            "Please ask more sparingly (1 request per second), of 25 requests per day.",
        ),
        "premium": ("Information", "This is a premium endpoint."),
    }
    root, text = words[name]
    return json_reply({root: text})


def _research(what: str, symbol: str, tick: int) -> Reply:
    company = company_of(yahoo_symbol(symbol), tick)
    if company is None:
        return json_reply({})
    if what == "profile":
        return json_reply(_overview(symbol, company))
    reports = [
        {
            "fiscalDateEnding": end.isoformat(),
            "reportedCurrency": company.reports_in,
            **{label: _text(lines.get(name)) for label, name in _LABELS[what].items()},
        }
        for end, lines in statement_of(company.symbol, what).items()
    ]
    return json_reply({"symbol": symbol, "annualReports": reports, "quarterlyReports": []})


def _overview(symbol: str, company: Company) -> dict[str, Any]:
    return {
        "Symbol": symbol,
        "AssetType": "Common Stock",
        "Name": company.name,
        "Description": company.about,
        "Currency": company.currency,
        "Country": "USA",
        "Sector": company.kind.sector.upper(),
        "Industry": company.kind.industry.upper(),
        "MarketCapitalization": _text(company.market_cap),
        "SharesOutstanding": _text(company.kind.shares or None),
        "Beta": f"{company.kind.beta}",
        "DividendYield": "0.02",
    }


def _text(value: float | None) -> str:
    return "None" if value is None else f"{value:.0f}"


def _rate(symbol: str, tick: int) -> Reply:
    rate = {
        "1. From_Currency Code": symbol[:3],
        "3. To_Currency Code": symbol[3:6],
        "5. Exchange Rate": f"{price_of(symbol, tick):.8f}",
        "6. Last Refreshed": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}",
        "7. Time Zone": "UTC",
        "8. Bid Price": "-",
        "9. Ask Price": "-",
    }
    return json_reply({"Realtime Currency Exchange Rate": rate})


def _bulk(symbols: list[str], tick: int) -> Reply:
    rows = [
        {"symbol": symbol, "close": f"{price_of(symbol, tick)}", "timestamp": "2026-11-23 15:59:59"}
        for symbol in symbols
    ]
    words = "This is a premium endpoint. ***THE SAMPLE DATA IS ARTIFICIAL***"
    return json_reply({"endpoint": "Realtime Bulk Quotes", "message": words, "data": rows})
