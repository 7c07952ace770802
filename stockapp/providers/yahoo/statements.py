"""Yahoo's annual statements: a time series for each of its labels, several a request."""

from collections import Counter, defaultdict
from datetime import date
from typing import Any
from urllib.parse import quote as percent_encoded

from stockapp.domain.attempt import Failure
from stockapp.domain.research import Part
from stockapp.domain.statement import Line, Statement, StatementKind
from stockapp.providers import fields
from stockapp.providers.base import Answer, Request
from stockapp.providers.research import (
    Labels,
    Origin,
    annual,
    lacking,
    words_of,
)
from stockapp.providers.yahoo import shared

NAME = "statements"
_URL = "https://query2.finance.yahoo.com/ws/fundamentals-timeseries/v1/finance/timeseries/"
# The series have a beginning and an end of their own: all there is.
_FROM, _UNTIL = 493_590_046, 4_070_908_800
_PREFIX = "annual"

_INCOME: Labels = {
    Line.REVENUE: ("TotalRevenue", "OperatingRevenue"),
    Line.GROSS_PROFIT: ("GrossProfit",),
    Line.EBIT: ("EBIT", "OperatingIncome"),
    Line.EBITDA: ("EBITDA", "NormalizedEBITDA"),
    Line.OPERATING_INCOME: ("OperatingIncome", "TotalOperatingIncomeAsReported"),
    Line.INTEREST_EXPENSE: ("InterestExpense", "InterestExpenseNonOperating"),
    Line.NET_INTEREST_INCOME: ("NetInterestIncome",),
    Line.CLAIMS: (
        "NetPolicyholderBenefitsAndClaims",
        "LossAdjustmentExpense",
        "PolicyholderBenefitsGross",
    ),
    Line.PRETAX_INCOME: ("PretaxIncome",),
    Line.TAX_PROVISION: ("TaxProvision",),
    Line.NET_INCOME: ("NetIncomeCommonStockholders", "NetIncome"),
    Line.DILUTED_EPS: ("DilutedEPS", "BasicEPS"),
    Line.DILUTED_SHARES: ("DilutedAverageShares", "BasicAverageShares"),
}
_BALANCE: Labels = {
    Line.TOTAL_ASSETS: ("TotalAssets",),
    Line.CURRENT_ASSETS: ("CurrentAssets",),
    Line.CASH: (
        "CashCashEquivalentsAndShortTermInvestments",
        "CashCashEquivalentsAndFederalFundsSold",
        "CashAndCashEquivalents",
    ),
    Line.RECEIVABLES: ("Receivables", "AccountsReceivable"),
    Line.INVENTORY: ("Inventory",),
    Line.NET_PPE: ("NetPPE",),
    Line.GOODWILL: ("Goodwill",),
    Line.INTANGIBLES: ("OtherIntangibleAssets",),
    Line.LOANS: ("NetLoan",),
    Line.TOTAL_LIABILITIES: ("TotalLiabilitiesNetMinorityInterest",),
    Line.CURRENT_LIABILITIES: ("CurrentLiabilities",),
    Line.TOTAL_DEBT: ("TotalDebt",),
    Line.LONG_TERM_DEBT: ("LongTermDebt", "LongTermDebtAndCapitalLeaseObligation"),
    # That of the common shares, as net income is theirs too.
    Line.EQUITY: ("CommonStockEquity", "StockholdersEquity"),
    Line.MINORITY_INTEREST: ("MinorityInterest",),
    Line.RETAINED_EARNINGS: ("RetainedEarnings",),
    Line.SHARES: ("OrdinarySharesNumber", "ShareIssued"),
}
_CASH_FLOW: Labels = {
    Line.OPERATING_CASH_FLOW: ("OperatingCashFlow", "CashFlowFromContinuingOperatingActivities"),
    Line.CAPITAL_EXPENDITURE: ("CapitalExpenditure", "PurchaseOfPPE"),
    Line.DEPRECIATION: ("DepreciationAmortizationDepletion", "DepreciationAndAmortization"),
    Line.GAIN_ON_SALE: ("GainLossOnSaleOfPPE",),
    Line.DIVIDENDS_PAID: ("CommonStockDividendPaid", "CashDividendsPaid"),
}
# Labels that others are worked out from.
_WHOLE_EQUITY, _ALL_INTANGIBLES = (
    "TotalEquityGrossMinorityInterest",
    "GoodwillAndOtherIntangibleAssets",
)
_BESIDES = {StatementKind.BALANCE: (_WHOLE_EQUITY, _ALL_INTANGIBLES)}
LABELS: dict[StatementKind, Labels] = {
    StatementKind.INCOME: _INCOME,
    StatementKind.BALANCE: _BALANCE,
    StatementKind.CASH_FLOW: _CASH_FLOW,
}


def request(kind: StatementKind, symbol: str) -> Request:
    """The request for a statement's labels, of all years."""
    names = dict.fromkeys(label for labels in LABELS[kind].values() for label in labels)
    names |= dict.fromkeys(_BESIDES.get(kind, ()))
    query = {
        "symbol": symbol,
        "type": ",".join(_PREFIX + name for name in names),
        "period1": str(_FROM),
        "period2": str(_UNTIL),
    }
    return Request(_URL + percent_encoded(symbol, safe=""), query)


def parse(kind: StatementKind, symbol: str, answer: Answer) -> Statement | Failure:
    """The statement, in the currency that most numbers of its newest year are in."""
    try:
        rows = shared.read(answer, "timeseries").get("result")
    except fields.BadAnswer as error:
        return error.failure
    told: defaultdict[date, dict[str, float]] = defaultdict(dict)
    named: defaultdict[date, Counter[str]] = defaultdict(Counter)
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and (strange := _of_another(row, symbol)):
            return fields.other_symbol(shared.SERVICE, symbol, strange)
        _read(row, told, named)
    for numbers in told.values():
        _in_our_words(numbers)
    by_year = {end: (_most_named(named[end]), numbers) for end, numbers in told.items()}
    origin = Origin(shared.SOURCE, NAME, answer.received_at)
    statement = annual(kind, by_year, LABELS[kind], origin)
    return statement or lacking(shared.SERVICE, symbol, words_of(Part(kind.value)))


def _of_another(row: fields.Row, symbol: str) -> str | None:
    """The symbol that a row is about, if it is not the one asked for."""
    meta = row.get("meta")
    told = meta.get("symbol") if isinstance(meta, dict) else None
    named = told[0] if isinstance(told, list) and told else None
    return named if isinstance(named, str) and named.upper() != symbol.upper() else None


def _read(row: Any, told: dict[date, dict[str, float]], named: dict[date, Counter[str]]) -> None:
    """The numbers of a series; a year without one is null."""
    for name, points in row.items() if isinstance(row, dict) else ():
        if not name.startswith(_PREFIX) or not isinstance(points, list):
            continue
        for point in points:
            if not isinstance(point, dict):
                continue
            end = fields.trading_day(point.get("asOfDate"))
            number = shared.number(point, "reportedValue")
            if end is None or number is None:
                continue
            told[end.date()][name.removeprefix(_PREFIX)] = number
            if currency := fields.currency(point.get("currencyCode")):
                named[end.date()][currency] += 1


def _most_named(counts: Counter[str]) -> str | None:
    return counts.most_common(1)[0][0] if counts else None


def _in_our_words(numbers: dict[str, float]) -> None:
    """What is told as a whole alone is parted: equity, and goodwill with other intangibles.

    What the cash flow takes off for a gain on a sale is a gain.
    """
    if _WHOLE_EQUITY in numbers:
        whole = numbers[_WHOLE_EQUITY] - numbers.get("MinorityInterest", 0.0)
        numbers.setdefault("StockholdersEquity", whole)
    if _ALL_INTANGIBLES in numbers:
        whole = numbers[_ALL_INTANGIBLES]
        if "Goodwill" in numbers:
            numbers.setdefault("OtherIntangibleAssets", whole - numbers["Goodwill"])
        else:
            numbers["Goodwill"] = whole - numbers.get("OtherIntangibleAssets", 0.0)
    if "GainLossOnSaleOfPPE" in numbers:
        numbers["GainLossOnSaleOfPPE"] *= -1
