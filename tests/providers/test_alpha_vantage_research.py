"""Overviews and statements from answers in the shapes of Alpha Vantage's: all is text."""

from datetime import date

import pytest

from stockapp.domain.company import Company, SecurityType
from stockapp.domain.research import Part
from stockapp.domain.statement import Line, StatementKind
from stockapp.providers.alpha_vantage_research import LABELS

from ..analysis.builders import kind_of
from .alpha_vantage_research_answers import (
    ALPHA_VANTAGE,
    PARTS,
    company,
    statement,
    year,
)
from .yahoo_answers import NOW


class TestRequests:
    @pytest.mark.parametrize(
        ("part", "function"),
        [
            (Part.PROFILE, "OVERVIEW"),
            (Part.INCOME, "INCOME_STATEMENT"),
            (Part.BALANCE, "BALANCE_SHEET"),
            (Part.CASH_FLOW, "CASH_FLOW"),
        ],
    )
    def test_each_part_has_a_function(self, part: Part, function: str) -> None:
        asked = ALPHA_VANTAGE.request(part, "VOD.L")
        assert asked.url == "https://www.alphavantage.co/query"
        assert asked.params == {"function": function, "symbol": "VOD.LON", "apikey": "av-key"}
        assert not asked.headers and not asked.follow_redirects

    @pytest.mark.parametrize("symbol", ["AAPL", "BRK-B", "VOD.L"])
    def test_a_share_has_all_parts_but_a_history(self, symbol: str) -> None:
        assert [part for part in Part if ALPHA_VANTAGE.covers(part, symbol)] == PARTS
        assert Part.HISTORY not in PARTS

    @pytest.mark.parametrize("symbol", ["^GSPC", "EURUSD=X", "BTC-USD", "ACME.MI", "0P00000001"])
    def test_of_all_else_it_knows_nothing(self, symbol: str) -> None:
        assert not any(ALPHA_VANTAGE.covers(part, symbol) for part in Part)


class TestStatements:
    @pytest.mark.parametrize("kind", list(StatementKind))
    def test_every_line_stands_in_its_own_statement(self, kind: StatementKind) -> None:
        assert {kind_of(line) for line in LABELS[kind]} == {kind}

    def test_an_income_statement_is_read_line_by_line(self) -> None:
        row = year(
            "2024-12-31",
            totalRevenue="1000",
            grossProfit="600",
            operatingIncome="250",
            ebit="240",
            ebitda="300",
            interestExpense="20",
            interestAndDebtExpense="22",
            netInterestIncome="-15",
            incomeBeforeTax="220",
            incomeTaxExpense="50",
            netIncome="170",
        )
        found = statement(Part.INCOME, row)
        assert (found.kind, found.currency) == (StatementKind.INCOME, "USD")
        assert (found.source, found.method) == ("alpha_vantage", "statements")
        assert found.fetched_at == NOW
        assert dict(found.years[0].values) == {
            Line.REVENUE: 1000.0,
            Line.GROSS_PROFIT: 600.0,
            Line.OPERATING_INCOME: 250.0,
            Line.EBIT: 240.0,
            Line.EBITDA: 300.0,
            Line.INTEREST_EXPENSE: 20.0,
            Line.NET_INTEREST_INCOME: -15.0,
            Line.PRETAX_INCOME: 220.0,
            Line.TAX_PROVISION: 50.0,
            Line.NET_INCOME: 170.0,
        }

    def test_a_balance_sheet_is_read_line_by_line(self) -> None:
        row = year(
            "2024-12-31",
            totalAssets="2000",
            totalCurrentAssets="800",
            cashAndCashEquivalentsAtCarryingValue="150",
            cashAndShortTermInvestments="210",
            currentNetReceivables="120",
            inventory="90",
            propertyPlantEquipment="700",
            goodwill="60",
            intangibleAssets="100",
            intangibleAssetsExcludingGoodwill="40",
            totalLiabilities="1100",
            totalCurrentLiabilities="400",
            shortLongTermDebtTotal="500",
            longTermDebt="450",
            longTermDebtNoncurrent="440",
            totalShareholderEquity="900",
            retainedEarnings="610",
            commonStockSharesOutstanding="48",
        )
        found = statement(Part.BALANCE, row)
        assert found.kind is StatementKind.BALANCE
        assert dict(found.years[0].values) == {
            Line.TOTAL_ASSETS: 2000.0,
            Line.CURRENT_ASSETS: 800.0,
            Line.CASH: 210.0,
            Line.RECEIVABLES: 120.0,
            Line.INVENTORY: 90.0,
            Line.NET_PPE: 700.0,
            Line.GOODWILL: 60.0,
            Line.INTANGIBLES: 40.0,
            Line.TOTAL_LIABILITIES: 1100.0,
            Line.CURRENT_LIABILITIES: 400.0,
            Line.TOTAL_DEBT: 500.0,
            Line.LONG_TERM_DEBT: 450.0,
            Line.EQUITY: 900.0,
            Line.RETAINED_EARNINGS: 610.0,
            Line.SHARES: 48.0,
        }

    def test_what_a_cash_flow_statement_spends_is_positive_in_either_sign(self) -> None:
        row = year(
            "2024-12-31",
            operatingCashflow="300",
            capitalExpenditures="80",
            depreciationDepletionAndAmortization="60",
            dividendPayout="50",
            dividendPayoutCommonStock="-45",
        )
        found = statement(Part.CASH_FLOW, row)
        assert found.kind is StatementKind.CASH_FLOW
        assert dict(found.years[0].values) == {
            Line.OPERATING_CASH_FLOW: 300.0,
            Line.CAPITAL_EXPENDITURE: 80.0,
            Line.DEPRECIATION: 60.0,
            Line.DIVIDENDS_PAID: 45.0,
        }

    @pytest.mark.parametrize(
        "value", ["None", "-", "", "1e3", "nan", None, 12, True, [], "9" * 400]
    )
    def test_what_is_no_number_in_text_is_missing(self, value: object) -> None:
        found = statement(Part.INCOME, year("2024-12-31", totalRevenue="100", netIncome=value))
        assert dict(found.years[0].values) == {Line.REVENUE: 100.0}

    def test_a_zero_is_a_zero(self) -> None:
        # What it does not know it calls "None".
        found = statement(Part.BALANCE, year("2024-12-31", totalAssets="9.50", inventory="0"))
        assert dict(found.years[0].values) == {Line.TOTAL_ASSETS: 9.5, Line.INVENTORY: 0.0}

    def test_a_label_that_is_missing_gives_way_to_the_next(self) -> None:
        found = statement(Part.INCOME, year("2024-12-31", ebit="None", operatingIncome="5"))
        assert found.years[0].values[Line.EBIT] == 5.0

    def test_one_label_stands_for_a_line_in_all_years(self) -> None:
        found = statement(
            Part.INCOME,
            year("2024-12-31", ebit="50", operatingIncome="40"),
            year("2023-12-31", ebit="None", operatingIncome="30"),
        )
        # The older year's operating income is no EBIT: the two must not be compared.
        assert [one.values.get(Line.EBIT) for one in found.years] == [50.0, None]

    def test_years_come_newest_first_and_quarters_are_no_years(self) -> None:
        rows = [year(f"{n}-06-30", totalRevenue=str(n)) for n in (2022, 2024, 2023)]
        ends = [one.end for one in statement(Part.INCOME, *rows).years]
        assert ends == [date(2024, 6, 30), date(2023, 6, 30), date(2022, 6, 30)]

    def test_no_more_than_ten_years_are_kept(self) -> None:
        # It tells twenty; the older half says little of what a business is worth today.
        rows = [year(f"{2025 - n}-12-31", totalRevenue="7") for n in range(20)]
        ends = [one.end.year for one in statement(Part.INCOME, *rows).years]
        assert ends == list(range(2025, 2015, -1))

    def test_a_year_without_an_end_or_without_a_number_is_no_year(self) -> None:
        found = statement(
            Part.INCOME,
            year("2024-12-31", totalRevenue="100"),
            year("None", totalRevenue="90"),
            year("2022-12-31", totalRevenue="None"),
            "nonsense",
        )
        assert [one.end.year for one in found.years] == [2024]

    @pytest.mark.parametrize(("told", "currency"), [("TWD", "TWD"), ("None", None), (None, None)])
    def test_the_currency_is_that_of_the_report(self, told: object, currency: str | None) -> None:
        found = statement(Part.INCOME, year("2024-12-31", totalRevenue="1", reportedCurrency=told))
        assert found.currency == currency


class TestOverview:
    def test_an_overview_is_read_field_by_field(self) -> None:
        assert company() == Company(
            "ACME",
            "alpha_vantage",
            "overview",
            NOW,
            name="Acme Anvils",
            security_type=SecurityType.SHARE,
            sector="Industrials",
            industry="Tools & Accessories",
            country="USA",
            currency="USD",
            market_cap=5_000_000.0,
            shares=48_000.0,
            beta=1.25,
            dividend_yield=0.021,
            summary="Makes anvils.",
        )

    @pytest.mark.parametrize(
        ("told", "words"),
        [
            ("TECHNOLOGY", "Technology"),
            ("SOFTWARE - INFRASTRUCTURE", "Software - Infrastructure"),
            ("MEN'S & BOYS' FURNISHINGS", "Men's & Boys' Furnishings"),
            ("SERVICES-PREPACKAGED SOFTWARE", "Services-Prepackaged Software"),
            ("Asset Management", "Asset Management"),
            ("None", None),
            ("", None),
            (None, None),
        ],
    )
    def test_words_in_capitals_become_ours(self, told: object, words: str | None) -> None:
        found = company(Sector=told, Industry=told)
        assert (found.sector, found.industry) == (words, words)

    @pytest.mark.parametrize("told", ["None", "-", "", None, 7])
    def test_what_is_missing_is_unknown(self, told: object) -> None:
        found = company(
            MarketCapitalization=told, SharesOutstanding=told, Beta=told, DividendYield=told
        )
        assert (found.market_cap, found.shares) == (None, None)
        assert (found.beta, found.dividend_yield) == (None, None)

    def test_none_is_no_name(self) -> None:
        found = company(Name="None", Country="None", Description="None", Currency="None")
        assert (found.name, found.country, found.summary, found.currency) == (None,) * 4

    def test_no_company_is_worth_nothing_but_it_may_pay_nothing(self) -> None:
        found = company(MarketCapitalization="0", SharesOutstanding="0", DividendYield="0")
        assert (found.market_cap, found.shares, found.dividend_yield) == (None, None, 0.0)

    @pytest.mark.parametrize(
        ("told", "kind"),
        [
            ("Common Stock", SecurityType.SHARE),
            ("ETF", SecurityType.FUND),
            ("Unit", SecurityType.OTHER),
            (None, SecurityType.OTHER),
        ],
    )
    def test_the_kind_of_paper_is_told(self, told: object, kind: SecurityType) -> None:
        assert company(AssetType=told).security_type is kind

    def test_an_overview_in_pence_is_of_pounds(self) -> None:
        found = company("VOD.L", Symbol="VOD.LON", Currency="GBX")
        # Only prices are in pence: what a company is worth is told in pounds.
        assert (found.currency, found.market_cap) == ("GBP", 5_000_000.0)
