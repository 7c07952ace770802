"""Financial Modeling Prep's profiles, statements and adjusted histories.

It writes 0 for what a company does not tell, so a 0 is taken for unknown.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import ClassVar

from stockapp.domain.attempt import Failure
from stockapp.domain.bars import Bars, BarsOrigin
from stockapp.domain.company import Company, SecurityType
from stockapp.domain.money import in_major_units
from stockapp.domain.research import Finding, Part
from stockapp.domain.statement import Line, Statement, StatementKind
from stockapp.providers import fields, fmp, symbols
from stockapp.providers.base import Answer, Request
from stockapp.providers.research import (
    Labels,
    Origin,
    Researcher,
    annual,
    lacking,
    words_of,
)

_URL = "https://financialmodelingprep.com/stable/"
# The free plan gives no more, and refuses whoever asks for more.
_YEARS = "5"
_PATHS = {
    Part.PROFILE: "profile",
    Part.INCOME: "income-statement",
    Part.BALANCE: "balance-sheet-statement",
    Part.CASH_FLOW: "cash-flow-statement",
    Part.HISTORY: "historical-price-eod/dividend-adjusted",
}
_STATEMENTS, _PROFILE, _HISTORY = "statements", "profile", "history"

LABELS: dict[StatementKind, Labels] = {
    StatementKind.INCOME: {
        Line.REVENUE: ("revenue",),
        Line.GROSS_PROFIT: ("grossProfit",),
        Line.EBIT: ("ebit", "operatingIncome"),
        Line.EBITDA: ("ebitda",),
        Line.OPERATING_INCOME: ("operatingIncome",),
        Line.INTEREST_EXPENSE: ("interestExpense",),
        Line.NET_INTEREST_INCOME: ("netInterestIncome",),
        Line.PRETAX_INCOME: ("incomeBeforeTax",),
        Line.TAX_PROVISION: ("incomeTaxExpense",),
        Line.NET_INCOME: ("netIncome",),
        Line.DILUTED_EPS: ("epsDiluted", "eps"),
        Line.DILUTED_SHARES: ("weightedAverageShsOutDil", "weightedAverageShsOut"),
    },
    StatementKind.BALANCE: {
        Line.TOTAL_ASSETS: ("totalAssets",),
        Line.CURRENT_ASSETS: ("totalCurrentAssets",),
        Line.CASH: ("cashAndShortTermInvestments", "cashAndCashEquivalents"),
        Line.RECEIVABLES: ("netReceivables", "accountsReceivables"),
        Line.INVENTORY: ("inventory",),
        Line.NET_PPE: ("propertyPlantEquipmentNet",),
        Line.GOODWILL: ("goodwill",),
        Line.INTANGIBLES: ("intangibleAssets",),
        Line.TOTAL_LIABILITIES: ("totalLiabilities",),
        Line.CURRENT_LIABILITIES: ("totalCurrentLiabilities",),
        Line.TOTAL_DEBT: ("totalDebt",),
        Line.LONG_TERM_DEBT: ("longTermDebt",),
        Line.EQUITY: ("totalStockholdersEquity",),
        Line.MINORITY_INTEREST: ("minorityInterest",),
        Line.RETAINED_EARNINGS: ("retainedEarnings",),
    },
    StatementKind.CASH_FLOW: {
        Line.OPERATING_CASH_FLOW: ("operatingCashFlow", "netCashProvidedByOperatingActivities"),
        Line.CAPITAL_EXPENDITURE: (
            "capitalExpenditure",
            "investmentsInPropertyPlantAndEquipment",
        ),
        Line.DEPRECIATION: ("depreciationAndAmortization",),
        Line.DIVIDENDS_PAID: ("commonDividendsPaid", "netDividendsPaid", "dividendsPaid"),
    },
}


class FmpResearch(Researcher):
    """All parts, by one request each."""

    name = fmp.SOURCE
    title = fmp.SERVICE
    parts: ClassVar[Mapping[Part, str]] = {
        Part.PROFILE: _PROFILE,
        Part.INCOME: _STATEMENTS,
        Part.BALANCE: _STATEMENTS,
        Part.CASH_FLOW: _STATEMENTS,
        Part.HISTORY: _HISTORY,
    }

    def __init__(self, key: str) -> None:
        self._key = key

    def covers(self, part: Part, symbol: str) -> bool:
        """Pairs and indices have a history alone."""
        if symbols.pair(symbol) or symbol.startswith("^"):
            return part is Part.HISTORY and symbols.fmp(symbol) is not None
        return symbols.fmp(symbol) is not None

    def request(self, part: Part, symbol: str) -> Request:
        """The request for a part."""
        query = {"symbol": symbols.fmp(symbol) or "", "apikey": self._key}
        if part not in (Part.PROFILE, Part.HISTORY):
            query |= {"period": "annual", "limit": _YEARS}
        return Request(_URL + _PATHS[part], query)

    def parse(self, part: Part, symbol: str, answer: Answer) -> Finding | Failure:
        """What the answer says."""
        try:
            told = fmp.rows_of(answer)
        except fields.BadAnswer as error:
            return error.failure
        rows = [row for row in told if isinstance(row, dict)]
        if not rows:
            return lacking(self.title, symbol, words_of(part))
        strange = fields.text(rows[0], "symbol") or "no symbol"
        if strange.upper() != (symbols.fmp(symbol) or ""):
            return fields.other_symbol(self.title, symbol, strange)
        if part is Part.PROFILE:
            return _company(symbol, rows[0], answer)
        if part is Part.HISTORY:
            return _bars(symbol, rows, answer) or lacking(self.title, symbol, words_of(part))
        return _statement(StatementKind(part.value), rows, answer) or lacking(
            self.title, symbol, words_of(part)
        )


def _statement(kind: StatementKind, rows: Sequence[fields.Row], answer: Answer) -> Statement | None:
    told: dict[date, tuple[str | None, dict[str, float]]] = {}
    for row in rows:
        end = fields.trading_day(row.get("date"))
        numbers = {name: n for name, value in row.items() if (n := fields.real(value))}
        if end:
            told[end.date()] = fields.currency(row.get("reportedCurrency")), numbers
    return annual(kind, told, LABELS[kind], Origin(fmp.SOURCE, _STATEMENTS, answer.received_at))


def _company(symbol: str, row: fields.Row, answer: Answer) -> Company:
    _, currency = in_major_units(1.0, fields.currency(row.get("currency")))
    is_fund = row.get("isEtf") is True or row.get("isFund") is True
    return Company(
        symbol,
        fmp.SOURCE,
        _PROFILE,
        answer.received_at,
        name=fields.text(row, "companyName"),
        security_type=SecurityType.FUND if is_fund else SecurityType.SHARE,
        sector=fields.text(row, "sector"),
        industry=fields.text(row, "industry"),
        country=fields.text(row, "country"),
        currency=currency,
        market_cap=fields.positive(row.get("marketCap")),
        beta=fields.real(row.get("beta")) or None,
        summary=fields.text(row, "description"),
    )


def _bars(symbol: str, rows: Sequence[fields.Row], answer: Answer) -> Bars | None:
    """All prices are adjusted for dividends, too: it tells no others along with these."""
    by_day: dict[date, tuple[float, ...]] = {}
    for row in rows:
        day = fields.trading_day(row.get("date"))
        prices = [fields.positive(row.get(f"adj{name}")) for name in _COLUMNS]
        known = [price for price in prices if price is not None]
        if day and len(known) == len(_COLUMNS):
            by_day[day.date()] = (*known, fields.real(row.get("volume")) or 0.0, known[-1])
    if not by_day:
        return None
    currency = pair[1] if (pair := symbols.pair(symbol)) else None
    about = BarsOrigin(symbol, currency, fmp.SOURCE, _HISTORY, answer.received_at)
    return Bars.of(about, by_day, without_dividends=True)


_COLUMNS = ("Open", "High", "Low", "Close")
