"""Profiles, statements and histories from answers in the shapes of Financial Modeling Prep's."""

from datetime import date

import pytest

from stockapp.domain.attempt import Failure, Reason
from stockapp.domain.bars import Bars
from stockapp.domain.company import Company, SecurityType
from stockapp.domain.research import Part
from stockapp.domain.statement import Line, StatementKind
from stockapp.providers.fmp_research import LABELS

from ..analysis.builders import kind_of
from .fmp_research_answers import FMP, company, day, history, parsed, statement, year
from .yahoo_answers import NOW


class TestRequests:
    @pytest.mark.parametrize(
        ("part", "path"),
        [
            (Part.INCOME, "income-statement"),
            (Part.BALANCE, "balance-sheet-statement"),
            (Part.CASH_FLOW, "cash-flow-statement"),
        ],
    )
    def test_the_last_five_annual_statements_are_asked_for(self, part: Part, path: str) -> None:
        asked = FMP.request(part, "BRK-B")
        assert asked.url == f"https://financialmodelingprep.com/stable/{path}"
        # More than five years are refused altogether by the free plan.
        query = {"symbol": "BRK-B", "apikey": "fmp-key", "period": "annual", "limit": "5"}
        assert asked.params == query

    @pytest.mark.parametrize(
        ("part", "path"),
        [
            (Part.PROFILE, "profile"),
            (Part.HISTORY, "historical-price-eod/dividend-adjusted"),
        ],
    )
    def test_a_profile_and_a_history_know_no_periods(self, part: Part, path: str) -> None:
        asked = FMP.request(part, "VOD.L")
        assert asked.url == f"https://financialmodelingprep.com/stable/{path}"
        assert asked.params == {"symbol": "VOD.L", "apikey": "fmp-key"}

    def test_a_pair_is_asked_for_in_its_own_notation(self) -> None:
        assert FMP.request(Part.HISTORY, "EURUSD=X").params["symbol"] == "EURUSD"

    @pytest.mark.parametrize("part", list(Part))
    def test_the_key_travels_in_the_query_and_nowhere_else(self, part: Part) -> None:
        asked = FMP.request(part, "ACME")
        assert "fmp-key" not in asked.url and not asked.headers and not asked.follow_redirects

    @pytest.mark.parametrize("symbol", ["^GSPC", "EURUSD=X", "BTC-USD"])
    def test_what_is_no_business_has_a_history_alone(self, symbol: str) -> None:
        assert [part for part in Part if FMP.covers(part, symbol)] == [Part.HISTORY]

    @pytest.mark.parametrize("symbol", ["AAPL", "BRK-B", "VOD.L"])
    def test_a_share_has_all_parts(self, symbol: str) -> None:
        assert all(FMP.covers(part, symbol) for part in Part)

    @pytest.mark.parametrize("symbol", ["0P00000001", "ACME.NOWHERE"])
    def test_what_it_has_no_notation_for_is_not_covered(self, symbol: str) -> None:
        assert not any(FMP.covers(part, symbol) for part in Part)


class TestStatements:
    @pytest.mark.parametrize("kind", list(StatementKind))
    def test_every_line_stands_in_its_own_statement(self, kind: StatementKind) -> None:
        assert {kind_of(line) for line in LABELS[kind]} == {kind}

    def test_an_income_statement_is_read_line_by_line(self) -> None:
        row = year(
            "2024-12-31",
            revenue=1000,
            grossProfit=600,
            operatingIncome=250,
            ebit=240,
            ebitda=300,
            interestExpense=20,
            netInterestIncome=-15,
            incomeBeforeTax=220,
            incomeTaxExpense=50,
            netIncome=170,
            eps=1.75,
            epsDiluted=1.7,
            weightedAverageShsOut=97,
            weightedAverageShsOutDil=100,
        )
        found = statement(Part.INCOME, row)
        assert (found.kind, found.currency) == (StatementKind.INCOME, "USD")
        assert (found.source, found.method, found.fetched_at) == ("fmp", "statements", NOW)
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
            Line.DILUTED_EPS: 1.7,
            Line.DILUTED_SHARES: 100.0,
        }

    def test_a_balance_sheet_is_read_line_by_line(self) -> None:
        row = year(
            "2024-12-31",
            totalAssets=2000,
            totalCurrentAssets=800,
            cashAndCashEquivalents=150,
            cashAndShortTermInvestments=210,
            accountsReceivables=110,
            netReceivables=120,
            inventory=90,
            propertyPlantEquipmentNet=700,
            goodwill=60,
            intangibleAssets=40,
            goodwillAndIntangibleAssets=100,
            totalLiabilities=1100,
            totalCurrentLiabilities=400,
            totalDebt=500,
            longTermDebt=450,
            totalStockholdersEquity=880,
            totalEquity=900,
            minorityInterest=20,
            retainedEarnings=610,
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
            # Equity of the shareholders, as it is told beside that of minorities.
            Line.EQUITY: 880.0,
            Line.MINORITY_INTEREST: 20.0,
            Line.RETAINED_EARNINGS: 610.0,
        }

    def test_what_a_cash_flow_statement_spends_is_positive(self) -> None:
        row = year(
            "2024-12-31",
            operatingCashFlow=300,
            capitalExpenditure=-80,
            depreciationAndAmortization=60,
            commonDividendsPaid=-45,
            netDividendsPaid=-50,
        )
        found = statement(Part.CASH_FLOW, row)
        assert found.kind is StatementKind.CASH_FLOW
        assert dict(found.years[0].values) == {
            Line.OPERATING_CASH_FLOW: 300.0,
            Line.CAPITAL_EXPENDITURE: 80.0,
            Line.DEPRECIATION: 60.0,
            Line.DIVIDENDS_PAID: 45.0,
        }

    def test_a_loss_stays_a_loss(self) -> None:
        found = statement(Part.INCOME, year("2024-12-31", netIncome=-12, operatingIncome=-9))
        assert found.years[0].values[Line.NET_INCOME] == -12.0
        assert found.years[0].values[Line.EBIT] == -9.0

    def test_a_zero_is_unknown(self) -> None:
        # It writes 0 for what a company does not tell, and so no inventory may be none told.
        found = statement(Part.BALANCE, year("2024-12-31", totalAssets=9, inventory=0, goodwill=0))
        assert dict(found.years[0].values) == {Line.TOTAL_ASSETS: 9.0}

    def test_a_label_of_zeros_gives_way_to_the_next(self) -> None:
        found = statement(Part.INCOME, year("2024-12-31", ebit=0, operatingIncome=5))
        assert found.years[0].values[Line.EBIT] == 5.0

    def test_one_label_stands_for_a_line_in_all_years(self) -> None:
        found = statement(
            Part.INCOME,
            year("2024-12-31", ebit=50, operatingIncome=40),
            year("2023-12-31", ebit=0, operatingIncome=30),
        )
        # The older year's operating income is no EBIT: the two must not be compared.
        assert [one.values.get(Line.EBIT) for one in found.years] == [50.0, None]

    @pytest.mark.parametrize("value", ["12", None, True, [], {}])
    def test_what_is_no_number_is_not_there(self, value: object) -> None:
        found = statement(Part.INCOME, year("2024-12-31", revenue=100, netIncome=value))
        assert dict(found.years[0].values) == {Line.REVENUE: 100.0}

    def test_years_come_newest_first_whatever_their_order(self) -> None:
        rows = [year(f"{n}-06-30", revenue=n) for n in (2022, 2024, 2023)]
        ends = [one.end for one in statement(Part.INCOME, *rows).years]
        assert ends == [date(2024, 6, 30), date(2023, 6, 30), date(2022, 6, 30)]

    def test_a_year_without_an_end_or_without_a_number_is_no_year(self) -> None:
        found = statement(
            Part.INCOME,
            year("2024-12-31", revenue=100),
            year("soon", revenue=90),
            year("2022-12-31", revenue=0),
            "nonsense",
        )
        assert [one.end.year for one in found.years] == [2024]

    def test_the_currency_is_that_of_the_report(self) -> None:
        found = statement(Part.INCOME, year("2024-12-31", revenue=1, reportedCurrency="CNY"))
        assert found.currency == "CNY"
        silent = statement(Part.INCOME, year("2024-12-31", revenue=1, reportedCurrency=None))
        assert silent.currency is None


class TestProfile:
    def test_a_profile_is_read_field_by_field(self) -> None:
        assert company() == Company(
            "ACME",
            "fmp",
            "profile",
            NOW,
            name="Acme Anvils",
            security_type=SecurityType.SHARE,
            sector="Industrials",
            industry="Tools & Accessories",
            country="US",
            currency="USD",
            market_cap=5_000_000.0,
            beta=1.25,
            summary="Makes anvils.",
        )

    @pytest.mark.parametrize("mark", ["isEtf", "isFund"])
    def test_a_fund_is_no_share(self, mark: str) -> None:
        assert company(**{mark: True}).security_type is SecurityType.FUND

    def test_a_profile_in_pence_is_of_pounds(self) -> None:
        told = company("VOD.L", symbol="VOD.L", currency="GBp")
        # Only prices are in pence: what a company is worth is told in pounds.
        assert (told.symbol, told.currency, told.market_cap) == ("VOD.L", "GBP", 5_000_000.0)

    def test_zeros_and_blanks_are_unknown(self) -> None:
        told = company(marketCap=0, beta=0, sector="", industry=None, description=" ")
        assert (told.market_cap, told.beta) == (None, None)
        assert (told.sector, told.industry, told.summary) == (None, None, None)

    def test_a_beta_may_be_negative(self) -> None:
        assert company(beta=-0.2).beta == -0.2


class TestHistory:
    def test_days_come_oldest_first_with_all_their_columns(self) -> None:
        found = history(day("2026-11-20", 12.0), day("2026-11-19", 10.0, volume=700))
        assert found == Bars(
            symbol="ACME",
            currency=None,
            source="fmp",
            method="history",
            fetched_at=NOW,
            days=(date(2026, 11, 19), date(2026, 11, 20)),
            open=(8.0, 10.0),
            high=(11.0, 13.0),
            low=(7.0, 9.0),
            close=(10.0, 12.0),
            volume=(700.0, 500.0),
            adjusted=(10.0, 12.0),
            without_dividends=True,
        )

    @pytest.mark.parametrize("column", ["adjOpen", "adjHigh", "adjLow", "adjClose", "date"])
    @pytest.mark.parametrize("value", [0, None, "12.0", -1])
    def test_a_day_with_a_gap_is_left_out(self, column: str, value: object) -> None:
        gap = day("2026-11-20", 12.0, **{column: value})
        assert list(history(gap, day("2026-11-19", 10.0)).days) == [date(2026, 11, 19)]

    @pytest.mark.parametrize("volume", [None, 0, "many"])
    def test_a_day_without_trades_is_a_day(self, volume: object) -> None:
        assert list(history(day("2026-11-20", 12.0, volume=volume)).volume) == [0.0]

    def test_a_pair_names_its_currency(self) -> None:
        found = history(day("2026-11-20", 12.0, symbol="EURUSD"), symbol="EURUSD=X")
        assert (found.symbol, found.currency) == ("EURUSD=X", "USD")

    def test_days_of_gaps_alone_are_no_history(self) -> None:
        found = parsed(Part.HISTORY, [day("2026-11-20", 12.0, adjLow=0)])
        assert isinstance(found, Failure) and found.reason is Reason.NO_DATA
