"""Alpha Vantage's overviews and statements: numbers as text, "None" where there is none."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import ClassVar

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.company import Company, SecurityType
from stockapp.domain.money import in_major_units
from stockapp.domain.research import Finding, Part
from stockapp.domain.statement import Line, Statement, StatementKind
from stockapp.providers import alpha_vantage, fields, symbols
from stockapp.providers.base import Answer, Request
from stockapp.providers.research import (
    Labels,
    Origin,
    Researcher,
    annual,
    lacking,
    words_of,
)

_URL = "https://www.alphavantage.co/query"
_FUNCTIONS = {
    Part.PROFILE: "OVERVIEW",
    Part.INCOME: "INCOME_STATEMENT",
    Part.BALANCE: "BALANCE_SHEET",
    Part.CASH_FLOW: "CASH_FLOW",
}
_STATEMENTS, _PROFILE = "statements", "overview"

LABELS: dict[StatementKind, Labels] = {
    StatementKind.INCOME: {
        Line.REVENUE: ("totalRevenue",),
        Line.GROSS_PROFIT: ("grossProfit",),
        Line.EBIT: ("ebit", "operatingIncome"),
        Line.EBITDA: ("ebitda",),
        Line.OPERATING_INCOME: ("operatingIncome",),
        Line.INTEREST_EXPENSE: ("interestExpense", "interestAndDebtExpense"),
        Line.NET_INTEREST_INCOME: ("netInterestIncome",),
        Line.PRETAX_INCOME: ("incomeBeforeTax",),
        Line.TAX_PROVISION: ("incomeTaxExpense",),
        Line.NET_INCOME: ("netIncome",),
    },
    StatementKind.BALANCE: {
        Line.TOTAL_ASSETS: ("totalAssets",),
        Line.CURRENT_ASSETS: ("totalCurrentAssets",),
        Line.CASH: ("cashAndShortTermInvestments", "cashAndCashEquivalentsAtCarryingValue"),
        Line.RECEIVABLES: ("currentNetReceivables",),
        Line.INVENTORY: ("inventory",),
        Line.NET_PPE: ("propertyPlantEquipment",),
        Line.GOODWILL: ("goodwill",),
        Line.INTANGIBLES: ("intangibleAssetsExcludingGoodwill",),
        Line.TOTAL_LIABILITIES: ("totalLiabilities",),
        Line.CURRENT_LIABILITIES: ("totalCurrentLiabilities",),
        Line.TOTAL_DEBT: ("shortLongTermDebtTotal",),
        Line.LONG_TERM_DEBT: ("longTermDebt", "longTermDebtNoncurrent"),
        Line.EQUITY: ("totalShareholderEquity",),
        Line.RETAINED_EARNINGS: ("retainedEarnings",),
        Line.SHARES: ("commonStockSharesOutstanding",),
    },
    StatementKind.CASH_FLOW: {
        Line.OPERATING_CASH_FLOW: ("operatingCashflow",),
        Line.CAPITAL_EXPENDITURE: ("capitalExpenditures",),
        Line.DEPRECIATION: ("depreciationDepletionAndAmortization",),
        Line.DIVIDENDS_PAID: ("dividendPayoutCommonStock", "dividendPayout"),
    },
}
# What its words for kinds of paper mean; it has no overview of others.
_TYPES = {"common stock": SecurityType.SHARE, "etf": SecurityType.FUND}


class AlphaVantageResearch(Researcher):
    """Profile and statements, by one request each."""

    name = alpha_vantage.SOURCE
    title = alpha_vantage.SERVICE
    parts: ClassVar[Mapping[Part, str]] = {
        Part.PROFILE: _PROFILE,
        Part.INCOME: _STATEMENTS,
        Part.BALANCE: _STATEMENTS,
        Part.CASH_FLOW: _STATEMENTS,
    }

    def __init__(self, key: str) -> None:
        self._key = key

    def covers(self, part: Part, symbol: str) -> bool:
        """Shares of the exchanges it covers."""
        return part in self.parts and symbols.alpha_vantage(symbol) is not None

    def request(self, part: Part, symbol: str) -> Request:
        """The request for a part."""
        name = symbols.alpha_vantage(symbol) or ""
        return Request(_URL, {"function": _FUNCTIONS[part], "symbol": name, "apikey": self._key})

    def parse(self, part: Part, symbol: str, answer: Answer) -> Finding | Failure:
        """What the answer says."""
        try:
            document = alpha_vantage.document_of(answer)
        except fields.BadAnswer as error:
            return error.failure
        if not document:
            # Its way to say that it does not know the symbol, or has nothing of the kind.
            return lacking(self.title, symbol, words_of(part))
        told = fields.text(document, "Symbol", "symbol")
        if told is None:
            detail = f"{self.title} sent an answer without the {words_of(part)} of {symbol}."
            return Failure(Reason.BAD_RESPONSE, detail)
        if alpha_vantage.plain(told) != alpha_vantage.plain(symbols.alpha_vantage(symbol) or ""):
            return fields.other_symbol(self.title, symbol, told)
        if part is Part.PROFILE:
            return _company(symbol, document, answer)
        reports = document.get("annualReports")
        rows = (
            [row for row in reports if isinstance(row, dict)] if isinstance(reports, list) else []
        )
        return _statement(StatementKind(part.value), rows, answer) or lacking(
            self.title, symbol, words_of(part)
        )


def _statement(kind: StatementKind, rows: Sequence[fields.Row], answer: Answer) -> Statement | None:
    told: dict[date, tuple[str | None, dict[str, float]]] = {}
    for row in rows:
        end = fields.trading_day(row.get("fiscalDateEnding"))
        if end:
            numbers = {
                name: number
                for name, value in row.items()
                if (number := fields.number_in_text(value)) is not None
            }
            told[end.date()] = fields.currency(row.get("reportedCurrency")), numbers
    origin = Origin(alpha_vantage.SOURCE, _STATEMENTS, answer.received_at)
    return annual(kind, told, LABELS[kind], origin)


def _company(symbol: str, row: fields.Row, answer: Answer) -> Company:
    def number(name: str) -> float | None:
        return fields.number_in_text(row.get(name))

    _, currency = in_major_units(1.0, fields.currency(row.get("Currency")))
    kind = (fields.text(row, "AssetType") or "").casefold()
    return Company(
        symbol,
        alpha_vantage.SOURCE,
        _PROFILE,
        answer.received_at,
        name=_words(row, "Name"),
        security_type=_TYPES.get(kind, SecurityType.OTHER),
        sector=_in_title_case(row, "Sector"),
        industry=_in_title_case(row, "Industry"),
        country=_words(row, "Country"),
        currency=currency,
        market_cap=fields.positive(number("MarketCapitalization")),
        shares=fields.positive(number("SharesOutstanding")),
        beta=number("Beta"),
        dividend_yield=number("DividendYield"),
        summary=_words(row, "Description"),
    )


def _words(row: fields.Row, name: str) -> str | None:
    words = fields.text(row, name)
    return None if words == "None" else words


def _in_title_case(row: fields.Row, name: str) -> str | None:
    """Words that are written in capitals, in ours: Men's Wear of MEN'S WEAR."""
    words = _words(row, name)
    if words is None or not words.isupper():
        return words
    return re.sub(r"[\w']+", lambda word: word[0].capitalize(), words)
