"""Profiles, statements and histories from answers in the shapes of Yahoo's."""

from datetime import date
from typing import Any

import pytest
import yfinance.const
from hypothesis import given

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.bars import Bars
from stockapp.domain.company import Company, SecurityType
from stockapp.domain.research import Part
from stockapp.domain.statement import Line, Statement, StatementKind
from stockapp.providers.yahoo.research import YahooResearch
from stockapp.providers.yahoo.statements import LABELS

from .yahoo_answers import ANY_JSON, answer

YAHOO = YahooResearch()
KINDS = {
    StatementKind.INCOME: "financials",
    StatementKind.BALANCE: "balance-sheet",
    StatementKind.CASH_FLOW: "cash-flow",
}


def series(name: str, *points: tuple[str, float | None], symbol: str = "ACME") -> dict[str, Any]:
    told = [
        {"asOfDate": day, "periodType": "12M", "currencyCode": "USD", "reportedValue": {"raw": v}}
        if v is not None
        else None
        for day, v in points
    ]
    label = f"annual{name}"
    return {"meta": {"symbol": [symbol], "type": [label]}, "timestamp": [1, 2], label: told}


def statement(part: Part, *rows: dict[str, Any]) -> Statement:
    found = YAHOO.parse(part, "ACME", answer({"timeseries": {"result": list(rows), "error": None}}))
    assert isinstance(found, Statement), found
    return found


@pytest.mark.parametrize("kind", list(StatementKind))
def test_every_label_is_one_of_yahoos(kind: StatementKind) -> None:
    known = set(yfinance.const.fundamentals_keys[KINDS[kind]])
    assert {label for labels in LABELS[kind].values() for label in labels} <= known


def test_a_statement_is_asked_for_by_all_its_labels() -> None:
    asked = YAHOO.request(Part.BALANCE, "BRK-B")
    assert asked.url.endswith("/timeseries/BRK-B") and asked.params["symbol"] == "BRK-B"
    assert "annualTotalAssets" in asked.params["type"].split(",")


def test_years_come_newest_first_and_what_is_missing_is_not_there() -> None:
    found = statement(
        Part.INCOME,
        series("TotalRevenue", ("2023-12-31", 90.0), ("2024-12-31", 100.0)),
        series("NetIncome", ("2023-12-31", None), ("2024-12-31", 12.0)),
        {"meta": {"symbol": ["ACME"], "type": ["annualEBIT"]}},
    )
    assert [year.end for year in found.years] == [date(2024, 12, 31), date(2023, 12, 31)]
    assert dict(found.years[0].values) == {Line.REVENUE: 100.0, Line.NET_INCOME: 12.0}
    assert dict(found.years[1].values) == {Line.REVENUE: 90.0}
    assert (found.currency, found.source, found.method) == ("USD", "yahoo", "statements")


def test_one_label_stands_for_a_line_in_all_years() -> None:
    # The older year's operating income is no EBIT: the two must not be compared.
    found = statement(
        Part.INCOME,
        series("EBIT", ("2024-12-31", 50.0)),
        series("OperatingIncome", ("2024-12-31", 40.0), ("2023-12-31", 30.0)),
    )
    assert [year.values.get(Line.EBIT) for year in found.years] == [50.0, None]


def test_what_is_spent_is_positive_and_a_gain_is_a_gain() -> None:
    found = statement(
        Part.CASH_FLOW,
        series("CapitalExpenditure", ("2024-12-31", -7.0)),
        series("CashDividendsPaid", ("2024-12-31", -3.0)),
        series("GainLossOnSaleOfPPE", ("2024-12-31", -2.0)),
    )
    assert dict(found.years[0].values) == {
        Line.CAPITAL_EXPENDITURE: 7.0,
        Line.DIVIDENDS_PAID: 3.0,
        Line.GAIN_ON_SALE: 2.0,
    }


@pytest.mark.parametrize(
    ("told", "goodwill", "others"),
    [
        ({"OtherIntangibleAssets": 4.0}, 5.0, 4.0),
        ({"Goodwill": 5.0}, 5.0, 4.0),
        ({"Goodwill": 5.0, "OtherIntangibleAssets": 3.0}, 5.0, 3.0),
        ({}, 9.0, None),
    ],
)
def test_goodwill_told_together_with_intangibles_is_counted_once(
    told: dict[str, float], goodwill: float, others: float | None
) -> None:
    found = statement(
        Part.BALANCE,
        series("GoodwillAndOtherIntangibleAssets", ("2024-12-31", 9.0)),
        *(series(name, ("2024-12-31", value)) for name, value in told.items()),
    )
    values = found.years[0].values
    assert (values[Line.GOODWILL], values.get(Line.INTANGIBLES)) == (goodwill, others)


def test_equity_that_is_told_with_minorities_alone_is_the_shareholders_part_of_it() -> None:
    found = statement(
        Part.BALANCE,
        series("TotalEquityGrossMinorityInterest", ("2024-12-31", 100.0)),
        series("MinorityInterest", ("2024-12-31", 8.0)),
    )
    assert found.years[0].values[Line.EQUITY] == 92.0


def test_the_equity_of_common_shares_comes_before_that_with_preferred_ones() -> None:
    found = statement(
        Part.BALANCE,
        series("StockholdersEquity", ("2024-12-31", 100.0)),
        series("CommonStockEquity", ("2024-12-31", 80.0)),
    )
    assert found.years[0].values[Line.EQUITY] == 80.0


def test_years_told_in_an_older_currency_are_left_out() -> None:
    def told(day: str, value: float, currency: str) -> dict[str, Any]:
        raw = {"raw": value}
        return {"asOfDate": day, "currencyCode": currency, "reportedValue": raw}

    label = "annualTotalRevenue"
    rows = [told("2022-12-31", 4800, "EUR"), told("2023-12-31", 5000, "EUR")]
    rows += [told("2024-12-31", 900, "USD")]
    found = statement(Part.INCOME, {"meta": {"symbol": ["ACME"], "type": [label]}, label: rows})
    assert found.currency == "USD"
    assert [dict(year.values) for year in found.years] == [{Line.REVENUE: 900.0}]


def test_interest_earned_on_balance_is_no_expense_but_a_sign_used_throughout_is() -> None:
    def interest(*values: float) -> list[float | None]:
        days = ("2024-12-31", "2023-12-31")
        points = tuple(zip(days, values, strict=True))
        years = statement(Part.INCOME, series("InterestExpense", *points)).years
        return [year.values.get(Line.INTEREST_EXPENSE) for year in years]

    assert interest(20.0, 30.0) == [20.0, 30.0]
    assert interest(-20.0, -30.0) == [20.0, 30.0]
    assert interest(-20.0, 30.0) == [-20.0, 30.0]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"timeseries": {"result": [], "error": None}}, Reason.NO_DATA),
        ({"timeseries": {"result": [series("EBIT", symbol="ELSE")]}}, Reason.BAD_RESPONSE),
        ({"finance": {"error": {"code": "Unauthorized"}}}, Reason.UNAUTHORIZED),
        (b"Too Many Requests\r\n", Reason.RATE_LIMITED),
        (b"<html>", Reason.BAD_RESPONSE),
    ],
)
def test_a_statement_that_is_none_says_why(body: object, reason: Reason) -> None:
    found = YAHOO.parse(Part.INCOME, "ACME", answer(body))
    assert isinstance(found, Failure) and found.reason is reason


def test_a_profile_in_pence_is_of_pounds() -> None:
    modules = {
        "price": {"symbol": "VOD.L", "currency": "GBp", "longName": "Vodafone", "marketCap": 19e9},
        "quoteType": {"quoteType": "EQUITY", "symbol": "VOD.L"},
        "summaryDetail": {"beta": 0.6, "dividendYield": 0.05},
        "financialData": {"financialCurrency": "EUR"},
        "assetProfile": {"sector": "Communication Services", "industry": "Telecom Services"},
        "defaultKeyStatistics": {"sharesOutstanding": 25e9, "forwardEps": 0.09},
    }
    body = {"quoteSummary": {"result": [modules], "error": None}}
    found = YAHOO.parse(Part.PROFILE, "VOD.L", answer(body))
    assert isinstance(found, Company)
    assert (found.currency, found.financial_currency) == ("GBP", "EUR")
    assert (found.market_cap, found.shares, found.beta) == (19e9, 25e9, 0.6)
    assert found.security_type is SecurityType.SHARE


def chart(**columns: list[Any]) -> dict[str, Any]:
    quote = {name: columns.get(name, columns["close"]) for name in ("open", "high", "low", "close")}
    quote["volume"] = columns.get("volume", [10] * len(columns["close"]))
    indicators = {"quote": [quote], "adjclose": [{"adjclose": columns["adjclose"]}]}
    meta = {"symbol": "ACME", "currency": "USD", "gmtoffset": -18000}
    result = {"meta": meta, "timestamp": columns["timestamp"], "indicators": indicators}
    return {"chart": {"result": [result], "error": None}}


def test_days_with_gaps_are_left_out_and_the_running_bar_is_not_doubled() -> None:
    # 14:30 UTC on three days in a row, and the third day's bar as of now.
    stamps = [1763994600, 1764081000, 1764167400, 1764180000]
    body = chart(
        timestamp=stamps,
        close=[10.0, None, 12.0, 12.5],
        adjclose=[9.0, None, 12.0, 12.5],
        volume=[5, 0, 6, 0],
    )
    found = YAHOO.parse(Part.HISTORY, "ACME", answer(body))
    assert isinstance(found, Bars)
    assert list(found.days) == [date(2025, 11, 24), date(2025, 11, 26)]
    assert (list(found.close), list(found.adjusted)) == ([10.0, 12.0], [9.0, 12.0])


def test_days_are_those_of_the_exchange() -> None:
    # 02:00 UTC is still the day before in New York.
    body = chart(timestamp=[1764036000], close=[10.0], adjclose=[10.0])
    found = YAHOO.parse(Part.HISTORY, "ACME", answer(body))
    assert isinstance(found, Bars) and list(found.days) == [date(2025, 11, 24)]


@given(ANY_JSON, ANY_JSON)
def test_no_answer_makes_an_exception(inner: Any, outer: Any) -> None:
    bodies = [
        outer,
        {"timeseries": {"result": inner}},
        {"timeseries": {"result": [inner, {"annualEBIT": inner}]}},
        {"timeseries": {"result": [{"annualEBIT": [{"asOfDate": inner, "reportedValue": outer}]}]}},
        {"quoteSummary": {"result": [inner]}},
        {"quoteSummary": {"result": [{"price": {"symbol": "ACME", "marketCap": inner}}]}},
        {"chart": {"result": [{"meta": inner, "timestamp": outer}]}},
        {"chart": {"result": [{"meta": {"symbol": "ACME"}, "timestamp": inner}]}},
    ]
    for body in bodies:
        for part in YAHOO.parts:
            found = YAHOO.parse(part, "ACME", answer(body))
            assert isinstance(found, (Company, Statement, Bars, Failure))
