"""What Yahoo tells besides prices: time series of statements, profiles, daily bars."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any
from urllib.parse import parse_qs

from tests.upstream.accounts import FUND, Lines, accounts_of, company_of, type_of
from tests.upstream.bars import bars_of
from tests.upstream.world import Reply, json_reply

# It gives no more of them.
_YEARS = 4
_LABELS: Mapping[str, str] = {
    "TotalRevenue": "revenue",
    "GrossProfit": "gross_profit",
    "EBIT": "ebit",
    "EBITDA": "ebitda",
    "OperatingIncome": "ebit",
    "InterestExpense": "interest_expense",
    "NetInterestIncome": "net_interest_income",
    "NetPolicyholderBenefitsAndClaims": "claims",
    "PretaxIncome": "pretax_income",
    "TaxProvision": "tax",
    "NetIncome": "net_income",
    "NetIncomeCommonStockholders": "net_income",
    "DilutedEPS": "eps",
    "DilutedAverageShares": "diluted_shares",
    "TotalAssets": "assets",
    "CurrentAssets": "current_assets",
    "CashCashEquivalentsAndShortTermInvestments": "cash",
    "Receivables": "receivables",
    "Inventory": "inventory",
    "NetPPE": "ppe",
    "Goodwill": "goodwill",
    "OtherIntangibleAssets": "intangibles",
    "NetLoan": "loans",
    "TotalLiabilitiesNetMinorityInterest": "liabilities",
    "CurrentLiabilities": "current_liabilities",
    "TotalDebt": "debt",
    "LongTermDebt": "long_term_debt",
    "StockholdersEquity": "equity",
    "MinorityInterest": "minority",
    "RetainedEarnings": "retained_earnings",
    "OrdinarySharesNumber": "shares",
    "OperatingCashFlow": "operating_cash_flow",
    "CapitalExpenditure": "capital_expenditure",
    "DepreciationAndAmortization": "depreciation",
    "GainLossOnSaleOfPPE": "gain_on_sale",
    "CashDividendsPaid": "dividends",
}
# Outflows, and gains that are no cash from operations.
_NEGATIVE = frozenset({"capital_expenditure", "dividends", "gain_on_sale"})
# The series by which a request can be told from those for other statements.
_MARKS = {"TotalRevenue": "income", "TotalAssets": "balance", "OperatingCashFlow": "cash_flow"}


def statement_asked(query: str) -> str:
    """Which statement a request is about."""
    types = parse_qs(query).get("type", [""])[0].split(",")
    return next((name for mark, name in _MARKS.items() if f"annual{mark}" in types), "other")


def timeseries(symbol: str, query: str) -> Reply:
    """A series for each label asked for: what there is none of comes without points."""
    wanted = parse_qs(query).get("type", [""])[0].split(",")
    years = dict(list(accounts_of(symbol).items())[:_YEARS])
    company = company_of(symbol)
    rows = [
        _series(symbol, label, years, company.reports_in if company else "USD") for label in wanted
    ]
    return json_reply({"timeseries": {"result": rows, "error": None}})


def _series(symbol: str, label: str, years: Mapping[Any, Lines], currency: str) -> dict[str, Any]:
    name = _LABELS.get(label.removeprefix("annual"), "")
    sign = -1 if name in _NEGATIVE else 1
    row: dict[str, Any] = {"meta": {"symbol": [symbol], "type": [label]}}
    if not any(name in lines for lines in years.values()):
        return row
    oldest_first = sorted(years)
    row["timestamp"] = [int(datetime.combine(end, time(), UTC).timestamp()) for end in oldest_first]
    row[label] = [
        {
            "dataId": 20_000,
            "asOfDate": end.isoformat(),
            "periodType": "12M",
            "currencyCode": currency,
            "reportedValue": {"raw": sign * years[end][name], "fmt": f"{years[end][name]:,.0f}"},
        }
        if name in years[end]
        else None
        for end in oldest_first
    ]
    return row


def modules(symbol: str, query: str, price: dict[str, Any], tick: int) -> Reply:
    """Those of the modules asked for that there are of such a symbol."""
    wanted = parse_qs(query).get("modules", [""])[0].split(",")
    told = {"price": price, "quoteType": {"symbol": symbol, "quoteType": type_of(symbol)}}
    told |= _of_company(symbol, price, tick)
    found = {name: module for name, module in told.items() if name in wanted}
    return json_reply({"quoteSummary": {"result": [found], "error": None}})


def _of_company(symbol: str, price: dict[str, Any], tick: int) -> dict[str, Any]:
    detail: dict[str, Any] = {"currency": price["currency"], "maxAge": 1}
    company = company_of(symbol, tick)
    if company is None:
        about = {"assetProfile": {"longBusinessSummary": f"{symbol} holds many shares."}}
        return {"summaryDetail": detail} | (about if type_of(symbol) == FUND else {})
    newest = next(iter(accounts_of(symbol).values()))
    statistics: dict[str, Any] = {"beta": company.kind.beta}
    if company.market_cap:
        price["marketCap"] = detail["marketCap"] = round(company.market_cap)
        statistics["sharesOutstanding"] = statistics["impliedSharesOutstanding"] = (
            company.kind.shares
        )
        if company.reports_in == company.currency:
            statistics["forwardEps"] = round(newest["eps"] * 1.05, 2)
    return {
        "assetProfile": {
            "sector": company.kind.sector,
            "industry": company.kind.industry,
            "country": company.kind.country,
            "longBusinessSummary": company.about,
        },
        "summaryDetail": detail | {"beta": company.kind.beta, "dividendYield": 0.02},
        "defaultKeyStatistics": statistics,
        "financialData": {"financialCurrency": company.reports_in},
    }


def history(symbol: str, meta: dict[str, Any], tick: int) -> Reply:
    """The chart of five years; a day without trade in it is null, as there are in real ones."""
    bars = bars_of(symbol, tick)
    quote: dict[str, list[float | None]] = {
        name: [getattr(bar, name) for bar in bars]
        for name in ("open", "high", "low", "close", "volume")
    }
    adjusted: list[float | None] = [round(bar.adjusted, 6) for bar in bars]
    for column in (*quote.values(), adjusted):
        column[100] = None
    stamps = [int(datetime.combine(bar.day, time(14, 30), UTC).timestamp()) for bar in bars]
    indicators = {"quote": [quote], "adjclose": [{"adjclose": adjusted}]}
    meta |= {"range": "5y", "instrumentType": type_of(symbol)}
    result = {"meta": meta, "timestamp": stamps, "indicators": indicators}
    return json_reply({"chart": {"result": [result], "error": None}})
